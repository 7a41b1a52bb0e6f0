import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from '@volttron-ts/auth';
import { afterEach, describe, expect, it } from 'vitest';
import { findAgentPlace } from '../src/agent-place.ts';

const made: string[] = [];
afterEach(async () => {
  for (const home of made.splice(0)) await rm(home, { recursive: true, force: true });
});

async function homeWithAgent(uuid: string): Promise<{ readonly home: string; readonly publicKey: string }> {
  const home = await mkdtemp(join(tmpdir(), 'volttron-place-'));
  made.push(home);
  const { publicKey, secret } = generateKeyPair();
  const info = join(home, 'agents', uuid, 'meteragent-1.0', 'meteragent-1.0.dist-info');
  await mkdir(info, { recursive: true });
  await mkdir(join(info, '..', 'meteragent.agent-data'));
  await writeFile(join(info, 'keystore.json'), JSON.stringify({ public: publicKey, secret: secret.reveal() }));
  return { home, publicKey };
}

describe('what an agent has of its own', () => {
  it('is, for an installed one, the key store and the data folder of its installation', async () => {
    const { home, publicKey } = await homeWithAgent('6a0c');
    const { keys, dataFolder } = await findAgentPlace(home, { AGENT_UUID: '6a0c' });
    expect(keys?.publicKey).toBe(publicKey);
    expect(dataFolder).toBe(join(home, 'agents/6a0c/meteragent-1.0/meteragent.agent-data'));
  });

  it('is the key pair of its environment before any other', async () => {
    const { home } = await homeWithAgent('6a0c');
    const { publicKey, secret } = generateKeyPair();
    const environment = { AGENT_UUID: '6a0c', AGENT_PUBLICKEY: publicKey, AGENT_SECRETKEY: secret.reveal() };
    expect((await findAgentPlace(home, environment)).keys).toEqual({ publicKey, secret });
  });

  it.each([undefined, 'unknown', '../agents/6a0c', ''])(
    'is what the home and the working folder have when AGENT_UUID is %j',
    async (uuid) => {
      const { home } = await homeWithAgent('6a0c');
      const place = await findAgentPlace(home, { AGENT_UUID: uuid });
      expect(place).toEqual({ keys: undefined, dataFolder: process.cwd() });
    },
  );
});
