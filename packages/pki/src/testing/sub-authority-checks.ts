import { X509Certificate } from 'node:crypto';

import { expect, it } from 'vitest';

import { readCertificate } from '../certificate/certificate.ts';
import type { CaInfo, CertificatePlugin } from '../plugin/certificate-plugin.ts';
import type { RigSource } from './plugin-rig.ts';
import { expectChain, expectFor, GENERATED, readAll } from './plugin-result-checks.ts';

/** @see CertificatePlugin.createCa */
export function subAuthorityChecks(rig: RigSource): void {
  const offered = (): Required<Pick<CertificatePlugin, 'getCaInfo' | 'createCa' | 'deleteCa'>> => {
    const { plugin } = rig();
    return {
      getCaInfo: async () => (await plugin.getCaInfo?.()) ?? {},
      createCa: (request) => plugin.createCa?.(request) ?? Promise.reject(new Error('createCa is missing')),
      deleteCa: (id) => plugin.deleteCa?.(id) ?? Promise.reject(new Error('deleteCa is missing')),
    };
  };
  const firstCa = async (): Promise<string> => Object.keys(await offered().getCaInfo())[0] ?? '';
  const create = async (name: string): Promise<{ pluginCaId: string; info: CaInfo }> =>
    offered().createCa({ name, subject: `CN=${name},O=Example\\, Inc.`, parentCaId: await firstCa() });
  const message = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'nothing was thrown',
      (error: unknown) => (error instanceof Error ? error.message : 'no error was thrown'),
    );

  it('makes an authority below another', async () => {
    const { info } = await create('Meters');
    const below = new X509Certificate(info.certificate ?? '');
    expect(info.name).toBe('Meters');
    expect(below.ca).toBe(true);
    expect(readCertificate(info.certificate ?? '').subject).toEqual({
      commonName: 'Meters',
      organization: 'Example, Inc.',
    });
    expect(readAll(await rig().tested.roots()).some((root) => below.verify(root.publicKey))).toBe(true);
  });

  it('lists what it has made, also after a restart', async () => {
    const { pluginCaId, info } = await create('Gateways');
    expect((await offered().getCaInfo())[pluginCaId]).toEqual(info);
    await rig().open();
    expect((await offered().getCaInfo())[pluginCaId]).toEqual(info);
  });

  it('issues from it, and answers its certificate beside', async () => {
    const { pluginCaId, info } = await create('Chargers');
    const order = await rig().order({ pluginCaId });
    const result = await rig().issue(order);
    const certificate = expectFor(result, order.keys);
    expect(certificate.verify(new X509Certificate(info.certificate ?? '').publicKey)).toBe(true);
    expect(result.intermediates).toContain('BEGIN CERTIFICATE');
    expectChain(result, await rig().tested.roots());
  });

  it('takes two of the same name for two', async () => {
    expect((await create('Twins')).pluginCaId).not.toBe((await create('Twins')).pluginCaId);
  });

  it('deletes an authority: it is listed no more, and issues nothing', async () => {
    const { pluginCaId } = await create('Short');
    await offered().deleteCa(pluginCaId);
    expect(await offered().getCaInfo()).not.toHaveProperty([pluginCaId]);
    await rig().open();
    expect(await offered().getCaInfo()).not.toHaveProperty([pluginCaId]);
    const order = await rig().order({ pluginCaId });
    expect((await rig().call(order, 'issueCertificateRequest')).status).not.toBe(GENERATED);
  });

  it('deletes neither its first authority nor one that it does not know', async () => {
    const id = await firstCa();
    expect(await message(offered().deleteCa(id))).toContain(id);
    expect(await message(offered().deleteCa('../no-such-ca'))).toContain('../no-such-ca');
  });

  it('makes none below an authority that it does not know', async () => {
    const request = { name: 'Orphan', subject: 'CN=Orphan', parentCaId: '../no-such-ca' };
    expect(await message(offered().createCa(request))).toContain('../no-such-ca');
  });

  it.each(['', 'CN=', 'no name', 'CN=a,XYZ=b', `CN=${'x'.repeat(65)}`])(
    'makes none with the subject "%s"',
    async (subject) => {
      const before = await offered().getCaInfo();
      expect(await message(offered().createCa({ name: 'Bad', subject, parentCaId: await firstCa() }))).not.toBe(
        'nothing was thrown',
      );
      expect(await offered().getCaInfo()).toEqual(before);
    },
  );
}
