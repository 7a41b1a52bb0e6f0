import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  createRootCertificate,
  createSigningRequest,
  generateKeyPair,
  instanceCa,
  rootFileName,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { Clock } from '@volttron-ts/vip-core';
import { expect, it, onTestFinished } from 'vitest';

import { openEnrolment } from '../../src/index.ts';
import type { CertificateEnrolment, EnrolmentWithCertificates } from '../../src/index.ts';
import { startPluginHost } from '../../src/plugin-host/plugin-host.ts';
import { scratchFolder } from '../scratch.ts';

const decision = { by: 'admin', from: 'test' };
const nothing = (): Promise<void> => Promise.resolve();
const grant = { check: nothing, grant: nothing, withdraw: nothing, forget: nothing };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** The pauses between attempts pass at once. */
const hasty: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, Math.min(ms, 300));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** An instance with its own CA, and before it a plugin that misbehaves. */
async function openInstance(): Promise<CertificateEnrolment> {
  const home = await scratchFolder();
  const plugin = join(home, 'node_modules', 'by-name');
  await mkdir(plugin, { recursive: true });
  await cp(join(import.meta.dirname, '../plugins/by-name.mjs'), join(plugin, 'index.mjs'));
  await writeFile(join(plugin, 'package.json'), '{"name":"by-name","main":"index.mjs"}');
  const { privateKey } = await generateKeyPair('P-256');
  const subject = { commonName: 'central-root-ca' };
  const clock = { now: () => Date.now() };
  const root = createRootCertificate({ subject, privateKey, validity: { days: 90 }, clock });
  const file = rootFileName('central');
  for (const folder of ['certs', 'private']) await mkdir(join(home, 'certificates', folder), { recursive: true });
  await writeFile(join(home, 'certificates/certs', `${file}.crt`), root.pem);
  await writeFile(join(home, 'certificates/private', `${file}.pem`), writePrivateKey(privateKey), { mode: 0o600 });
  const plugins = await startPluginHost({
    ...{ home, instanceName: 'central', plugins: ['by-name', instanceCa.name], clock: hasty, log: silent },
    deadline: 250,
  });
  const enrolment: EnrolmentWithCertificates = await openEnrolment({
    ...{ path: join(home, 'enrolment.sqlite'), grant, clock: hasty, log: silent },
    certificates: { instanceName: 'central', plugins, grant },
  });
  onTestFinished(async () => {
    await enrolment.close();
    await plugins.close();
  });
  return enrolment.certificates;
}

async function ask(certificates: CertificateEnrolment, identity: string): Promise<string> {
  const { privateKey } = await generateKeyPair('P-256');
  const name = `central.node.${identity}`;
  await certificates.submit({
    csr: createSigningRequest({ subject: { commonName: name }, privateKey }).pem,
    address: 'x',
  });
  return name;
}

it('a plugin that loops, throws, ends its process or answers nonsense harms no order but its own', async () => {
  const certificates = await openInstance();
  const deeds = ['loop', 'throw', 'exit', 'never', 'strange', 'nonsense'];
  const all: { name: string; isSound: boolean }[] = [];
  for (const deed of deeds) {
    all.push({ name: await ask(certificates, `unruly-${deed}`), isSound: false });
    all.push({ name: await ask(certificates, `sound-beside-${deed}`), isSound: true });
  }
  await Promise.all(all.map(({ name }) => certificates.approve(name, decision)));
  const statuses = async (): Promise<unknown> =>
    Object.fromEntries((await certificates.list()).map(({ name, status }) => [name, status]));
  const ends = all.map(({ name, isSound }) => [name, isSound ? 'issued' : 'failed']);
  await expect.poll(statuses, { timeout: 60_000, interval: 100 }).toEqual(Object.fromEntries(ends));
  const why = async (deed: string): Promise<unknown> =>
    (await certificates.find(`central.node.unruly-${deed}`))?.order?.subStatusMessage;
  expect(await why('throw')).toBe('the CA is on fire');
  for (const deed of ['loop', 'exit']) expect(await why(deed)).toMatch(/interrupted 3 times while nothing else ran/);
  expect(await certificates.verifyTrail()).toMatchObject({ intact: true });
}, 90_000);
