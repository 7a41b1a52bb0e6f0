import { isIdentity } from '@volttron-ts/vip-core';

import { readCapabilities } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import { expressionOf, matchProblem } from './text-match.ts';

/** A text, `/expression/`, any of several, or null for all. */
export type AuthMatch = string | readonly string[] | null;

/** Who may connect, and as whom: an entry of the auth file, named as there (reference/vip-zmq.md §3.3). */
export interface AuthEntry {
  readonly domain: AuthMatch;
  readonly address: AuthMatch;
  readonly mechanism: 'CURVE' | 'PLAIN' | 'NULL';
  /** A 43-character key or an `/expression/` over keys; null with mechanism NULL. */
  readonly credentials: string | null;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  /** Its own; those of its roles and groups are worked out when asked for, never stored. */
  readonly capabilities: Capabilities;
  readonly rpc_method_authorizations: Readonly<Record<string, readonly string[]>>;
  readonly comments: string | null;
  readonly user_id: string;
  /** The one VIP identity its holder may take, which belongs to nobody else; null for any free one. */
  readonly identity: string | null;
  readonly enabled: boolean;
}

/** An entry as somebody writes it: what is absent has its default, capabilities in any form the file allows. */
export type AuthEntryInput = Partial<Omit<AuthEntry, 'capabilities' | 'mechanism'>> & {
  readonly mechanism?: string;
  readonly capabilities?: unknown;
};

/** The user an entry's holder is: the owner of a name is known by it. */
export function userOf({ identity, user_id: userId }: Pick<AuthEntry, 'identity' | 'user_id'>): string {
  return identity ?? userId;
}

type Fields = Record<string, unknown>;

const KEY = /^[A-Za-z0-9_-]{43}$/;

/** Reads an entry from JSON: the entry, or everything that is wrong with it. */
export function readAuthEntry(value: unknown): { readonly entry: AuthEntry } | { readonly problems: string[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problems: ['it is no JSON object'] };
  const fields = value as Fields;
  const mechanism = orDefault(fields['mechanism'], 'CURVE');
  const capabilities = readCapabilities(fields['capabilities']);
  const problems = [
    ...matchProblems(fields, 'domain'),
    ...matchProblems(fields, 'address'),
    ...mechanismProblems(mechanism),
    ...credentialProblems(mechanism, fields['credentials']),
    ...textProblems(fields),
    ...listProblems(fields, 'groups'),
    ...listProblems(fields, 'roles'),
    ...(capabilities === undefined ? ['"capabilities" is neither a name, an object nor an array of these'] : []),
    ...methodProblems(fields['rpc_method_authorizations']),
  ];
  if (problems.length > 0 || capabilities === undefined) return { problems };
  return { entry: complete(fields, mechanism as AuthEntry['mechanism'], capabilities) };
}

function complete(fields: Fields, mechanism: AuthEntry['mechanism'], capabilities: Capabilities): AuthEntry {
  const known = fields as Partial<AuthEntry>;
  return {
    domain: known.domain ?? null,
    address: known.address ?? null,
    mechanism,
    credentials: known.credentials ?? null,
    groups: known.groups ?? [],
    roles: known.roles ?? [],
    capabilities,
    rpc_method_authorizations: known.rpc_method_authorizations ?? {},
    comments: known.comments ?? null,
    user_id: known.user_id ?? known.credentials ?? mechanism,
    identity: known.identity ?? null,
    enabled: known.enabled ?? true,
  };
}

const orDefault = (value: unknown, absent: unknown): unknown => value ?? absent;
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function matchProblems(fields: Fields, name: string): string[] {
  const value = orDefault(fields[name], []);
  const texts = typeof value === 'string' ? [value] : value;
  if (!isTexts(texts)) return [`"${name}" is neither a text, an array of texts nor null`];
  return texts.flatMap((text) => {
    const problem = matchProblem(text);
    return problem === undefined ? [] : [`"${name}": ${problem}`];
  });
}

function mechanismProblems(mechanism: unknown): string[] {
  if (mechanism === 'CURVE' || mechanism === 'PLAIN' || mechanism === 'NULL') return [];
  return [`"mechanism" is ${JSON.stringify(mechanism)}, none of CURVE, PLAIN, NULL`];
}

function credentialProblems(mechanism: unknown, credentials: unknown): string[] {
  if (mechanism === 'NULL' && (credentials ?? null) === null) return [];
  if (typeof credentials !== 'string') return ['"credentials" is no text'];
  if (expressionOf(credentials) !== undefined) {
    const problem = matchProblem(credentials);
    return problem === undefined ? [] : [`"credentials": ${problem}`];
  }
  if (mechanism !== 'CURVE' || KEY.test(credentials)) return [];
  return ['"credentials" is no key of 43 characters'];
}

function textProblems(fields: Fields): string[] {
  const problems: string[] = [];
  for (const name of ['user_id', 'identity', 'comments']) {
    if (typeof orDefault(fields[name], '') !== 'string') problems.push(`"${name}" is no text`);
  }
  if (fields['user_id'] === '') problems.push('"user_id" is empty');
  const identity = fields['identity'];
  if (typeof identity === 'string' && !isIdentity(identity)) problems.push(`"identity" ${identity} is no VIP identity`);
  if (typeof orDefault(fields['enabled'], true) !== 'boolean') problems.push('"enabled" is neither true nor false');
  return problems;
}

function listProblems(fields: Fields, name: string): string[] {
  return isTexts(orDefault(fields[name], [])) ? [] : [`"${name}" is no array of names`];
}

function methodProblems(value: unknown): string[] {
  const methods = orDefault(value, {});
  const isMethods = typeof methods === 'object' && methods !== null && Object.values(methods).every(isTexts);
  return isMethods ? [] : ['"rpc_method_authorizations" is no object of method and capability names'];
}
