import { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { instanceCa, rootFileName, writePrivateKey } from '../src/index.ts';
import type { JsonObject } from '../src/index.ts';
import { describeCertificatePlugin } from '../src/testing/index.ts';
import type { PluginUnderTest } from '../src/testing/index.ts';
import { makeAuthority } from './authority.ts';
import { contextFor, orderFor, requestFor } from './plugin-order.ts';
import { scratchFolder } from './scratch.ts';

async function withRoot(home: string): Promise<PluginUnderTest> {
  const { certificate, privateKey } = await makeAuthority();
  for (const [folder, ending, text] of [
    ['certs', 'crt', certificate.pem],
    ['private', 'pem', writePrivateKey(privateKey)],
  ] as const) {
    await mkdir(join(home, 'certificates', folder), { recursive: true });
    await writeFile(join(home, 'certificates', folder, `${rootFileName('central')}.${ending}`), text, { mode: 0o600 });
  }
  return { definition: instanceCa, config: {}, roots: () => certificate.pem };
}

describeCertificatePlugin('instance-ca', withRoot, { features: ['ca-info', 'sub-authorities'] });

describe('the authorities of an instance', () => {
  const refusal = async (home: string, config: JsonObject = {}): Promise<unknown> =>
    Promise.resolve(instanceCa.create(await contextFor(home, 'instance-ca', config))).catch((error: unknown) => error);
  const refused = (message: string): object =>
    expect.objectContaining({ code: 'plugin-config', message: expect.stringContaining(message) as string }) as object;

  it.each<[JsonObject, string]>([
    [{ days: 0 }, '"days" is 0 instead of a whole number from 1 to 3650'],
    [{ days: '365' }, '"days" is "365" instead'],
    [{ years: 1 }, 'it has no option "years"; there is "days"'],
  ])('refuses the configuration %j', async (config, message) => {
    const home = await scratchFolder();
    await withRoot(home);
    expect(await refusal(home, config)).toEqual(refused(message));
  });

  it('says which files it needs', async () => {
    expect(await refusal(await scratchFolder())).toEqual(refused(join('certs', 'central-root-ca.crt')));
  });

  it("issues for as many days as it is told, and begins with the order's opening", async () => {
    const home = await scratchFolder();
    await withRoot(home);
    const plugin = await instanceCa.create(await contextFor(home, 'instance-ca', { days: 2 }));
    const order = orderFor((await requestFor({ commonName: 'central.a' })).orderMeta);
    const { certificate = '' } = await plugin.issueCertificateRequest(order);
    const { validFromDate, validToDate } = new X509Certificate(certificate);
    const second = Math.floor(order.openedAt / 1000) * 1000;
    expect(+validToDate).toBe(second + 2 * 86_400_000);
    expect(+validFromDate).toBeLessThanOrEqual(second);
  });

  it('keeps the key of an authority below from others, and names a file that is damaged', async () => {
    const home = await scratchFolder();
    await withRoot(home);
    const context = await contextFor(home, 'instance-ca', {});
    const plugin = await instanceCa.create(context);
    await plugin.createCa?.({ name: 'Meters', subject: 'CN=Meters', parentCaId: 'instance-ca' });
    const [name = ''] = await readdir(context.directory);
    const path = join(context.directory, name);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 200));
    expect(await refusal(home)).toEqual(refused(`${path} cannot be used: it is no JSON`));
  });

  it('makes no authority below one that may have none', async () => {
    const home = await scratchFolder();
    await withRoot(home);
    const context = await contextFor(home, 'instance-ca', {});
    const plugin = await instanceCa.create(context);
    const made = await plugin.createCa?.({ name: 'One', subject: 'CN=One', parentCaId: 'instance-ca' });
    const deeper = plugin.createCa?.({ name: 'Two', subject: 'CN=Two', parentCaId: made?.pluginCaId ?? '' });
    await expect(deeper).rejects.toMatchObject({ code: 'certificate-refused' });
    expect(await readdir(context.directory)).toHaveLength(1);
  });
});
