import type { AuthContents, AuthEntry } from '@volttron-ts/auth';
import { describe, expect, it } from 'vitest';
import { editRecord } from './edit-record.ts';

const entry = (user: string, more: Partial<AuthEntry> = {}): AuthEntry => ({
  ...{ domain: null, address: null, mechanism: 'CURVE', credentials: user, groups: [], roles: [], capabilities: {} },
  ...{ rpc_method_authorizations: {}, comments: null, user_id: user, identity: null, enabled: true },
  ...more,
});

const contents = (allow: AuthEntry[], more: Partial<AuthContents> = {}): AuthContents => ({
  ...{ allow, deny: [], groups: {}, roles: {}, version: { major: 1, minor: 4 }, problems: [], warnings: [] },
  ...more,
});

describe('the record of an edit', () => {
  it('names what came and what went, a changed entry in both', () => {
    const before = contents([entry('stays'), entry('goes'), entry('changes')]);
    const after = contents([entry('stays'), entry('changes', { comments: 'x' })], { roles: { r: ['c'] } });
    const { details } = editRecord(before, after);
    expect(details).toMatchObject({
      'allow removed': [{ user_id: 'goes' }, { user_id: 'changes', comments: null }],
      'allow added': [{ user_id: 'changes', comments: 'x' }],
      'deny added': [],
      roles: { r: ['c'] },
    });
    expect(details).not.toHaveProperty('groups');
  });

  it('counts entries that are too many to be named', () => {
    const { details } = editRecord(contents([]), contents(Array.from({ length: 100 }, (_, n) => entry(`u${n}`))));
    expect(details?.['allow added']).toMatchObject({ count: 100, first: { length: 50, 0: { user_id: 'u0' } } });
  });
});
