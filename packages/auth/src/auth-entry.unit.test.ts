import { describe, expect, it } from 'vitest';

import { readAuthEntry } from './auth-entry.ts';

const credentials = 'HOVXfTspZWcpHQcYT_xGcqypBHzQHTgqEzVb4iXrcDg';

describe('an entry', () => {
  it('has a default for everything but its credentials', () => {
    expect(readAuthEntry({ credentials })).toEqual({
      entry: {
        domain: null,
        address: null,
        mechanism: 'CURVE',
        credentials,
        groups: [],
        roles: [],
        capabilities: {},
        rpc_method_authorizations: {},
        comments: null,
        user_id: credentials,
        identity: null,
        enabled: true,
      },
    });
  });

  it.each([
    ['no object', [], 'no JSON object'],
    ['no credentials', {}, '"credentials" is no text'],
    ['a short key', { credentials: 'abc' }, 'no key of 43 characters'],
    ['a bad expression for a key', { credentials: '/(/' }, '"credentials": '],
    ['an unknown mechanism', { credentials, mechanism: 'GSSAPI' }, '"mechanism" is "GSSAPI"'],
    ['a number as address', { credentials, address: 7 }, '"address" is neither'],
    ['a bad expression for an address', { credentials, address: ['/[/'] }, '"address": '],
    ['a bad name', { credentials, identity: 'a b' }, 'no VIP identity'],
    ['the name of a folder above', { credentials, identity: '..' }, 'no VIP identity'],
    ['an empty user', { credentials, user_id: '' }, '"user_id" is empty'],
    ['groups that are no names', { credentials, groups: [1] }, '"groups" is no array'],
    ['roles that are no array', { credentials, roles: 'r' }, '"roles" is no array'],
    ['capabilities of a wrong type', { credentials, capabilities: 7 }, '"capabilities"'],
    ['a back-reference', { credentials, address: '/(1)\\1/' }, '"\\1" is not known here'],
    ['methods that are no object', { credentials, rpc_method_authorizations: ['x'] }, '"rpc_method_authorizations"'],
    ['a text as enabled', { credentials, enabled: 'yes' }, '"enabled"'],
  ])('with %s is refused', (_, value, problem) => {
    expect(readAuthEntry(value)).toEqual({ problems: [expect.stringContaining(problem)] });
  });

  it('is told everything that is wrong with it at once', () => {
    const read = readAuthEntry({ mechanism: 'X', address: 7, roles: 7, enabled: 7 });
    expect('problems' in read && read.problems).toHaveLength(5);
  });
});
