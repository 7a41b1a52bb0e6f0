import { describe, expect, it } from 'vitest';

import { readAuthEntry } from './auth-entry.ts';
import type { AuthEntryInput } from './auth-entry.ts';
import { createAuthSnapshot } from './auth-snapshot.ts';
import type { AuthSnapshot } from './auth-snapshot.ts';
import { createAuthorizer } from './authorizer.ts';

const key = (n: number) => String(n).padStart(43, 'A');

function authorizer(inputs: AuthEntryInput[], names: Partial<Pick<AuthSnapshot, 'groups' | 'roles'>> = {}) {
  const allow = inputs.flatMap((input, n) => {
    const read = readAuthEntry({ credentials: key(n), ...input });
    return 'entry' in read ? [read.entry] : [];
  });
  expect(allow).toHaveLength(inputs.length);
  return createAuthorizer(createAuthSnapshot({ allow, deny: [], groups: {}, roles: {}, ...names }));
}

describe('authorizer', () => {
  it('allows what the entry names, and nothing to others', () => {
    const asked = authorizer([{ user_id: 'a', capabilities: ['can_reset'] }, { user_id: 'b' }]);
    expect(asked.allows('a', 'can_reset')).toBe(true);
    expect(asked.allows('a', 'toString')).toBe(false);
    expect(asked.allows('b', 'can_reset')).toBe(false);
    expect(asked.allows('nobody', 'can_reset')).toBe(false);
  });

  it('looks at no argument that is too long, and takes no time for any expression', () => {
    const asked = authorizer([
      { user_id: 'a', capabilities: { edit: { identity: '/(a|a)*(.*)*b/' }, any: { x: '/.*/' } } },
    ]);
    const before = process.cpuUsage();
    expect(asked.allows('a', 'edit', { identity: 'a'.repeat(4096) })).toBe(false);
    expect(asked.allows('a', 'any', { x: 'a'.repeat(4096) })).toBe(true);
    expect(asked.allows('a', 'any', { x: 'a'.repeat(4097) })).toBe(false);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });

  it('allows what is built in beside what entries say', () => {
    const allow = [readAuthEntry({ credentials: key(1), user_id: 'service', capabilities: 'more' })];
    const entries = allow.flatMap((read) => ('entry' in read ? [read.entry] : []));
    const snapshot = createAuthSnapshot({ allow: entries, deny: [], groups: {}, roles: {} });
    const builtIn = { service: { edit: { identity: '/.*/' } }, other: { sync: null } };
    const asked = createAuthorizer(snapshot, builtIn);
    expect(asked.userToCapabilities()).toEqual({
      service: { edit: { identity: '/.*/' }, more: null },
      other: { sync: null },
    });
    expect(asked.allows('service', 'edit', { identity: 'a' })).toBe(true);
    asked.update(createAuthSnapshot({ allow: [], deny: [], groups: {}, roles: {} }));
    expect(asked.userToCapabilities()).toEqual(builtIn);
  });

  it('allows what roles and groups name, and no longer once they name it no longer', () => {
    const entry = { user_id: 'a', roles: ['operator'], groups: ['ops', 'unknown'], capabilities: 'own' };
    const names = { groups: { ops: ['viewer'] }, roles: { operator: ['can_reset'], viewer: ['can_look'] } };
    expect(authorizer([entry], names).capabilitiesOf('a')).toEqual({ own: null, can_reset: null, can_look: null });
    expect(authorizer([entry], { roles: { operator: [] } }).capabilitiesOf('a')).toEqual({ own: null });
  });

  it('allows a limited capability only with arguments that meet the limit', () => {
    const asked = authorizer([
      {
        user_id: 'a',
        capabilities: { edit_config_store: { identity: 'agent.a' }, tune: { unit: '/ahu[12]/', step: 2 } },
      },
    ]);
    expect(asked.allows('a', 'edit_config_store', { identity: 'agent.a' })).toBe(true);
    expect(asked.allows('a', 'edit_config_store', { identity: 'agent.b' })).toBe(false);
    expect(asked.allows('a', 'edit_config_store')).toBe(false);
    expect(asked.allows('a', 'tune', { unit: 'ahu1', step: 2 })).toBe(true);
    expect(asked.allows('a', 'tune', { unit: 'ahu12', step: 2 })).toBe(false);
    expect(asked.allows('a', 'tune', { unit: 'ahu1', step: 3 })).toBe(false);
  });

  it('knows the owner of a name by that name, as the authenticator does', () => {
    const asked = authorizer([{ user_id: '63355aea', identity: 'agent.a', capabilities: 'x' }]);
    expect(asked.allows('agent.a', 'x')).toBe(true);
    expect(asked.allows('63355aea', 'x')).toBe(false);
  });

  it('adds up the entries of one user, without the disabled ones', () => {
    const asked = authorizer([
      { user_id: 'a', capabilities: 'x' },
      { user_id: 'a', capabilities: 'y' },
      { user_id: 'a', capabilities: 'z', enabled: false },
    ]);
    expect(asked.userToCapabilities()).toEqual({ a: { x: null, y: null } });
  });
});
