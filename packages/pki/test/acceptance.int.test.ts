import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import {
  createOcspRequest,
  createOcspResponse,
  createRevocationList,
  createRootCertificate,
  generateKeyPair,
  issueCertificate,
  verifyChain,
  writePrivateKey,
} from '../src/index.ts';
import type {
  Authority,
  CertificateOptions,
  CertificateProfile,
  KeyAlgorithmName,
  RevocationList,
} from '../src/index.ts';
import { clock } from './authority.ts';
import { openssl, run, scratchFolder } from './scratch.ts';

const algorithms = ['P-256', 'P-384', 'Ed25519', 'RSA-2048'] as const satisfies KeyAlgorithmName[];
const profiles = ['server', 'client', 'peer', 'ocspResponder', 'authority'] as const satisfies CertificateProfile[];
type Profile = (typeof profiles)[number];

/** What openssl and GnuTLS call what a certificate is for. */
const opensslPurposes: Readonly<Record<Profile, readonly string[]>> = {
  server: ['sslserver'],
  client: ['sslclient'],
  peer: ['sslserver', 'sslclient'],
  ocspResponder: ['ocsphelper'],
  authority: ['any'],
};
const gnutlsPurposes: Readonly<Record<Profile, readonly string[]>> = {
  server: ['1.3.6.1.5.5.7.3.1'],
  client: ['1.3.6.1.5.5.7.3.2'],
  peer: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
  ocspResponder: ['1.3.6.1.5.5.7.3.9'],
  authority: [],
};

interface Site {
  readonly root: Authority;
  readonly between: Authority;
  readonly issued: Readonly<Record<Profile, Authority>>;
}

const day = 86_400_000;
const revocationUrls = {
  crl: 'http://central.example/ca.crl',
  ocsp: 'http://central.example/ocsp',
  issuer: 'http://central.example/ca.crt',
};

async function issued(
  algorithm: KeyAlgorithmName,
  options: Pick<CertificateOptions, 'issuer' | 'profile'> & Partial<CertificateOptions>,
): Promise<Authority> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const subject = { country: 'US', organization: 'Gebäude & Netz', commonName: `central.platform.${options.profile}` };
  const made = { publicKey, subject, validity: { days: 90 }, revocationUrls, clock, ...options };
  return { certificate: issueCertificate(made), privateKey };
}

/** A root, an authority with limits below it, and a certificate of each profile below that. */
async function makeSite(algorithm: KeyAlgorithmName): Promise<Site> {
  const { privateKey } = await generateKeyPair(algorithm);
  const subject = { commonName: 'central-root-ca' };
  const root = {
    certificate: createRootCertificate({ subject, privateKey, validity: { days: 3650 }, clock }),
    privateKey,
  };
  const between = await issued(algorithm, {
    ...{ issuer: root, profile: 'authority', subject: { commonName: 'central-sites-ca' }, validity: { days: 365 } },
    nameConstraints: { permitted: { dnsNames: ['central.example'], ipRanges: ['10.0.0.0/8'] } },
  });
  const names = { dnsNames: ['web.central.example'], ipAddresses: ['10.1.2.3'] };
  const issue = (profile: Profile): Promise<Authority> =>
    issued(algorithm, {
      profile,
      issuer: profile === 'authority' ? root : between,
      ...(profile === 'authority' ? {} : names),
    });
  const all = await Promise.all(profiles.map(async (profile) => [profile, await issue(profile)] as const));
  return { root, between, issued: Object.fromEntries(all) as unknown as Site['issued'] };
}

const sites: Partial<Record<KeyAlgorithmName, Site>> = {};
beforeAll(async () => {
  for (const algorithm of algorithms) sites[algorithm] = await makeSite(algorithm);
}, 60_000);

function listOf(issuer: Authority, revoked: readonly string[]): RevocationList {
  return createRevocationList({
    ...{ issuer, number: 1n, nextUpdate: new Date(Date.now() + day), clock },
    revoked: revoked.map((serialNumber) => ({ serialNumber, revokedAt: new Date(), reason: 'superseded' })),
  });
}

/** Writes what the programs read; the authority of the profile stands right below the root. */
async function written(algorithm: KeyAlgorithmName, profile: Profile, revoked: readonly string[] = []) {
  const folder = await scratchFolder();
  const path = (name: string): string => join(folder, name);
  const site = sites[algorithm]!;
  const { root, between } = site;
  const leaf = site.issued[profile].certificate;
  const above = profile === 'authority' ? [] : [between.certificate];
  const lists = [listOf(root, revoked), listOf(between, revoked)];
  await writeFile(path('root.pem'), root.certificate.pem);
  await writeFile(path('between.pem'), between.certificate.pem);
  await writeFile(path('leaf.pem'), leaf.pem);
  await writeFile(path('sent.pem'), [leaf, ...above].map(({ pem }) => pem).join(''));
  await writeFile(path('chain.pem'), [leaf, ...above, root.certificate].map(({ pem }) => pem).join(''));
  await writeFile(path('lists.pem'), lists.map(({ pem }) => pem).join(''));
  await writeFile(path('root.crl'), lists[0]!.pem);
  return { path, site, leaf, lists };
}

const table = algorithms.flatMap((algorithm) => profiles.map((profile) => [profile, algorithm] as const));

describe('openssl', () => {
  it.each(table)(
    'accepts a certificate for %s with keys of %s, and refuses it when revoked',
    async (profile, algorithm) => {
      const { path, leaf } = await written(algorithm, profile);
      const strict = ['verify', '-x509_strict', '-check_ss_sig', '-crl_check_all', '-CAfile', path('root.pem')];
      const verify = (crl: string, purpose: string): Promise<string> =>
        openssl(...strict, '-untrusted', path('between.pem'), '-CRLfile', crl, '-purpose', purpose, path('leaf.pem'));
      for (const purpose of opensslPurposes[profile]) expect(await verify(path('lists.pem'), purpose)).toMatch(/OK$/m);
      const revoking = await written(algorithm, profile, [leaf.serialNumber]);
      await expect(verify(revoking.path('lists.pem'), 'any')).rejects.toThrow(/certificate revoked/);
    },
  );

  it.each(algorithms)('believes OCSP answers of an issuer and of a responder with keys of %s', async (algorithm) => {
    const { path, answers } = await answered(algorithm);
    for (const answer of answers) {
      const files = ['-respin', answer, '-CAfile', path('root.pem'), '-verify_other', path('between.pem')];
      const asked = ['-issuer', path('between.pem'), '-cert', path('leaf.pem'), '-no_nonce'];
      expect(await openssl('ocsp', ...files, ...asked)).toMatch(/leaf\.pem: good/);
    }
  });
});

describe('GnuTLS', () => {
  it.each(table)(
    'accepts a certificate for %s with keys of %s, and refuses it when revoked',
    async (profile, algorithm) => {
      const { path, leaf } = await written(algorithm, profile);
      expect(await run('certtool', '--verify-chain', '--infile', path('chain.pem'))).toMatch(
        /Chain verification output: Verified/,
      );
      const verify = (crl: string, ...more: string[]): Promise<string> =>
        run(
          'certtool',
          '--verify',
          '--load-ca-certificate',
          path('root.pem'),
          '--load-crl',
          crl,
          '--infile',
          path('sent.pem'),
          ...more,
        );
      const purposes = gnutlsPurposes[profile].map((purpose) => ['--verify-purpose', purpose]);
      for (const purpose of [[], ...purposes]) expect(await verify(path('lists.pem'), ...purpose)).toMatch(/Verified/);
      const revoking = await written(algorithm, profile, [leaf.serialNumber]);
      await expect(verify(revoking.path('lists.pem'))).rejects.toThrow();
    },
  );

  it.each(algorithms)('accepts the host name and the revocation list with keys of %s', async (algorithm) => {
    const { path } = await written(algorithm, 'server');
    const root = ['--load-ca-certificate', path('root.pem')];
    const verify = ['--verify', ...root, '--infile', path('sent.pem'), '--verify-hostname'];
    expect(await run('certtool', ...verify, 'web.central.example')).toMatch(/Verified/);
    await expect(run('certtool', ...verify, 'other.central.example')).rejects.toThrow();
    expect(await run('certtool', '--verify-crl', ...root, '--infile', path('root.crl'))).toMatch(/Verified/);
  });

  it.each(algorithms)('believes OCSP answers of an issuer and of a responder with keys of %s', async (algorithm) => {
    const { path, answers } = await answered(algorithm);
    for (const answer of answers) {
      const verify = ['--verify-response', '--load-response', answer, '--load-trust', path('between.pem')];
      expect(await run('ocsptool', ...verify)).toMatch(/Verifying OCSP Response: Success/);
    }
  });
});

/** Files with the answer of the issuer and that of its responder about a server. */
async function answered(algorithm: KeyAlgorithmName) {
  const { path, site, leaf } = await written(algorithm, 'server');
  const { between, issued: by } = site;
  const request = createOcspRequest({ certificate: leaf, issuer: between.certificate });
  const answers: string[] = [];
  for (const responder of [between, by.ocspResponder]) {
    const nextUpdate = new Date(Date.now() + day);
    const options = { request, issuer: between.certificate, responder, nextUpdate, clock };
    const file = path(`answer-${answers.length}.der`);
    await writeFile(file, createOcspResponse({ ...options, statusOf: () => ({ status: 'good' }) }));
    answers.push(file);
  }
  return { path, answers };
}

describe('Node', () => {
  it.each(table)('finds the issuer of a certificate for %s with keys of %s', (profile, algorithm) => {
    const { root, between, issued: by } = sites[algorithm]!;
    const issuer = new X509Certificate((profile === 'authority' ? root : between).certificate.pem);
    const certificate = new X509Certificate(by[profile].certificate.pem);
    expect(certificate.checkIssued(issuer)).toBe(true);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(by[profile].privateKey)).toBe(true);
    expect(certificate.ca).toBe(profile === 'authority');
  });

  const pairs = [
    ['server', 'client'],
    ['peer', 'peer'],
  ] as const;
  it.each(
    algorithms.flatMap((algorithm) =>
      (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) =>
        pairs.map(([server, client]) => [server, client, algorithm, version] as const),
      ),
    ),
  )('shakes hands as %s with a %s, keys of %s, %s', async (serverProfile, clientProfile, algorithm, version) => {
    const { root, between, issued: by } = sites[algorithm]!;
    const pair = ({ certificate, privateKey }: Authority) => ({
      cert: certificate.pem + between.certificate.pem,
      key: writePrivateKey(privateKey),
      ca: root.certificate.pem,
      crl: [listOf(root, []).pem, listOf(between, []).pem],
      minVersion: version,
      maxVersion: version,
    });
    const server = createServer({ ...pair(by[serverProfile]), requestCert: true, rejectUnauthorized: true });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const socket = connect({ ...pair(by[clientProfile]), host: '127.0.0.1', port, servername: 'web.central.example' });
    onTestFinished(() => void socket.destroy());
    const [[other]] = await Promise.all([accepted, once(socket, 'secureConnect')]);
    onTestFinished(() => void other.destroy());
    expect([socket.authorized, other.authorized, socket.getProtocol()]).toEqual([true, true, version]);
  });
});

it.each(table)(
  'verifyChain accepts a certificate for %s with keys of %s, and refuses it when revoked',
  async (profile, algorithm) => {
    const { site, leaf, lists } = await written(algorithm, profile);
    const purpose = profile === 'peer' ? 'server' : profile === 'server' || profile === 'client' ? profile : 'any';
    const check = {
      roots: [site.root.certificate],
      intermediates: [site.between.certificate],
      time: new Date(),
      purpose,
    } as const;
    expect(verifyChain(leaf, { ...check, revocationLists: lists })).toHaveLength(profile === 'authority' ? 2 : 3);
    const revoking = [listOf(site.root, [leaf.serialNumber]), listOf(site.between, [leaf.serialNumber])];
    expect(() => verifyChain(leaf, { ...check, revocationLists: revoking })).toThrow('[revoked]');
  },
);
