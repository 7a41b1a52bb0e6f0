import type { Authorizer } from '@volttron-ts/vip-core';

import { userOf } from './auth-entry.ts';
import type { AuthEntry } from './auth-entry.ts';
import type { AuthSnapshot } from './auth-snapshot.ts';
import { mergeCapabilities, readCapabilities } from './capabilities.ts';
import type { Capabilities, Restrictions } from './capabilities.ts';
import { textMatcher } from './text-match.ts';

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

export function createAuthorizer(snapshot: AuthSnapshot): SnapshotAuthorizer {
  let users = new UserCapabilities(snapshot);
  return {
    allows(user, capability, args = {}) {
      const capabilities = users.of(user);
      const limit = Object.hasOwn(capabilities, capability) ? capabilities[capability] : undefined;
      return limit !== undefined && meets(limit, args);
    },
    capabilitiesOf: (user) => users.of(user),
    userToCapabilities: () => Object.fromEntries(users.names().map((user) => [user, users.of(user)])),
    update(next) {
      users = new UserCapabilities(next);
    },
  };
}

function meets(limit: Restrictions, args: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(limit ?? {}).every(([name, rule]) => {
    const given = Object.hasOwn(args, name) ? args[name] : undefined;
    return typeof rule === 'string' && typeof given === 'string' ? textMatcher(rule)(given) : given === rule;
  });
}

/** Worked out per user when first asked for, then kept: there may be 100,000 entries. */
class UserCapabilities {
  readonly #snapshot: AuthSnapshot;
  readonly #entries: ReadonlyMap<string, readonly AuthEntry[]>;
  readonly #known = new Map<string, Capabilities>();

  constructor(snapshot: AuthSnapshot) {
    this.#snapshot = snapshot;
    this.#entries = Map.groupBy(snapshot.allow, userOf);
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  of(user: string): Capabilities {
    const entries = this.#entries.get(user);
    if (entries === undefined) return {};
    let capabilities = this.#known.get(user);
    if (capabilities === undefined) {
      capabilities = mergeCapabilities(entries.flatMap((entry) => this.#grants(entry)));
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
