import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { KeyStore, openKeyStoreFile, publicKeyOf } from '../src/index.ts';
import { golden, goldenHome, scratchFolder } from './scratch.ts';

describe('a key store', () => {
  it('is made on first use, with mode 0600 and in the form VOLTTRON reads', async () => {
    const home = await scratchFolder();
    const pair = await new KeyStore(home).agent('agent.a');
    const path = join(home, 'keystores/agent.a/keystore.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe(
      `{\n    "public": "${pair.publicKey}",\n    "secret": "${pair.secret.reveal()}"\n}`,
    );
    expect(await new KeyStore(home).agent('agent.a')).toEqual(pair);
  });

  it('is made once, however many ask at the same time', async () => {
    const home = await scratchFolder();
    const pairs = await Promise.all(Array.from({ length: 20 }, () => new KeyStore(home).platform()));
    expect(new Set(pairs.map(({ publicKey }) => publicKey)).size).toBe(1);
  });

  it.each(['vhomeA', 'vhomeB'] as const)('of VOLTTRON 9 (%s) is read as it is, and never written', async (name) => {
    const home = await goldenHome(name);
    for (const file of ['keystore', 'keystores/control/keystore.json']) {
      const text = await readFile(golden(`${name}/${file}`), 'utf8');
      const { publicKey, secret } = await openKeyStoreFile(join(home, file));
      expect({ public: publicKey, secret: secret.reveal() }).toEqual(JSON.parse(text));
      expect(publicKeyOf(secret)).toBe(publicKey);
      expect(await readFile(join(home, file), 'utf8')).toBe(text);
    }
    expect(await new KeyStore(home).platform()).toEqual(await openKeyStoreFile(join(home, 'keystore')));
  });

  it.each([
    ['no JSON', 'nonsense', /not JSON/],
    ['empty', '', /not JSON/],
    ['null', 'null', /no text "public"/],
    ['half', '{"public": "JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o"}', /no text "secret"/],
    ['short', '{"public": "x", "secret": "y"}', /"public" is no CURVE key/],
    [
      'of two pairs',
      '{"public":"yGdWM7WngVwtR2jIt5PZOQT0iPNhTKex8Byv7n-28R0","secret":"Ma5WX4pquV3axDsG25hzQ1_Yhc0KuGMrPCoWP1DZEts"}',
      /no pair/,
    ],
  ])('that is %s is an error that names it, and stays as it is', async (_, text, problem) => {
    const path = join(await scratchFolder(), 'keystore');
    await writeFile(path, text);
    const error = (await openKeyStoreFile(path).catch((caught: unknown) => caught)) as Error;
    expect(error.message).toMatch(problem);
    expect(error.message).toContain(path);
    expect(`${error.message} ${String(error.cause)}`).not.toContain('Ma5WX4pquV3axDsG25hzQ1');
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it.each(['../etc', '.', '..', '/etc', ''])(
    'is not made for the name "%s", which is no VIP identity',
    async (name) => {
      const home = await scratchFolder();
      await expect(new KeyStore(home).agent(name)).rejects.toMatchObject({ code: 'invalid-value' });
      expect(await readdir(home)).toEqual([]);
    },
  );
});
