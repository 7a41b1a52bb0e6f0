import type { Authorizer } from '@volttron-ts/vip-core';

import { userOf } from './auth-entry.ts';
import type { AuthEntry } from './auth-entry.ts';
import type { AuthSnapshot } from './auth-snapshot.ts';
import { mergeCapabilities, readCapabilities } from './capabilities.ts';
import type { Capabilities, Restrictions } from './capabilities.ts';
import { expressionOf, textMatcher } from './text-match.ts';

/** Answers what users may do, from memory. */
export interface SnapshotAuthorizer extends Authorizer {
  /**
   * Whether a user has a capability. One that is limited to certain arguments is had only together with arguments that
   * meet every limit.
   */
  allows(user: string, capability: string, args?: Readonly<Record<string, unknown>>): boolean;
  /** Everything a user may do; empty for one we do not know. */
  capabilitiesOf(user: string): Capabilities;
  /** All users (`get_user_to_capabilities`). */
  userToCapabilities(): Readonly<Record<string, Capabilities>>;
  update(snapshot: AuthSnapshot): void;
}

/** `builtIn` names what users may do whatever the entries say: services of the platform have none. */
export function createAuthorizer(
  snapshot: AuthSnapshot,
  builtIn: Readonly<Record<string, Capabilities>> = {},
): SnapshotAuthorizer {
  let users = new UserCapabilities(snapshot, builtIn);
  return {
    allows(user, capability, args = {}) {
      const capabilities = users.of(user);
      const limit = Object.hasOwn(capabilities, capability) ? capabilities[capability] : undefined;
      return limit !== undefined && meets(limit, args);
    },
    capabilitiesOf: (user) => users.of(user),
    userToCapabilities: () => Object.fromEntries(users.names().map((user) => [user, users.of(user)])),
    update(next) {
      users = new UserCapabilities(next, builtIn);
    },
  };
}

function meets(limit: Restrictions, args: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(limit ?? {}).every(([name, rule]) => {
    const given = Object.hasOwn(args, name) ? args[name] : undefined;
    return typeof rule === 'string' && typeof given === 'string' ? isMet(rule, given) : given === rule;
  });
}

/** Longer arguments meet no expression: the time it takes to look is the caller's to choose. */
const MAX_ARGUMENT = 4096;

function isMet(rule: string, given: string): boolean {
  if (expressionOf(rule) === undefined) return given === rule;
  return given.length <= MAX_ARGUMENT && textMatcher(rule)(given);
}

/** Worked out per user when first asked for, then kept: there may be 100,000 entries. */
class UserCapabilities {
  readonly #snapshot: AuthSnapshot;
  readonly #entries: ReadonlyMap<string, readonly AuthEntry[]>;
  readonly #builtIn: ReadonlyMap<string, Capabilities>;
  readonly #known = new Map<string, Capabilities>();

  constructor(snapshot: AuthSnapshot, builtIn: Readonly<Record<string, Capabilities>>) {
    this.#snapshot = snapshot;
    this.#builtIn = new Map(Object.entries(builtIn));
    this.#entries = Map.groupBy(snapshot.allow, userOf);
  }

  names(): string[] {
    return [...new Set([...this.#builtIn.keys(), ...this.#entries.keys()])];
  }

  of(user: string): Capabilities {
    const entries = this.#entries.get(user) ?? [];
    const builtIn = this.#builtIn.get(user);
    if (entries.length === 0) return builtIn ?? {};
    let capabilities = this.#known.get(user);
    if (capabilities === undefined) {
      capabilities = mergeCapabilities([builtIn ?? {}, ...entries.flatMap((entry) => this.#grants(entry))]);
      this.#known.set(user, capabilities);
    }
    return capabilities;
  }

  /** Its own, those of its roles, those of its groups' roles (reference/vip-zmq.md §3.5). */
  #grants({ capabilities, roles, groups }: AuthEntry): Capabilities[] {
    const { groups: rolesOf, roles: capabilitiesOf } = this.#snapshot;
    const all = [...roles, ...groups.flatMap((group) => own(rolesOf, group))];
    return [capabilities, ...all.map((role) => readCapabilities(own(capabilitiesOf, role)) ?? {})];
  }
}

function own(map: Readonly<Record<string, readonly string[]>>, name: string): readonly string[] {
  return (Object.hasOwn(map, name) ? map[name] : undefined) ?? [];
}
