import type { AuthenticationDecision, AuthenticationRequest } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

import { readAuthEntry } from './auth-entry.ts';
import type { AuthEntry, AuthEntryInput } from './auth-entry.ts';
import { createAuthenticator } from './authenticator.ts';
import { generateKeyPair } from './key-pair.ts';
import { createAccessTable } from './rules/access-table.ts';
import type { AccessTable } from './rules/access-table.ts';

const key = () => generateKeyPair().publicKey;
const [alice, bob, carol] = [key(), key(), key()];

function entry(input: AuthEntryInput): AuthEntry {
  const read = readAuthEntry(input);
  if ('problems' in read) throw new Error(read.problems.join());
  return read.entry;
}

const table = (allow: AuthEntryInput[], deny: AuthEntryInput[] = []): AccessTable =>
  createAccessTable({ allow: allow.map(entry), deny: deny.map(entry) });

const request = (credential: string, identity: string, more: Partial<AuthenticationRequest> = {}) =>
  ({ mechanism: 'CURVE', credential, identity, domain: 'vip', address: '127.0.0.1', ...more }) as const;

const decide = (allow: AuthEntryInput[], asked: AuthenticationRequest, deny: AuthEntryInput[] = []) =>
  createAuthenticator(table(allow, deny)).authenticate(asked);

describe('authenticator', () => {
  it('lets a known key in as the user of its entry', () => {
    expect(decide([{ credentials: alice, user_id: 'Agent-A' }], request(alice, 'some.agent'))).toEqual({
      status: 200,
      user: 'Agent-A',
    });
  });

  it('knows the owner of a name by that name', () => {
    const allow = [{ credentials: alice, user_id: '63355aea-313b', identity: 'agent.a' }];
    expect(decide(allow, request(alice, 'agent.a'))).toEqual({ status: 200, user: 'agent.a' });
  });

  it('makes an unknown key wait', () => {
    expect(decide([], request(alice, 'agent.a'))).toEqual({ status: 300, text: 'pending' });
  });

  it('denies a key of the deny list, whatever else lets it in', () => {
    const allow = [{ credentials: alice }, { credentials: '/.*/' }];
    expect(decide(allow, request(alice, 'a'), [{ credentials: alice }])).toMatchObject({ status: 400 });
    expect(decide(allow, request(bob, 'a'), [{ credentials: alice }])).toMatchObject({ status: 200 });
  });

  it('passes over disabled entries of both lists', () => {
    expect(decide([{ credentials: alice, enabled: false }], request(alice, 'a'))).toMatchObject({ status: 300 });
    expect(
      decide([{ credentials: alice }], request(alice, 'a'), [{ credentials: alice, enabled: false }]),
    ).toMatchObject({ status: 200 });
  });

  it('refuses NULL and PLAIN peers that no entry lets in, instead of letting them wait', () => {
    const anonymous = { mechanism: 'NULL', identity: 'a', domain: 'vip', address: 'localhost' } as const;
    expect(decide([{ credentials: alice }], anonymous)).toMatchObject({ status: 400 });
    expect(decide([], { ...anonymous, mechanism: 'PLAIN', credential: 'x' })).toMatchObject({ status: 400 });
    expect(decide([{ mechanism: 'NULL', address: 'localhost', user_id: 'local' }], anonymous)).toEqual({
      status: 200,
      user: 'local',
    });
  });
});

describe('domain and address rules', () => {
  it.each([
    [null, true],
    ['127.0.0.1', true],
    ['127.0.0', false],
    [['10.0.0.1', '127.0.0.1'], true],
    [['10.0.0.1'], false],
    ['/127\\.0\\.0\\..*/', true],
    ['/127/', false],
    ['/27.*/', false],
    ['/10.*|127.0.0.1/', true],
    [['/10\\..*/', '/127\\..*/'], true],
  ])('address %j lets 127.0.0.1 in: %s', (address, letsIn) => {
    expect(decide([{ credentials: alice, address }], request(alice, 'a')).status).toBe(letsIn ? 200 : 300);
    expect(decide([{ credentials: alice, domain: address }], request(alice, 'a', { domain: '127.0.0.1' })).status).toBe(
      letsIn ? 200 : 300,
    );
  });

  it.each(['/([0-9.]+)+x/', '/(.*)*x/', '/([0-9]|[0-9.])*x/'])(
    'address %s takes no time worth mentioning',
    (address) => {
      const before = process.cpuUsage();
      const rules = [
        { credentials: '/(A|A)*(A*)*B/', address },
        { credentials: alice, address },
      ];
      const peer = request('A'.repeat(43), 'a', { address: '2001:0db8:85a3:0000:0000:8a2e:192.168.100.200' });
      for (let n = 0; n < 100; n++) expect(decide(rules, peer).status).toBe(300);
      expect(decide(rules, { ...peer, credential: alice }).status).toBe(300);
      expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
    },
  );

  it('the mechanism must be the same', () => {
    expect(decide([{ mechanism: 'PLAIN', credentials: alice }], request(alice, 'a')).status).toBe(300);
  });
});

describe('credential rules', () => {
  it('match a whole key by expression', () => {
    expect(decide([{ credentials: `/${alice.slice(0, 20)}.*/`, user_id: 'x' }], request(alice, 'a')).status).toBe(200);
    expect(decide([{ credentials: `/${alice.slice(0, 20)}/`, user_id: 'x' }], request(alice, 'a')).status).toBe(300);
  });

  it('prefer the literal entry to an expression that stands before it', () => {
    const allow = [
      { credentials: '/.*/', user_id: 'anybody' },
      { credentials: alice, user_id: 'alice' },
    ];
    expect(decide(allow, request(alice, 'a'))).toEqual({ status: 200, user: 'alice' });
    expect(decide(allow, request(bob, 'a'))).toEqual({ status: 200, user: 'anybody' });
  });
});

describe('a name belongs to its credential', () => {
  const allow = [
    { credentials: alice, user_id: 'agent.a', identity: 'agent.a' },
    { credentials: bob, user_id: 'bob' },
    { credentials: carol, user_id: 'platform.sysmon', identity: 'platform.sysmon' },
    { credentials: '/.*/', user_id: 'anybody' },
  ];

  it('a key with a name may use no other, not even through an expression', () => {
    expect(decide(allow, request(alice, 'agent.z'))).toEqual({
      status: 400,
      text: 'denied: this key may only use the name agent.a',
    });
  });

  it('a key without may not take a name that is owned', () => {
    expect(decide(allow, request(bob, 'agent.a'))).toEqual({
      status: 400,
      text: 'denied: the name agent.a belongs to another key',
    });
  });

  it.each(['control', 'control.connection', 'platform.auth', 'platform_web', 'config.store'])(
    'a key without may not take the reserved name %s',
    (name) => {
      expect(decide(allow, request(bob, name))).toEqual({ status: 400, text: `denied: the name ${name} is reserved` });
    },
  );

  it('a reserved name may be given by an entry', () => {
    expect(decide(allow, request(carol, 'platform.sysmon'))).toEqual({ status: 200, user: 'platform.sysmon' });
  });

  it('operators who work at the same time have names below control.connection, with its key only', () => {
    const both = [
      ...allow,
      { credentials: generateKeyPair().publicKey, user_id: 'c', identity: 'control.connection' },
      { credentials: alice, user_id: 'control.connection', identity: 'control.connection' },
    ];
    const name = 'control.connection.1a2b';
    expect(decide(both, request(alice, name))).toEqual({ status: 200, user: 'control.connection' });
    expect(decide(both, request(bob, name))).toMatchObject({ status: 400 });
    expect(decide(both, request(alice, 'control.connectionx'))).toMatchObject({ status: 400 });
    expect(decide(both, request(alice, 'agent.a.1a2b'))).toMatchObject({ status: 400 });
  });

  it('connections of routers are named freely: whose they are follows from the key', () => {
    const both = [...allow, { credentials: alice, user_id: 'instance.two', identity: 'instance.two' }];
    expect(decide(both, request(alice, 'instance.here.0.25'))).toEqual({ status: 200, user: 'instance.two' });
    expect(decide(both, request(bob, 'instance.two.0.25'))).toEqual({ status: 200, user: 'bob' });
    expect(decide(allow, request(carol, 'instance.two.0.25'))).toMatchObject({ status: 400 });
  });

  it('a key without may take any free name', () => {
    expect(decide(allow, request(bob, 'agent.b'))).toEqual({ status: 200, user: 'bob' });
  });

  it('a key with two entries may use either name', () => {
    const two = [...allow, { credentials: alice, user_id: 'agent.c', identity: 'agent.c' }];
    expect(decide(two, request(alice, 'agent.a'))).toEqual({ status: 200, user: 'agent.a' });
    expect(decide(two, request(alice, 'agent.c'))).toEqual({ status: 200, user: 'agent.c' });
  });

  it('a name that is no VIP identity is refused', () => {
    expect(decide(allow, request(bob, 'a b')).status).toBe(400);
  });
});

describe('an updated authenticator', () => {
  it('decides by the new snapshot only', () => {
    const authenticator = createAuthenticator(table([{ credentials: alice }]));
    authenticator.update(table([{ credentials: bob }]));
    expect(authenticator.authenticate(request(alice, 'a')).status).toBe(300);
    expect(authenticator.authenticate(request(bob, 'a')).status).toBe(200);
  });

  it('takes a snapshot that has crossed a thread', () => {
    const authenticator = createAuthenticator(structuredClone(table([{ credentials: alice }])));
    expect(authenticator.authenticate(request(alice, 'a')).status).toBe(200);
  });

  it('tells who was refused, and logs every decision', () => {
    const refused: [AuthenticationRequest, AuthenticationDecision][] = [];
    const lines: string[] = [];
    const nothing = () => undefined;
    const authenticator = createAuthenticator(table([{ credentials: alice, user_id: 'alice' }]), {
      onRefused: (asked, decision) => refused.push([asked, decision]),
      log: { debug: nothing, warn: nothing, error: nothing, info: (line) => lines.push(line) },
    });
    authenticator.authenticate(request(alice, 'a'));
    authenticator.authenticate(request(bob, 'b'));
    expect(refused).toEqual([[request(bob, 'b'), { status: 300, text: 'pending' }]]);
    expect(lines.map((line) => line.split(':')[0])).toEqual(['authentication success', 'authentication failure']);
  });
});

it('finds one of 100,000 literal entries without looking at the others', () => {
  const padded = (n: number) => String(n).padStart(43, 'A');
  const allow = Array.from({ length: 100_000 }, (_, n) => ({ credentials: padded(n), user_id: `u${n}` }));
  const authenticator = createAuthenticator(table(allow));
  const start = performance.now();
  for (let n = 0; n < 1000; n++) {
    expect(authenticator.authenticate(request(padded(99 * n), 'a')).status).toBe(200);
  }
  expect(performance.now() - start).toBeLessThan(1000);
});
