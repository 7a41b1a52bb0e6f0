import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AuthFile, createAuthorizer, createKeyGrant, createUserGrant, generateKeyPair } from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

const opened = async () => AuthFile.open(join(await scratchFolder(), 'auth.json'));
const mayAppend = (file: AuthFile, user: string) =>
  createAuthorizer({ ...file.contents }).allows(user, 'append_journal');

describe('what a user of the broker may do', () => {
  it('stands in the auth file from its approval to its withdrawal, once', async () => {
    const file = await opened();
    const users = createUserGrant(file);
    await users.grant('central.node.forwarder', 'node.forwarder');
    expect(file.contents.allow).toMatchObject([
      {
        mechanism: 'PLAIN',
        credentials: 'central.node.forwarder',
        user_id: 'node.forwarder',
        identity: 'node.forwarder',
      },
    ]);
    expect(mayAppend(file, 'node.forwarder')).toBe(true);
    const { ino } = await stat(file.path);
    await users.grant('central.node.forwarder', 'node.forwarder');
    expect((await stat(file.path)).ino).toBe(ino);
    await users.withdraw('central.node.forwarder');
    await users.withdraw('central.node.forwarder');
    expect(file.contents.allow).toEqual([]);
  });

  it('is what the entry of an approved key says where there is one, which stays', async () => {
    const file = await opened();
    const access = { credential: generateKeyPair().publicKey, identity: 'node.forwarder', comment: 'key' };
    await createKeyGrant(file, { dropLive: () => undefined }).grant(access);
    const users = createUserGrant(file);
    await users.grant('central.node.forwarder', 'node.forwarder');
    await users.withdraw('central.node.forwarder');
    expect(file.contents.allow).toMatchObject([{ credentials: access.credential, user_id: 'node.forwarder' }]);
  });
});
