import { cp, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateDirectory } from '@volttron-ts/auth';
import {
  createRootCertificate,
  generateKeyPair,
  issueCertificate,
  readCertificate,
  readCertificates,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { Authority } from '@volttron-ts/pki';
import { describe, expect, it } from 'vitest';
import { scratch } from './support/agent-package.ts';
import { goldenPath } from './support/golden.ts';
import { openssl } from './support/openssl.ts';
import { vctl } from './support/vctl.ts';

const clock = { now: () => Date.now() };
const ATTRIBUTES = {
  country: 'US',
  state: 'Washington',
  locality: 'Richland',
  organization: 'Test',
  organizationalUnit: 'VOLTTRON',
};

/** The certificates of the captured home, with a root of the same name whose key is known. */
async function goldenCertificates(): Promise<{ home: string; root: Authority }> {
  const home = await scratch();
  await cp(goldenPath('vhomeA/certificates'), join(home, 'certificates'), { recursive: true });
  await writeFile(join(home, 'config'), '[volttron]\ninstance-name = "volttron-server"\n');
  const { privateKey } = await generateKeyPair('RSA-2048');
  const subject = { ...ATTRIBUTES, commonName: 'volttron-server-root-ca' };
  const certificate = createRootCertificate({ subject, privateKey, validity: { days: 3650 }, clock });
  const pair = { certificate: certificate.pem, privateKey: writePrivateKey(privateKey) };
  await new CertificateDirectory(home).write('volttron-server-root-ca', pair);
  return { home, root: { certificate, privateKey } };
}

/** Of every file below, by its path. */
async function contents(folder: string): Promise<Record<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const read = files
    .filter((file) => file.isFile())
    .map(
      async ({ parentPath, name }) => [join(parentPath, name), await readFile(join(parentPath, name), 'utf8')] as const,
    );
  return Object.fromEntries(await Promise.all(read));
}

describe('vctl certs create-ssl-keypair', () => {
  it('makes a pair of the own root in the files of VOLTTRON, without a word', async () => {
    const { home } = await goldenCertificates();
    const ended = await vctl(['certs', 'create-ssl-keypair', 'forwarder'], { home });
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
    const path = (name: string): string => join(home, 'certificates', name);
    const [crt, pem] = [path('certs/volttron-server.forwarder.crt'), path('private/volttron-server.forwarder.pem')];
    expect((await stat(pem)).mode & 0o777).toBe(0o600);
    expect((await stat(crt)).mode & 0o777).toBe(0o644);
    const root = path('certs/volttron-server-root-ca.crt');
    expect(await openssl(home, 'verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', root, crt)).toContain(
      'OK',
    );
    const modulus = async (kind: string, file: string): Promise<string> =>
      openssl(home, kind, '-in', file, '-noout', '-modulus');
    expect(await modulus('rsa', pem)).toBe(await modulus('x509', crt));
  });

  it('has the profile of the original, and what strict readers want besides', async () => {
    const { home } = await goldenCertificates();
    await vctl(['certs', 'create-ssl-keypair', 'volttron-client.appr'], { home });
    const ours = readCertificate(
      await readFile(join(home, 'certificates/certs/volttron-server.volttron-client.appr.crt'), 'utf8'),
    );
    const theirs = readCertificate(await readFile(goldenPath('x509/volttron-server.volttron-client.appr.crt'), 'utf8'));
    for (const what of [
      'version',
      'subject',
      'issuer',
      'signatureAlgorithm',
      'keyUsages',
      'extendedKeyUsages',
      'isAuthority',
      'dnsNames',
    ] as const) {
      expect(ours[what], what).toEqual(theirs[what]);
    }
    expect(ours.publicKey.asymmetricKeyDetails).toEqual(theirs.publicKey.asymmetricKeyDetails);
    const days = ({ notBefore, notAfter }: typeof ours): number =>
      Math.round((notAfter.getTime() - notBefore.getTime()) / 86_400_000);
    expect(days(ours)).toBe(days(theirs));
    const idsOf = ({ extensions }: typeof ours): string[] => extensions.map(({ oid }) => oid).sort();
    const [basicConstraints, subjectKeyIdentifier] = ['2.5.29.19', '2.5.29.14'];
    expect(idsOf(ours)).toEqual([...idsOf(theirs), basicConstraints, subjectKeyIdentifier].sort());
    // The original counts seconds since 1970.
    expect(theirs.serialNumber.length).toBeLessThan(16);
    expect(ours.serialNumber).toHaveLength(32);
  });

  it('replaces the pair of the agent and leaves all else as it is, also ca_db', async () => {
    const { home } = await goldenCertificates();
    const before = await contents(home);
    await vctl(['certs', 'create-ssl-keypair', 'a'], { home });
    const first = await contents(home);
    await vctl(['certs', 'create-ssl-keypair', 'a'], { home });
    const second = await contents(home);
    const pair = ['certs/volttron-server.a.crt', 'private/volttron-server.a.pem'].map((name) =>
      join(home, 'certificates', name),
    );
    expect(Object.keys(second)).toEqual(Object.keys(first));
    for (const file of pair) expect(second[file]).not.toBe(first[file]);
    const rest = Object.entries(second).filter(([file]) => !pair.includes(file));
    expect(Object.fromEntries(rest)).toEqual(before);
  });

  it('ends no later than the root, of which the original takes no notice', async () => {
    const { home, root } = await goldenCertificates();
    const short = createRootCertificate({
      subject: root.certificate.subject,
      privateKey: root.privateKey,
      validity: { days: 30 },
      clock,
    });
    await writeFile(join(home, 'certificates/certs/volttron-server-root-ca.crt'), short.pem);
    const { stdout } = await vctl(['--json', 'certs', 'create-ssl-keypair', 'a'], { home });
    expect(JSON.parse(stdout)).toMatchObject({ name: 'volttron-server.a', not_after: short.notAfter.toISOString() });
  });

  it('says what is missing, and refuses names that would lead elsewhere', async () => {
    const { home } = await goldenCertificates();
    const refused = await vctl(['certs', 'create-ssl-keypair', '../../evil'], { home });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('../../evil');
    const empty = await scratch();
    const missing = await vctl(['certs', 'create-ssl-keypair', 'a'], { home: empty });
    expect(missing).toMatchObject({ code: 74, stdout: '' });
    expect(missing.stderr).toMatch(/^vctl: The certificate ".*-root-ca\.crt" or its key ".*" is not there\. .*\n$/);
  });
});

describe('vctl certs export-pkcs12', () => {
  it("writes the agent's pair into a file for its owner, asking in the words of the original", async () => {
    const { home } = await goldenCertificates();
    await vctl(['certs', 'create-ssl-keypair', 'forwarder'], { home });
    const file = join(home, 'forwarder.p12');
    const ended = await vctl(['certs', 'export-pkcs12', 'forwarder', file], { home, input: 'changeit\nchangeit\n' });
    expect(ended).toEqual({ code: 0, stdout: 'Enter Export Password:Verifying - Enter Export Password:', stderr: '' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await openssl(home, 'pkcs12', '-in', file, '-passin', 'pass:changeit', '-nodes');
    expect(text).toContain('friendlyName: volttron-server.forwarder');
    const pair = await new CertificateDirectory(home).read('volttron-server.forwarder');
    const [certificate, ...more] = readCertificates(text);
    expect(more).toEqual([]);
    expect(certificate?.pem).toBe(pair?.certificate);
    expect(text).toContain(pair?.privateKey.trim());
  });

  it('replaces no file, and names what is not there', async () => {
    const { home } = await goldenCertificates();
    const file = join(home, 'forwarder.p12');
    const missing = await vctl(['certs', 'export-pkcs12', 'forwarder', file], { home });
    expect(missing).toMatchObject({ code: 74, stdout: '' });
    expect(missing.stderr).toMatch(
      /volttron-server\.forwarder\.crt.* vctl certs create-ssl-keypair forwarder makes them\.\n$/,
    );
    await vctl(['certs', 'create-ssl-keypair', 'forwarder'], { home });
    await writeFile(file, 'mine');
    const run = { home, input: 'changeit\nchangeit\n' };
    expect(await vctl(['certs', 'export-pkcs12', 'forwarder', file], run)).toMatchObject({ code: 74, stdout: '' });
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await vctl(['certs', 'export-pkcs12', 'forwarder', file, '--force'], run)).code).toBe(0);
  });
});

describe('vctl certs list', () => {
  it('lists what a home of VOLTTRON holds, with its state', async () => {
    const { home, root } = await goldenCertificates();
    const { publicKey } = await generateKeyPair('P-256');
    const validity = {
      notBefore: root.certificate.notBefore,
      notAfter: new Date(root.certificate.notBefore.getTime() + 1000),
    };
    const old = issueCertificate({
      issuer: root,
      profile: 'client',
      subject: { commonName: 'old' },
      publicKey,
      validity,
      clock,
    });
    const directory = new CertificateDirectory(home);
    await directory.writeRemote('volttron-server.old.agent', old.pem);
    await mkdir(join(home, 'certificates/certs'), { recursive: true });
    await writeFile(join(home, 'certificates/certs/broken.crt'), 'x');
    const { code, stdout, stderr } = await vctl(['certs', 'list'], { home });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^NAME +OF +EXPIRES +STATUS +ISSUER\n$/);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' ').trim());
    const issuer = 'C=US, ST=Washington, L=Richland, O=Test, OU=VOLTTRON, CN=volttron-server-root-ca';
    expect(rows).toContain(`volttron-server.volttron-client.appr remote 2036-11-19 valid ${issuer}`);
    expect(rows).toContain(`platform.web-server own 2036-11-19 valid ${issuer}`);
    expect(rows.find((row) => row.startsWith('volttron-server.old.agent'))).toMatch(/ remote .* expired /);
    expect(rows).toContain('broken own unreadable');
    const told = JSON.parse((await vctl(['--json', 'certs', 'list'], { home })).stdout) as { name: string }[];
    expect(told.map(({ name }) => name)).toEqual(rows.map((row) => row.split(' ')[0]));
    expect((await vctl(['certs', 'list'], { home: await scratch() })).stdout).toBe('');
  });
});
