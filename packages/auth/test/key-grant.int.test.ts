import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  AuthFile,
  createAccessTable,
  createAuthenticator,
  createKeyGrant,
  generateKeyPair,
  IdentityReservedError,
  IdentityTakenError,
} from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

const key = () => generateKeyPair().publicKey;

async function opened() {
  const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
  const dropped: string[] = [];
  const grant = createKeyGrant(file, { dropLive: (credential) => dropped.push(credential) });
  const status = (credential: string, identity: string) =>
    createAuthenticator(createAccessTable(file.contents)).authenticate({
      ...{ mechanism: 'CURVE', credential, identity, domain: 'vip', address: '127.0.0.1' },
    }).status;
  return { file, dropped, grant, status };
}

describe("a key's access", () => {
  it('is given for its name only, and taken with its live sessions', async () => {
    const { file, dropped, grant, status } = await opened();
    const credential = key();
    await grant.grant({ credential, identity: 'agent.a', comment: 'approved' });
    expect(status(credential, 'agent.a')).toBe(200);
    expect(status(credential, 'agent.b')).toBe(400);
    expect(file.contents.allow).toMatchObject([{ user_id: 'agent.a', identity: 'agent.a', comments: 'approved' }]);
    await grant.withdraw({ credential, comment: 'denied' });
    expect(status(credential, 'agent.a')).toBe(400);
    expect(file.contents).toMatchObject({ allow: [], deny: [{ credentials: credential, comments: 'denied' }] });
    expect(dropped).toEqual([credential]);
    await grant.grant({ credential, identity: 'agent.a', comment: 'after all' });
    expect(file.contents).toMatchObject({ allow: [{ comments: 'after all' }], deny: [] });
    await grant.forget({ credential });
    expect(status(credential, 'agent.a')).toBe(300);
  });

  it('steps may be repeated, and then write nothing', async () => {
    const { file, grant } = await opened();
    const credential = key();
    for (const step of [
      () => grant.grant({ credential, identity: 'agent.a', comment: 'c' }),
      () => grant.withdraw({ credential, comment: 'c' }),
    ]) {
      await step();
      const { ino } = await stat(file.path);
      const { contents } = file;
      await step();
      expect((await stat(file.path)).ino).toBe(ino);
      expect(file.contents).toEqual(contents);
    }
  });

  it('does not cover names that are owned or reserved', async () => {
    const { file, grant } = await opened();
    await file.add({ credentials: key(), user_id: 'agent.a' });
    const taken = { credential: key(), identity: 'agent.a', comment: '' };
    const reserved = { credential: key(), identity: 'platform.auth', comment: '' };
    await expect(grant.check(taken)).rejects.toThrow(IdentityTakenError);
    await expect(grant.grant(taken)).rejects.toThrow(IdentityTakenError);
    await expect(grant.check(reserved)).rejects.toThrow(IdentityReservedError);
    await expect(grant.grant(reserved)).rejects.toThrow(IdentityReservedError);
    expect(file.contents.allow).toHaveLength(1);
  });

  it('covers all connections of another platform’s router, and nothing of its agents', async () => {
    const { file, grant, status } = await opened();
    const credential = key();
    await grant.check({ credential, identity: 'instance.roof.2.0.8345' });
    await grant.grant({ credential, identity: 'instance.roof.2.0.8345', comment: '' });
    expect(file.contents.allow).toMatchObject([
      { user_id: 'instance.roof.2', identity: 'instance.roof.2', capabilities: {} },
    ]);
    expect([status(credential, 'instance.roof.2.0.1'), status(credential, 'roof.agent')]).toEqual([200, 400]);
    await expect(grant.check({ credential: key(), identity: 'instance.roof.2.0.5' })).rejects.toThrow(
      IdentityTakenError,
    );
  });

  it('may cover a second name of the same key', async () => {
    const { grant, status } = await opened();
    const credential = key();
    await grant.grant({ credential, identity: 'agent.a', comment: '' });
    await grant.grant({ credential, identity: 'agent.b', comment: '' });
    expect([status(credential, 'agent.a'), status(credential, 'agent.b')]).toEqual([200, 200]);
  });
});
