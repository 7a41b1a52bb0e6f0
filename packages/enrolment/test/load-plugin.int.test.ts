import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createRootCertificate, generateKeyPair, rootFileName, writePrivateKey } from '@volttron-ts/pki';
import { expect, it } from 'vitest';

import { loadPlugin } from '../src/plugin-host/load-plugin.ts';
import { scratchFolder } from './scratch.ts';

const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

async function homeWithRoot(): Promise<string> {
  const home = await scratchFolder();
  const { privateKey } = await generateKeyPair('P-256');
  const clock = { now: () => Date.now() };
  const { pem } = createRootCertificate({ subject: { commonName: 'x' }, privateKey, validity: { days: 10 }, clock });
  for (const [folder, ending, text] of [
    ['certs', 'crt', pem],
    ['private', 'pem', writePrivateKey(privateKey)],
  ] as const) {
    await mkdir(join(home, 'certificates', folder), { recursive: true });
    await writeFile(join(home, 'certificates', folder, `${rootFileName('central')}.${ending}`), text);
  }
  await mkdir(join(home, 'certificate-plugins'));
  return home;
}

it('knows the plugins that come with the platform, each with its configuration file', async () => {
  const home = await homeWithRoot();
  const acme = { directory: 'https://ca.example/dir', 'terms-of-service-agreed': true, webroot: 'www' };
  await writeFile(join(home, 'certificate-plugins', 'acme.json'), JSON.stringify(acme));
  for (const name of ['instance-ca', 'manual', 'acme']) {
    const plugin = await loadPlugin(name, { home, instanceName: 'central', plugins: [name] }, log);
    expect(await plugin.supports({ csr: 'x', profile: 'client' }), name).toBe(name !== 'acme');
  }
});

it('takes a package that the instance has installed, by its name, also one of a scope', async () => {
  const home = await homeWithRoot();
  const folder = join(home, 'node_modules', '@example', 'ca');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"name":"@example/ca","type":"module","exports":"./index.js"}');
  const source = 'export default { name: "@example/ca", create: ({ config }) => ({ supports: () => config.answer }) };';
  await writeFile(join(folder, 'index.js'), source);
  await writeFile(join(home, 'certificate-plugins', '@example+ca.json'), '{"answer":true}');
  const plugin = await loadPlugin('@example/ca', { home, instanceName: 'central', plugins: [] }, log);
  expect(await plugin.supports({ csr: 'x', profile: 'client' })).toBe(true);
});

it.each([
  ['no-such-package', 'there is no such package'],
  ['node-forge', 'is no certificate plugin'],
])('says why it cannot use %s', async (name, why) => {
  const home = await homeWithRoot();
  await expect(loadPlugin(name, { home, instanceName: 'central', plugins: [name] }, log)).rejects.toMatchObject({
    code: 'plugin-unloadable',
    message: expect.stringContaining(why) as string,
  });
});

it('names the option of a configuration that it cannot use', async () => {
  const home = await homeWithRoot();
  await writeFile(join(home, 'certificate-plugins', 'manual.json'), '{"roots":"x.pem"}');
  const loading = loadPlugin('manual', { home, instanceName: 'central', plugins: ['manual'] }, log);
  await expect(loading).rejects.toMatchObject({
    code: 'plugin-config',
    message: expect.stringContaining('"roots"') as string,
  });
});
