import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agentEntry, AuthFile, CertificateDirectory, ensureEntries, KeyStore } from '@volttron-ts/auth';
import { systemClock } from '@volttron-ts/connect';
import {
  createRootCertificate,
  generateKeyPair,
  issueCertificate,
  readCertificate,
  readPrivateKey,
  rootFileName,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { Authority } from '@volttron-ts/pki';
import { BuiltPlatform } from '../built-platform.ts';
import type { Comparison, Measurement } from '../compare.ts';
import { BenchError } from '../errors.ts';
import { runParties } from '../run-parties.ts';

const INSTANCE = 'central';
const PROGRAM = `${INSTANCE}.program`;
const DAYS = { days: 30 };

const issue = (
  issuer: Authority,
  publicKey: Parameters<typeof issueCertificate>[0]['publicKey'],
  name: string,
): string =>
  issueCertificate({
    ...{ issuer, publicKey, subject: { commonName: name }, dnsNames: [name] },
    ...{ profile: 'peer', validity: DAYS, clock: systemClock },
  }).pem;

/** Seconds for 50 MB down and 50 MB up, server and client in one process. */
async function exchange(by: 'ours' | 'bare'): Promise<Measurement> {
  return runParties(async (start, folder) => {
    const { privateKey } = await generateKeyPair('P-256');
    const root = createRootCertificate({
      ...{ subject: { commonName: 'root' }, privateKey, validity: DAYS, clock: systemClock },
    });
    const pair = await generateKeyPair('P-256');
    const files = {
      ssl_private_key: join(folder, 'own.key'),
      ssl_cert: join(folder, 'own.crt'),
      ssl_root_cert: join(folder, 'root.pem'),
    };
    await writeFile(files.ssl_private_key, writePrivateKey(pair.privateKey));
    await writeFile(files.ssl_cert, issue({ certificate: root, privateKey }, pair.publicKey, 'localhost'));
    await writeFile(files.ssl_root_cert, root.pem);
    const { party } = await start('grpc-exchange.ts', { by, files });
    await party.ask('warm');
    const before = party.cpuSeconds();
    const { exchanges, seconds } = (await party.ask('measure')) as { exchanges: number; seconds: number };
    const cpu = { router: 0, sink: 0, source: party.cpuSeconds() - before };
    return { value: seconds / exchanges, messages: exchanges * 2, seconds, cpu };
  });
}

/** Publications a second that a platform takes, from an agent or through its gateway. */
async function publish(via: 'agent' | 'gateway'): Promise<Measurement> {
  await using platform = await BuiltPlatform.start(
    { 'instance-name': INSTANCE, 'grpc-gateway-address': 'localhost:0' },
    async (home) => {
      const { publicKey } = await new KeyStore(home).agent('source');
      await ensureEntries(await AuthFile.open(join(home, 'auth.json')), [agentEntry('source', publicKey)]);
    },
  );
  const { home, status } = platform;
  const directory = new CertificateDirectory(home);
  const held = await directory.read(rootFileName(INSTANCE));
  if (held === undefined) throw new BenchError('The platform has made no root.');
  const issuer = { certificate: readCertificate(held.certificate), privateKey: readPrivateKey(held.privateKey) };
  const { publicKey, privateKey } = await generateKeyPair('P-256');
  const pem = issue(issuer, publicKey, PROGRAM);
  await directory.writeRemote(PROGRAM, pem);
  return await runParties(async (start, folder) => {
    const files = { key: join(folder, 'key'), cert: join(folder, 'cert'), root: join(folder, 'root') };
    await writeFile(files.key, writePrivateKey(privateKey));
    await writeFile(files.cert, pem);
    await writeFile(files.root, held.certificate);
    const { party } = await start('publishing-source.ts', { home, via, target: status['grpcTarget'], ...files });
    await party.ask('warm');
    const before = [platform.cpuSeconds(), party.cpuSeconds()] as const;
    const { count, seconds } = (await party.ask('measure')) as { count: number; seconds: number };
    const cpu = { router: platform.cpuSeconds() - before[0], sink: 0, source: party.cpuSeconds() - before[1] };
    return { value: count / seconds, messages: count, seconds, cpu };
  });
}

export function grpc(): Comparison[] {
  return [
    {
      name: '50 MB each way, mutual TLS',
      unit: 's',
      ours: { name: 'our channel', run: () => exchange('ours') },
      peers: [{ party: { name: 'bare grpc-js', run: () => exchange('bare') }, goal: { atMost: 1.1 } }],
    },
    {
      name: 'publications onto the bus',
      unit: 'publications/s',
      ours: { name: 'gRPC gateway', run: () => publish('gateway') },
      peers: [{ party: { name: 'VIP agent', run: () => publish('agent') }, goal: { atLeast: 0.5 } }],
    },
  ];
}
