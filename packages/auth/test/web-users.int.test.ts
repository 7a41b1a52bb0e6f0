import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';

import {
  LoginRefusedError,
  LoginThrottledError,
  Secret,
  SecretFileInvalidError,
  SessionInvalidError,
  WebUsers,
  WebUsersInvalidError,
} from '../src/index.ts';
import { golden, scratchFolder } from './scratch.ts';

async function opened() {
  const home = await scratchFolder();
  const clock = new SteppedClock();
  const users = await WebUsers.open({ home, clock });
  return { home, clock, users };
}

describe('the first run', () => {
  it('makes admin with a password that is told once and kept as a hash only', async () => {
    const { home, users } = await opened();
    const password = await users.ensureAdmin();
    expect(await users.ensureAdmin()).toBeUndefined();
    const path = join(home, 'web-users.json');
    const file = await readFile(path, 'utf8');
    expect(file).not.toContain(password!.reveal());
    expect(JSON.parse(file)).toEqual({
      admin: {
        hashed_password: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/) as string,
        groups: ['admin', 'vui'],
      },
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'web-session-secret'))).mode & 0o777).toBe(0o600);
    expect(String(password)).toBe('***');
    expect(await users.verify(await users.login('admin', password!))).toEqual({
      user: 'admin',
      roles: ['admin', 'vui'],
    });
  });

  it('makes one admin, however many ask', async () => {
    const { users } = await opened();
    const passwords = await Promise.all([users.ensureAdmin(), users.ensureAdmin(), users.ensureAdmin()]);
    expect(passwords.filter((password) => password !== undefined)).toHaveLength(1);
  });
});

describe('a login', () => {
  it('works with a hash of VOLTTRON 9', async () => {
    const { home, users } = await opened();
    await copyFile(golden('vhomeA/web-users.json'), join(home, 'web-users.json'));
    expect(await users.ensureAdmin()).toBeUndefined();
    await users.verify(await users.login('admin', new Secret('admin')));
    await expect(users.login('admin', new Secret('Admin'))).rejects.toThrow(LoginRefusedError);
  });

  it('is refused in the same words for a wrong password and for an unknown user', async () => {
    const { users } = await opened();
    await users.ensureAdmin();
    const wrong = await users.login('admin', new Secret('x')).catch((error: unknown) => error);
    const unknown = await users.login('nobody', new Secret('x')).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(LoginRefusedError);
    expect((unknown as Error).message).toBe((wrong as Error).message);
    await expect(users.login('__proto__', new Secret('x'))).rejects.toThrow(LoginRefusedError);
  });

  it('is slowed down after failures, also the right one, also in parallel', async () => {
    const { users, clock } = await opened();
    const password = await users.ensureAdmin();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => users.login('admin', new Secret('x'))));
    const looked = outcomes.filter((one) => one.status === 'rejected' && one.reason instanceof LoginRefusedError);
    expect(looked).toHaveLength(5);
    const throttled = await users.login('admin', password!).catch((error: unknown) => error);
    expect(throttled).toBeInstanceOf(LoginThrottledError);
    clock.step((throttled as LoginThrottledError).retryAfter);
    await users.verify(await users.login('admin', password!));
  });

  it('follows a new password and groups', async () => {
    const { users } = await opened();
    await users.setPassword('eve', new Secret('one'), ['vui']);
    await users.setPassword('eve', new Secret('two'));
    await expect(users.login('eve', new Secret('one'))).rejects.toThrow(LoginRefusedError);
    expect(await users.verify(await users.login('eve', new Secret('two')))).toEqual({ user: 'eve', roles: ['vui'] });
  });
});

describe('a session', () => {
  it('ends after a quarter of an hour', async () => {
    const { users, clock } = await opened();
    const token = await users.login('admin', (await users.ensureAdmin())!);
    clock.step(15 * 60_000 - 1000);
    await users.verify(token);
    clock.step(1000);
    await expect(users.verify(token)).rejects.toThrow(/expired/);
  });

  it('survives a restart, and ends with its user', async () => {
    const { users, home, clock } = await opened();
    const token = await users.login('admin', (await users.ensureAdmin())!);
    const again = await WebUsers.open({ home, clock });
    expect(await again.verify(token)).toMatchObject({ user: 'admin' });
    await writeFile(join(home, 'web-users.json'), '{}');
    await expect(again.verify(token)).rejects.toThrow(/gone/);
  });

  it('is not valid with another signature, another algorithm or none', async () => {
    const { users } = await opened();
    const stranger = await opened();
    const password = await stranger.users.ensureAdmin();
    await users.ensureAdmin();
    const foreign = await stranger.users.login('admin', password!);
    const [, payload = ''] = foreign.split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const token of [foreign, unsigned, '', 'a.b.c', 'nonsense']) {
      await expect(users.verify(token)).rejects.toThrow(SessionInvalidError);
    }
  });
});

describe('files that are not as they must be', () => {
  it.each(['[]', '{"a": null}', '{"a": {"hashed_password": "plain", "groups": []}}', '{"a": {"groups": []}}'])(
    'users %s are an error',
    async (text) => {
      const { home, users } = await opened();
      await writeFile(join(home, 'web-users.json'), text);
      await expect(users.ensureAdmin()).rejects.toThrow(WebUsersInvalidError);
    },
  );

  it('a hash that would cost more than we have is an error', async () => {
    const { home, users } = await opened();
    const hash = '$argon2id$v=19$m=99999999,t=2,p=8$uTdmrLX2/r93DgGg9N47xw$pEYOEQZD/13U1H4uobKE/g';
    await writeFile(join(home, 'web-users.json'), JSON.stringify({ a: { hashed_password: hash, groups: [] } }));
    await expect(users.login('a', new Secret('x'))).rejects.toThrow(WebUsersInvalidError);
  });

  it('a short session secret is an error', async () => {
    const { home, clock } = await opened();
    await writeFile(join(home, 'web-session-secret'), 'short');
    await expect(WebUsers.open({ home, clock })).rejects.toThrow(SecretFileInvalidError);
  });
});
