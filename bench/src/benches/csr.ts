import { randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CertificateDirectory } from '@volttron-ts/auth';
import { systemClock } from '@volttron-ts/connect';
import { freePort, Operator } from '@volttron-ts/demo';
import {
  createRootCertificate,
  createSigningRequest,
  generateKeyPair,
  issueCertificate,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { Authority, KeyAlgorithmName } from '@volttron-ts/pki';
import { services } from '@volttron-ts/vip-core';
import { BuiltPlatform } from '../built-platform.ts';
import type { Comparison, Measurement, Party } from '../compare.ts';
import { BenchError } from '../errors.ts';
import { ServerProcess, whereIs } from '../server-process.ts';
import { runParties } from '../run-parties.ts';
import type { StartParty } from '../run-parties.ts';

const INSTANCE = 'central';
const CONNECTIONS = 16;
const WARM_MS = 4000;
const MEASURED_MS = 4000;
/** So many that no party comes to their end. */
const REQUESTS = 60_000;
const DAYS = { root: 3650, server: 90 };

interface Request {
  readonly name: string;
  readonly csr: string;
}

/** A server of certificates under load. */
interface Server {
  readonly url: string;
  /** PEM of what its own certificate comes from. */
  readonly root: string;
  readonly body: (request: Request) => unknown;
  cpuSeconds(): number;
}

let requests: Promise<readonly Request[]> | undefined;

/** Of as many keys as there are connections: what is measured is the server. */
async function makeRequests(): Promise<readonly Request[]> {
  const keys = await Promise.all(Array.from({ length: CONNECTIONS }, () => generateKeyPair('P-256')));
  return Array.from({ length: REQUESTS }, (_, number) => {
    const name = `${INSTANCE}.node.agent-${number}`;
    const { privateKey } = keys[number % keys.length]!;
    return { name, csr: createSigningRequest({ subject: { commonName: name }, dnsNames: [name], privateKey }).pem };
  });
}

async function makeRoot(algorithm: KeyAlgorithmName): Promise<Authority> {
  const { privateKey } = await generateKeyPair(algorithm);
  const subject = { commonName: `${INSTANCE}-root-ca` };
  const validity = { days: DAYS.root };
  return { certificate: createRootCertificate({ subject, privateKey, validity, clock: systemClock }), privateKey };
}

/** A TLS server's pair for 127.0.0.1, its key on P-256 like that of our web service. */
async function makeServerPair(issuer: Authority): Promise<{ certificate: string; privateKey: string }> {
  const { publicKey, privateKey } = await generateKeyPair('P-256');
  const { pem } = issueCertificate({
    ...{ issuer, profile: 'server', publicKey, subject: { commonName: 'server' }, ipAddresses: ['127.0.0.1'] },
    ...{ validity: { days: DAYS.server }, clock: systemClock },
  });
  return { certificate: pem, privateKey: writePrivateKey(privateKey) };
}

/** Certificates per second of CPU that the server uses. */
async function measure(start: StartParty, server: Server): Promise<Measurement> {
  const bodies = (await (requests ??= makeRequests())).map((request) => JSON.stringify(server.body(request)));
  const { url, root } = server;
  const { party: load } = await start('csr-load.ts', { url, root, connections: CONNECTIONS, bodies });
  const count = async (): Promise<number> => {
    const { count: sum, failure } = (await load.ask('count')) as { count: number; failure?: string };
    if (failure !== undefined) throw new BenchError(`${url} did not give a certificate: ${failure}`);
    return sum;
  };
  await load.ask('go');
  await wait(WARM_MS);
  const [before, first] = [server.cpuSeconds(), await count()];
  await wait(MEASURED_MS);
  const [used, given] = [server.cpuSeconds() - before, (await count()) - first];
  return {
    ...{ value: given / used, messages: given, seconds: MEASURED_MS / 1000 },
    cpu: { router: used, sink: 0, source: load.cpuSeconds() },
  };
}

/** The whole platform: request checked, order and audit kept through a power cut, the plugin in its process. */
function ours(algorithm: KeyAlgorithmName): Party {
  return {
    name: 'volttron',
    run: () =>
      runParties(async (start) => {
        const root = await makeRoot(algorithm);
        const config = { 'instance-name': INSTANCE, 'bind-web-address': 'https://127.0.0.1:0', 'enable-csr': 'True' };
        await using platform = await BuiltPlatform.start(config, async (home) => {
          const pair = { certificate: root.certificate.pem, privateKey: writePrivateKey(root.privateKey) };
          await new CertificateDirectory(home).write(`${INSTANCE}-root-ca`, pair);
        });
        await approveAll(platform.home);
        return await measure(start, {
          url: `${String(platform.status['webAddress'])}/csr/request_new`,
          root: root.certificate.pem,
          body: ({ csr }) => ({ csr }),
          cpuSeconds: () => platform.cpuSeconds(),
        });
      }),
  };
}

async function approveAll(home: string): Promise<void> {
  const nothing = (): void => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const operator = await Operator.of(home, log);
  await operator.call(services.web, 'auto_allow_csr', [true]);
  await operator.close();
}

/** HTTPS, one signature checked and one made: nothing in Node can do with less. */
function floor(algorithm: KeyAlgorithmName): Party {
  return {
    name: 'crypto and HTTPS alone',
    run: () =>
      runParties(async (start) => {
        const root = await makeRoot(algorithm);
        const pair = await makeServerPair(root);
        const { party, ready } = await start('csr-floor.ts', { ...pair, caKey: writePrivateKey(root.privateKey) });
        return await measure(start, {
          url: `https://127.0.0.1:${(ready as { port: number }).port}/`,
          root: root.certificate.pem,
          body: ({ csr }) => ({ csr }),
          cpuSeconds: () => party.cpuSeconds(),
        });
      }),
  };
}

/** Signs and forgets: it keeps neither orders nor an audit. */
function cfssl(algorithm: KeyAlgorithmName): Party {
  return {
    name: 'cfssl (keeps nothing)',
    run: () =>
      runParties(async (start, folder) => {
        const root = await makeRoot(algorithm);
        const path = writer(folder);
        const pair = await makeServerPair(root);
        const port = await freePort(0);
        await using server = await ServerProcess.start(
          'cfssl',
          [
            ...['serve', '-address', '127.0.0.1', '-port', String(port), '-loglevel', '4'],
            ...['-ca', await path('ca.pem', root.certificate.pem)],
            ...['-ca-key', await path('ca-key.pem', writePrivateKey(root.privateKey))],
            ...[
              '-tls-cert',
              await path('tls.pem', pair.certificate),
              '-tls-key',
              await path('tls-key.pem', pair.privateKey),
            ],
          ],
          port,
        );
        return await measure(start, {
          url: `https://127.0.0.1:${port}/api/v1/cfssl/sign`,
          root: root.certificate.pem,
          body: ({ name, csr }) => ({ certificate_request: csr, hosts: [name] }),
          cpuSeconds: () => server.cpuSeconds(),
        });
      }),
  };
}

/** With its database, and a one-time token for each certificate, which is its way of approving. */
function stepCa(algorithm: KeyAlgorithmName): Party {
  return {
    name: 'step-ca',
    run: () =>
      runParties(async (start, folder) => {
        const root = await makeRoot(algorithm);
        const path = writer(folder);
        const port = await freePort(0);
        const { privateKey: tokenKey, publicKey } = await generateKeyPair('P-256');
        const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'ES256' };
        const config = {
          root: await path('root.pem', root.certificate.pem),
          crt: await path('ca.pem', root.certificate.pem),
          key: await path('ca-key.pem', writePrivateKey(root.privateKey)),
          address: `127.0.0.1:${port}`,
          dnsNames: ['127.0.0.1'],
          db: { type: 'badgerv2', dataSource: join(folder, 'db') },
          authority: { provisioners: [{ type: 'JWK', name: 'bench', key: jwk }] },
        };
        await using server = await ServerProcess.start(
          'step-ca',
          [await path('ca.json', JSON.stringify(config))],
          port,
        );
        const audience = `https://127.0.0.1:${port}/1.0/sign`;
        return await measure(start, {
          url: audience,
          root: root.certificate.pem,
          body: ({ name, csr }) => ({ csr, ott: token(tokenKey, audience, name) }),
          cpuSeconds: () => server.cpuSeconds(),
        });
      }),
  };
}

function token(key: KeyObject, audience: string, name: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: 'bench', aud: audience, sub: name, sans: [name], nbf: now - 10, iat: now, exp: now + 300 };
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'ES256', kid: 'bench', typ: 'JWT' })}.${encode({ ...claims, jti: randomUUID() })}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** Writes a file of a folder; answers its path. */
const writer = (folder: string) => async (file: string, text: string) => {
  await writeFile(join(folder, file), text, { mode: 0o600 });
  return join(folder, file);
};

/** Certificate requests over HTTPS, approved as they come. */
export function csr(): Comparison[] {
  const comparison = (algorithm: KeyAlgorithmName, name: string, atLeast: number): Comparison => ({
    name: `CA ${name}, requests P-256`,
    unit: 'certificates/server CPU s',
    ours: ours(algorithm),
    goal: { atLeast },
    peers: [
      { party: floor(algorithm), goal: { atLeast: 0.6 } },
      ...(whereIs('step-ca') === undefined ? [] : [{ party: stepCa(algorithm), goal: { atLeast: 2 } }]),
      ...(whereIs('cfssl') === undefined ? [] : [{ party: cfssl(algorithm) }]),
    ],
  });
  return [comparison('P-256', 'P-256', 1200), comparison('RSA-2048', 'RSA-2048', 550)];
}
