import { describe, expect, it } from 'vitest';

import { isNewer, isOlder, upgradeAuthDocument } from './auth-upgrade.ts';

const key = 'HOVXfTspZWcpHQcYT_xGcqypBHzQHTgqEzVb4iXrcDg';
const at = (major: number, minor: number, allow: object[], deny: object[] = []) => ({
  allow,
  deny,
  groups: { g: ['r'] },
  version: { major, minor },
});

function upgrade(document: ReturnType<typeof at>) {
  const reports: string[] = [];
  return { ...upgradeAuthDocument(document, (problem) => reports.push(problem)), reports };
}

describe('the upgrade chain', () => {
  it('0.x: splits credentials, and drops forms it cannot split', () => {
    const { allow, reports, version } = upgrade(
      at(0, 2, [
        { credentials: `CURVE:${key}`, user_id: 'c' },
        { credentials: 'PLAIN:pw', user_id: 'p' },
        { credentials: 'NULL', user_id: 'n' },
        { credentials: '/CURVE:.*/', user_id: 'r' },
        { credentials: 7, user_id: 'x' },
      ]),
    );
    expect(allow).toMatchObject([
      { mechanism: 'CURVE', credentials: key, user_id: 'c' },
      { mechanism: 'PLAIN', credentials: 'pw', user_id: 'p' },
      { mechanism: 'NULL', credentials: null, user_id: 'n' },
    ]);
    expect(reports).toHaveLength(2);
    expect(version).toEqual({ major: 1, minor: 4 });
  });

  it('1.0: gives everybody a user', () => {
    expect(upgrade(at(1, 0, [{ credentials: key }])).allow).toMatchObject([
      { user_id: expect.stringMatching(/^[\da-f-]{36}$/) as string },
    ]);
  });

  it('1.1: makes capabilities a map with the right to edit its own configuration', () => {
    const { allow } = upgrade(
      at(1, 1, [
        { credentials: key, user_id: 'a', capabilities: ['x'] },
        { credentials: key, user_id: 'control' },
        { credentials: key, user_id: 'platform.agent' },
      ]),
    );
    expect(allow).toMatchObject([
      { capabilities: { x: null, edit_config_store: { identity: 'a' } } },
      { capabilities: { edit_config_store: { identity: '/.*/' } } },
      { capabilities: { edit_config_store: { identity: '/.*/' } } },
    ]);
  });

  it('1.2: adds method authorizations and leaves capabilities alone', () => {
    expect(upgrade(at(1, 2, [{ credentials: key, user_id: 'a', capabilities: {} }])).allow).toEqual([
      { credentials: key, user_id: 'a', capabilities: {}, rpc_method_authorizations: {} },
    ]);
  });

  it('1.3: changes the number only, and treats both lists alike', () => {
    const entry = { credentials: key, user_id: 'a', extra: 7 };
    expect(upgrade(at(1, 3, [entry], [entry]))).toMatchObject({ allow: [entry], deny: [entry], groups: { g: ['r'] } });
    expect(upgrade(at(1, 0, [], [{ credentials: key }])).deny).toMatchObject([{ rpc_method_authorizations: {} }]);
  });

  it('concerns older files only', () => {
    expect([at(0, 9, []), at(1, 3, []), at(1, 4, []), at(1, 5, []), at(2, 0, [])].map(isOlder)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect([at(1, 9, []), at(2, 0, [])].map(isNewer)).toEqual([false, true]);
  });
});
