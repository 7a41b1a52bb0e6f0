import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateDirectory, RemoteCertificates } from '@volttron-ts/auth';
import {
  createRootCertificate,
  issueCertificate,
  readPrivateKey,
  readSigningRequest,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { Authority } from '@volttron-ts/pki';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { awaitCertificate, requestCertificate } from '../src/certificate/index.ts';
import type { CertificateAnswer } from '../src/certificate/index.ts';
import { FixedServer, makeCertificates } from './support/https-server.ts';
import type { Certificates } from './support/https-server.ts';

const NAME = 'campus.node.forwarder';
const now = Date.parse('2026-03-01T12:00:00Z');
const clock = { now: () => now };

let tls: Certificates;
let ca: Authority;
beforeAll(() => {
  tls = makeCertificates();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = { commonName: 'campus-root-ca' };
  ca = { certificate: createRootCertificate({ subject, privateKey, validity: { days: 90 }, clock }), privateKey };
});

let home: string;
let server: FixedServer;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'certificate-'));
  server = await FixedServer.start(tls, { 'instance-name': 'campus', 'vip-address': 'tcp://127.0.0.1:1' });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });
});

const answers = (answer: (csr: string) => unknown): void => {
  server.answers.set('/csr/request_new', (body) => answer((JSON.parse(body) as { csr: string }).csr));
};
const issued = (commonName: string, publicKey: KeyObject, days = 10): string =>
  issueCertificate({ issuer: ca, profile: 'client', subject: { commonName }, publicKey, validity: { days }, clock })
    .pem;
const granted = (csr: string, change: { name?: string; key?: KeyObject } = {}): unknown => ({
  status: 'APPROVED',
  cert: issued(change.name ?? NAME, change.key ?? readSigningRequest(csr).publicKey),
  intermediates: ca.certificate.pem,
});
const ask = (change: { address?: string; now?: number } = {}): Promise<CertificateAnswer> =>
  requestCertificate({
    address: change.address ?? `https://localhost:${server.port}`,
    rootCertificate: tls.root,
    instanceName: 'node',
    identity: 'forwarder',
    directory: new CertificateDirectory(home),
    certificates: new RemoteCertificates(join(home, 'data')),
    now: () => change.now ?? now,
  });

describe('a certificate of another platform', () => {
  it('is asked for under the name that it has there, with one key for all requests', async () => {
    const seen: string[] = [];
    answers((csr) => {
      seen.push(csr);
      return { status: 'PENDING', message: 'wait' };
    });
    expect(await ask()).toEqual({ kind: 'pending', name: NAME, message: 'wait' });
    await ask();
    const [first, second] = seen.map((csr) => readSigningRequest(csr));
    expect(first?.subject).toEqual({ commonName: NAME });
    expect(second?.fingerprint).toBe(first?.fingerprint);
    const key = await readFile(join(home, 'certificates/private/node.forwarder.pem'), 'utf8');
    expect(createPublicKey(readPrivateKey(key)).equals(first!.publicKey)).toBe(true);
  });

  it('uses the key that the agent has, and the attributes of its own root', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const directory = new CertificateDirectory(home);
    await directory.writeKey('node.forwarder', writePrivateKey(privateKey));
    const subject = { country: 'US', organization: 'Site', commonName: 'node-root-ca' };
    const own = createRootCertificate({ subject, privateKey: ca.privateKey, validity: { days: 9 }, clock });
    await directory.write('node-root-ca', { certificate: own.pem, privateKey: 'not read' });
    answers((csr) => {
      const request = readSigningRequest(csr);
      expect(request.subject).toEqual({ ...subject, commonName: NAME });
      expect(request.publicKey.equals(createPublicKey(privateKey))).toBe(true);
      return granted(csr);
    });
    await ask();
    const bundle = await readFile(join(home, 'data/requests_ca_bundle'), 'utf8');
    expect(bundle).toBe(own.pem + ca.certificate.pem);
  });

  it('is kept with its root once it is approved', async () => {
    answers(granted);
    const answer = await ask();
    expect(answer).toMatchObject({ kind: 'approved', name: NAME, root: ca.certificate.pem });
    expect(answer.kind === 'approved' && (await readFile(answer.file, 'utf8'))).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(await readFile(join(home, 'data/campus_ca.crt'), 'utf8')).toBe(ca.certificate.pem);
  });

  it.each<[string, (csr: string) => unknown, RegExp]>([
    ['is for another key', (csr) => granted(csr, { key: ca.certificate.publicKey }), /for another key/],
    ['is for another name', (csr) => granted(csr, { name: 'campus.node.other' }), /for "campus.node.other"/],
    ['is none', () => ({ status: 'APPROVED', cert: 'nothing' }), /instead of one/],
    [
      'comes without its root',
      (csr) => ({ ...(granted(csr) as object), intermediates: '' }),
      /no certificate of its issuer is there/,
    ],
    ['is missing', () => ({ status: 'APPROVED' }), /without a certificate/],
  ])('is not kept if it %s', async (_, answer, message) => {
    answers(answer);
    await expect(ask()).rejects.toMatchObject({
      code: 'certificate-request',
      message: expect.stringMatching(message) as unknown,
    });
    await expect(readFile(join(home, `data/${NAME}.crt`))).rejects.toThrow('ENOENT');
  });

  it('is not kept after it has expired', async () => {
    answers(granted);
    await expect(ask({ now: now + 11 * 86_400_000 })).rejects.toThrow(/it ended at 2026-03-11/);
  });

  it('is not asked for in the clear', async () => {
    const address = `http://localhost:${server.port}`;
    await expect(ask({ address })).rejects.toMatchObject({
      code: 'certificate-request',
      item: 'address',
      value: address,
    });
    expect(server.paths).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ['an ERROR', { status: 'ERROR', message: 'CN must start with campus.' }, /CN must start with campus/],
    ['a status that nobody knows', { status: 'MAYBE' }, /"MAYBE"/],
    ['a list', [], /answer/],
  ])('says what %s means', async (_, answer, message) => {
    answers(() => answer);
    await expect(ask()).rejects.toThrow(message);
  });
});

describe('waiting for a certificate', () => {
  it('asks again, later and later, until it is there', async () => {
    const steps = new SteppedClock();
    const replies = ['PENDING', 'PENDING', 'UNKNOWN', 'APPROVED'];
    answers((csr) => {
      const status = replies.shift();
      return status === 'APPROVED' ? granted(csr) : { status, message: status };
    });
    const heard: string[] = [];
    const { promise: second, resolve } = Promise.withResolvers<undefined>();
    const waiting = awaitCertificate({
      ask: () => ask(),
      waiting: (why) => {
        heard.push(why instanceof Error ? why.code : why.kind);
        if (heard.length === 2) resolve(undefined);
        // The next wait begins when this one was heard.
        setImmediate(() => {
          steps.step(heard.length === 1 ? 2000 : 60_000);
        });
      },
      clock: steps,
      random: () => 0.5,
    });
    await second;
    expect(await waiting).toMatchObject({ kind: 'approved', name: NAME });
    expect(heard).toEqual(['pending', 'pending', 'certificate-request']);
  });

  it('ends with what the operator said when it is denied', async () => {
    answers(() => ({ status: 'DENIED', message: 'not this one' }));
    const polling = { ask: () => ask(), waiting: () => undefined, clock: new SteppedClock(), random: () => 0.5 };
    await expect(awaitCertificate(polling)).rejects.toMatchObject({
      code: 'certificate-denied',
      value: NAME,
      message: `The request for the certificate of ${NAME} is denied: not this one.`,
    });
  });

  it('ends when nobody waits any more', async () => {
    answers(() => ({ status: 'PENDING', message: 'wait' }));
    const ending = new AbortController();
    const waiting = awaitCertificate({
      ...{ ask: () => ask(), clock: new SteppedClock(), random: () => 0.5, signal: ending.signal },
      waiting: () => {
        setImmediate(() => {
          ending.abort();
        });
      },
    });
    await expect(waiting).rejects.toThrow('abort');
  });
});
