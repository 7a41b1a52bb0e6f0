import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openKeyStoreFile, readInstanceConfig } from '@volttron-ts/auth';
import { decodeKey, encodeKey } from '@volttron-ts/vip-core';
import { goldenFiles, goldenPath, readGolden } from '../src/golden-files.ts';

const keyStores = goldenFiles().filter((file) => /(^|\/)keystore(\.json)?$/.test(file));

it.each(keyStores)('the key store %s holds a pair as VOLTTRON wrote it', async (file) => {
  const { publicKey, secret } = await openKeyStoreFile(goldenPath(file));
  const written = JSON.parse(readGolden(file)) as { public: string; secret: string };
  expect({ public: publicKey, secret: secret.reveal() }).toEqual(written);
  for (const key of Object.values(written)) expect(encodeKey(decodeKey(key))).toBe(key);
});

it.each([
  ['vhomeA', 'volttron-server', ['tcp://127.0.0.1:23916']],
  ['vhomeB', 'volttron-client', ['tcp://127.0.0.1:23926']],
])('the configuration of %s is read as VOLTTRON wrote it', async (name, instance, addresses) => {
  const home = await mkdtemp(join(tmpdir(), 'golden-'));
  try {
    await cp(goldenPath(name), home, { recursive: true });
    const { settings } = await readInstanceConfig({ home });
    expect(settings).toMatchObject({ 'instance-name': instance, 'message-bus': 'zmq', 'vip-address': addresses });
  } finally {
    await rm(home, { recursive: true });
  }
});
