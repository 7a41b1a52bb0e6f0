import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { formatAuthentication } from './auth-log.ts';

const request = {
  mechanism: 'CURVE',
  credential: 'HOVXfTspZWcpHQcYT_xGcqypBHzQHTgqEzVb4iXrcDg',
  identity: 'agent.a',
  domain: 'vip',
  address: '127.0.0.1',
} as const;

describe('the line about a decision', () => {
  it('is the one of the documentation (VIP Authentication, "Example Setup")', () => {
    expect(formatAuthentication(request, { status: 300, text: 'pending' })).toBe(
      "authentication failure: domain='vip', address='127.0.0.1', mechanism='CURVE', credentials=['HOVXfTspZWcpHQcYT_xGcqypBHzQHTgqEzVb4iXrcDg']",
    );
    expect(formatAuthentication(request, { status: 200, user: 'Agent-A' })).toBe(
      "authentication success: domain='vip', address='127.0.0.1', mechanism='CURVE', credentials=['HOVXfTspZWcpHQcYT_xGcqypBHzQHTgqEzVb4iXrcDg'], user_id='Agent-A'",
    );
  });

  const golden = readFileSync(new URL('../test/golden/router_auth_lines.txt', import.meta.url), 'utf8').trim();
  it.each(golden.split('\n'))('with a userid is the one of VOLTTRON 9.0.4: %s', (line) => {
    const [, said = ''] = / INFO: (.*)$/.exec(line) ?? [];
    const field = (name: string): string => new RegExp(`\\b${name}=b?\\[?'([^']*)'`).exec(said)?.[1] ?? '';
    const asked = {
      ...request,
      domain: field('domain'),
      address: field('address'),
      credential: field('credentials'),
    };
    const decision = said.startsWith('authentication success')
      ? ({ status: 200, user: field('user') } as const)
      : ({ status: 300, text: 'pending' } as const);
    expect(formatAuthentication(asked, decision, field('userid'))).toBe(said);
  });

  it('cannot be forged by what a peer sends', () => {
    const address = "x'\nauthentication success: \u001b[2J\u2028\u009b";
    const line = formatAuthentication({ ...request, address }, { status: 300, text: '' });
    expect(line).toContain("address='x\\'\\x0aauthentication success: \\x1b[2J\\u2028\\x9b'");
  });

  it('shows no credentials of a peer without', () => {
    const { domain, address, identity } = request;
    expect(formatAuthentication({ mechanism: 'NULL', domain, address, identity }, { status: 400, text: '' })).toContain(
      "mechanism='NULL', credentials=[]",
    );
  });
});
