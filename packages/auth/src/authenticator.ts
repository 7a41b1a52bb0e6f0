import { isIdentity, isReservedIdentity, services } from '@volttron-ts/vip-core';
import type { AuthenticationDecision, AuthenticationRequest, Authenticator, Logger } from '@volttron-ts/vip-core';

import { formatAuthentication } from './auth-log.ts';
import type { AccessRule } from './rules/access-rule.ts';
import { isPlatformLink } from './platform-links.ts';
import { AccessRules } from './rules/access-rules.ts';
import type { AccessTable } from './rules/access-table.ts';

/** An Authenticator whose knowledge is replaced as a whole, at once. */
export interface SnapshotAuthenticator extends Authenticator {
  update(table: AccessTable): void;
  /** The decision alone: for sessions that live already. Nothing is logged, nobody is told. */
  decide(request: AuthenticationRequest): AuthenticationDecision;
}

export interface AuthenticatorOptions {
  /** Hears of everybody who was not let in, in the thread that decides: it must be quick. */
  readonly onRefused?: (request: AuthenticationRequest, decision: AuthenticationDecision) => void;
  /** Gets VOLTTRON's line about every decision at INFO. */
  readonly log?: Logger;
}

/**
 * Decides from memory who may connect, as whom and under which name (design §4.2): a denied key gets 400, an unknown
 * one 300, a known one that claims somebody else's name 400.
 */
export function createAuthenticator(table: AccessTable, options: AuthenticatorOptions = {}): SnapshotAuthenticator {
  let rules = new AccessRules(table);
  return {
    update(next) {
      rules = new AccessRules(next);
    },
    decide: (request) => decide(rules, request),
    authenticate(request) {
      const decision = decide(rules, request);
      options.log?.info(formatAuthentication(request, decision));
      if (decision.status !== 200) options.onRefused?.(request, decision);
      return decision;
    },
  };
}

const refuse = (text: string): AuthenticationDecision => ({ status: 400, text });

function decide(rules: AccessRules, request: AuthenticationRequest): AuthenticationDecision {
  const { identity, mechanism } = request;
  if (rules.find('deny', request).length > 0) return refuse('denied: this key was denied');
  if (identity !== '' && !isIdentity(identity)) return refuse('denied: the claimed name is no VIP identity');
  const entries = rules.find('allow', request);
  if (entries.length === 0) {
    if (mechanism === 'CURVE' && request.credential !== undefined) return { status: 300, text: 'pending' };
    return refuse(`denied: no entry lets ${mechanism} in`);
  }
  let problem = '';
  for (const entry of entries) {
    const found = nameProblem(rules, entry, identity);
    if (found === undefined) return { status: 200, user: entry.user };
    problem ||= found;
  }
  return refuse(`denied: ${problem}`);
}

/** Why the holder of an entry may not take a name. */
function nameProblem(rules: AccessRules, entry: AccessRule, identity: string): string | undefined {
  if (entry.identity !== null) {
    if (entry.identity === identity || isOperator(entry.identity, identity)) return undefined;
    if (isPlatformLink(entry.identity) && isPlatformLink(identity)) return undefined;
    return `this key may only use the name ${entry.identity}`;
  }
  if (rules.owns(identity)) return `the name ${identity} belongs to another key`;
  return isReservedIdentity(identity) && !isPlatformLink(identity) ? `the name ${identity} is reserved` : undefined;
}

/** Operators who work at the same time: `vctl` adds a word to its name when another `vctl` holds it. */
function isOperator(owned: string, identity: string): boolean {
  return owned === services.controlConnection && identity.startsWith(`${owned}.`);
}
