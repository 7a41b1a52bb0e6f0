import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  LoginRefusedError,
  Secret,
  WebTokenInvalidError,
  WebTokenKeyError,
  WebTokens,
  WebUsers,
} from '../src/index.ts';
import { golden } from './scratch.ts';

interface Part {
  readonly alg?: string;
  readonly sub?: string;
  readonly iss?: string;
  readonly groups?: readonly string[];
  readonly grant_type?: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
}

const parts = (token: string): Part[] =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Part);
const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: generateKeyPairSync('ed25519'),
};

const password = new Secret('a good password');

let home: string;
let users: WebUsers;
const clock = new SteppedClock(Date.UTC(2026, 10, 22, 10, 12));
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'auth-'));
  users = await WebUsers.open({ home, clock });
  await users.setPassword('admin', password, ['admin', 'vui']);
});
afterAll(() => rm(home, { recursive: true }));

const tokensOf = (alg: keyof typeof pairs = 'ES256', instanceName = 'central'): WebTokens =>
  new WebTokens({ users, privateKey: pem(pairs[alg].privateKey), instanceName, clock });

const refusal = async (verified: Promise<unknown>): Promise<string> =>
  verified.then(
    () => 'taken',
    (error: unknown) => (error instanceof WebTokenInvalidError ? error.message : String(error)),
  );

describe('web tokens', () => {
  it("have VOLTTRON's claims and lives, and the user besides", async () => {
    const file = await readFile(golden('jwt_decoded_rs256.json'), 'utf8');
    const theirs = JSON.parse(file) as Record<'access' | 'refresh', [Part, Part]>;
    const ours = await tokensOf('RS256').login('admin', password);
    for (const kind of ['access', 'refresh'] as const) {
      const [header, claims] = parts(ours[`${kind}_token`]);
      expect(header).toEqual(theirs[kind][0]);
      const now = clock.now() / 1000;
      const life = theirs[kind][1].exp - theirs[kind][1].iat;
      const times = { iat: now, nbf: now, exp: now + life };
      expect(claims).toEqual({ ...theirs[kind][1], ...times, sub: 'admin', iss: 'central' });
    }
  });

  it.each(Object.keys(pairs) as (keyof typeof pairs)[])('are signed by the algorithm of the key: %s', async (alg) => {
    const tokens = tokensOf(alg);
    const { access_token: access } = await tokens.login('admin', password);
    expect(parts(access)[0]?.alg).toBe(alg);
    expect(await tokens.verify(access)).toEqual({ user: 'admin', roles: ['admin', 'vui'] });
  });

  it('are not made by keys that no algorithm takes', () => {
    const make = (key: KeyObject) => () =>
      new WebTokens({ users, privateKey: pem(key), instanceName: 'central', clock });
    expect(make(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)).toThrow(WebTokenKeyError);
    expect(make(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)).toThrow(/secp256k1/);
    expect(make(generateKeyPairSync('x25519').privateKey)).toThrow(WebTokenKeyError);
    const unreadable = () => new WebTokens({ users, privateKey: 'none', instanceName: 'central', clock });
    expect(unreadable).toThrow(WebTokenKeyError);
  });

  it('are for who knows the password', async () => {
    await expect(tokensOf().login('admin', new Secret('guess'))).rejects.toThrow(LoginRefusedError);
    await expect(tokensOf().login('nobody', password)).rejects.toThrow(LoginRefusedError);
  });

  it('are taken for what they are only: access for access, refresh for new access', async () => {
    const tokens = tokensOf();
    const { access_token: access, refresh_token: refresh } = await tokens.login('admin', password);
    expect(await tokens.verify(await tokens.renew(refresh))).toMatchObject({ user: 'admin' });
    expect(await refusal(tokens.verify(refresh))).toMatch(/access token .* other kind/);
    expect(await refusal(tokens.renew(access))).toMatch(/refresh token .* other kind/);
  });

  it('end: the access token after 15 minutes, the refresh token after 240', async () => {
    const later = new SteppedClock(clock.now());
    const tokens = new WebTokens({
      users,
      privateKey: pem(pairs.ES256.privateKey),
      instanceName: 'central',
      clock: later,
    });
    const { access_token: access, refresh_token: refresh } = await tokens.login('admin', password);
    later.step(15 * 60_000 - 1000);
    await tokens.verify(access);
    later.step(1000);
    expect(await refusal(tokens.verify(access))).toMatch(/has expired/);
    later.step(225 * 60_000 - 1000);
    await tokens.renew(refresh);
    later.step(1000);
    expect(await refusal(tokens.renew(refresh))).toMatch(/has expired/);
  });

  it('tell the groups of now, and are worth nothing once their user is gone', async () => {
    const tokens = tokensOf();
    await users.setPassword('guest', password, ['vui']);
    const { access_token: access, refresh_token: refresh } = await tokens.login('guest', password);
    await users.setPassword('guest', password, []);
    expect(await tokens.verify(access)).toEqual({ user: 'guest', roles: [] });
    expect(await refusal(tokens.renew(refresh))).toMatch(/in no group/);
    const path = join(home, 'web-users.json');
    const { admin } = JSON.parse(await readFile(path, 'utf8')) as { admin: unknown };
    await writeFile(path, JSON.stringify({ admin }));
    expect(await refusal(tokens.verify(access))).toMatch(/is gone/);
  });
});

describe('a forged token', () => {
  const claims = (): object => {
    const now = clock.now() / 1000;
    return {
      groups: ['admin'],
      iat: now,
      nbf: now,
      exp: now + 900,
      grant_type: 'access_token',
      sub: 'admin',
      iss: 'central',
    };
  };
  const publicPem = pairs.RS256.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const signedBy = (header: object, signer: (input: Buffer) => Buffer): string => {
    const input = `${encode(header)}.${encode(claims())}`;
    return `${input}.${signer(Buffer.from(input)).toString('base64url')}`;
  };
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  it('of the true key would be taken: the others differ by their forgery alone', async () => {
    const token = signedBy({ alg: 'RS256' }, (input) => sign('sha256', input, pairs.RS256.privateKey));
    expect(await refusal(tokensOf('RS256').verify(token))).toBe('taken');
  });

  it.each([
    ['with alg none', signedBy({ alg: 'none' }, () => Buffer.alloc(0))],
    ['with alg None', signedBy({ alg: 'None' }, () => Buffer.alloc(0))],
    [
      'with HS256 by the public key',
      signedBy({ alg: 'HS256' }, (input) => createHmac('sha256', publicPem).update(input).digest()),
    ],
    ['by the key of a stranger', signedBy({ alg: 'RS256' }, (input) => sign('sha256', input, stranger))],
    [
      'that names its own key',
      signedBy({ alg: 'RS256', jwk: stranger.export({ format: 'jwk' }) }, (input) => sign('sha256', input, stranger)),
    ],
    ['with RS512 by our own key', signedBy({ alg: 'RS512' }, (input) => sign('sha512', input, pairs.RS256.privateKey))],
    [
      'with a critical extension',
      signedBy({ alg: 'RS256', crit: ['x'], x: 1 }, (input) => sign('sha256', input, pairs.RS256.privateKey)),
    ],
    ['that is no token', 'abc.def.ghi'],
    ['that is empty', ''],
    ['that is endless', 'a'.repeat(100_000)],
  ])('%s is refused', async (_what, token) => {
    expect(await refusal(tokensOf('RS256').verify(token))).toBe(
      'The access token is not valid: it is not one of ours.',
    );
  });

  it('of another instance with the same key is refused', async () => {
    const { access_token: access } = await tokensOf('ES256', 'other').login('admin', password);
    expect(await refusal(tokensOf().verify(access))).toMatch(/not one of ours/);
  });

  it('whose claims were changed is refused', async () => {
    const { access_token: access } = await tokensOf().login('admin', password);
    const [head, , signature] = access.split('.');
    expect(await refusal(tokensOf().verify([head, encode(claims()), signature].join('.')))).toMatch(/not one of ours/);
  });

  it('of the pages is refused', async () => {
    expect(await refusal(tokensOf().verify(await users.login('admin', password)))).toMatch(/not one of ours/);
  });
});
