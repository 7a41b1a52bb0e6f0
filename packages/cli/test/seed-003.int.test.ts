import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, createSecureContext, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { readCertificate, readCertificates } from '@volttron-ts/pki';
import { describe, expect, it } from 'vitest';
import { scratch } from './support/agent-package.ts';
import { openssl } from './support/openssl.ts';
import { vctl } from './support/vctl.ts';

const PASSPHRASE = 'open sesame';
const DAY = 86_400_000;

/** The questions as the seed shows them. */
const QUESTIONS = [
  'Country Name (2 letter code) [AU]:',
  'State or Province Name (full name) [Some-State]:',
  'Locality Name (eg, city) []:',
  'Organization Name (eg, company) [Internet Widgits Pty Ltd]:',
  'Organizational Unit Name (eg, section) []:',
  'Common Name (e.g. server FQDN or YOUR name) []:',
  'Email Address []:',
].join('');

/** Its answers: all empty but the name. */
const answers = (name: string): string => `.\n.\n\n.\n\n${name}\n\n`;

interface Site {
  readonly folder: string;
  /** Runs `vctl certs` there, which must work. */
  readonly certs: (args: readonly string[], input?: string) => Promise<string>;
}

async function newSite(): Promise<Site> {
  const folder = await scratch();
  return {
    folder,
    certs: async (args, input = '') => {
      const { code, stdout, stderr } = await vctl(['certs', ...args], { home: folder, folder, input });
      expect({ code, stderr }, `vctl certs ${args.join(' ')}`).toEqual({ code: 0, stderr: '' });
      return stdout;
    },
  };
}

const textOf = (folder: string, name: string): Promise<string> => readFile(join(folder, name), 'utf8');
const modeOf = async (folder: string, name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;
const daysOf = async (folder: string, name: string): Promise<number> => {
  const { notAfter } = readCertificate(await textOf(folder, name));
  return (notAfter.getTime() - Date.now()) / DAY;
};

/** A TLS connection as the seed configures it: each side shows its certificate, and trusts rootCA.pem only. */
async function secureConnection(server: string, client: string): Promise<string> {
  const pair = async (folder: string, name: string): Promise<{ key: string; cert: string; ca: string }> => ({
    key: await textOf(folder, `${name}.key`),
    cert: await textOf(folder, `${name}.crt`),
    ca: await textOf(folder, 'rootCA.pem'),
  });
  const options = { ...(await pair(server, 'server')), requestCert: true, rejectUnauthorized: true };
  const listener = createServer(options, (socket) => socket.end(String(socket.getPeerCertificate().subject.CN)));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = listener.address() as AddressInfo;
    const socket = connect({ ...(await pair(client, 'client')), port, host: '127.0.0.1', servername: 'localhost' });
    return await new Promise((resolve, reject) => {
      socket.once('data', (data: Buffer) => {
        resolve(data.toString());
      });
      socket.once('error', reject);
    });
  } finally {
    listener.close();
  }
}

describe('the how-to of seed 003, without openssl', () => {
  it('secures a server and a client, each with a certificate of the same root', async () => {
    const [server, client] = [await newSite(), await newSite()];

    const made = await server.certs(['root'], `${PASSPHRASE}\n${PASSPHRASE}\n${answers('our root')}`);
    expect(made).toContain(
      `Enter PEM pass phrase:Verifying - Enter PEM pass phrase:${QUESTIONS}rootCA.key, rootCA.pem`,
    );
    expect(await textOf(server.folder, 'rootCA.key')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(await daysOf(server.folder, 'rootCA.pem')).toBeCloseTo(1024, 1);

    await server.certs(['key', 'server.key']);
    expect(await server.certs(['csr', 'server.key'], answers('localhost'))).toContain(`${QUESTIONS}server.csr`);
    const signed = await server.certs(['sign', 'server.csr'], `${PASSPHRASE}\n`);
    expect(signed).toContain('Enter pass phrase for rootCA.key:server.crt: CN=localhost, until ');
    expect(await daysOf(server.folder, 'server.crt')).toBeCloseTo(500, 1);

    await client.certs(['key', 'client.key']);
    await client.certs(['csr', 'client.key'], answers('localhost'));
    await writeFile(join(server.folder, 'client.csr'), await textOf(client.folder, 'client.csr'));
    await server.certs(['sign', 'client.csr'], `${PASSPHRASE}\n`);
    for (const name of ['client.crt', 'rootCA.pem']) {
      await writeFile(join(client.folder, name), await textOf(server.folder, name));
    }

    for (const { folder, name } of [
      { folder: server.folder, name: 'rootCA.key' },
      { folder: server.folder, name: 'server.key' },
      { folder: client.folder, name: 'client.key' },
    ]) {
      expect(await modeOf(folder, name), name).toBe(0o600);
    }
    expect(await secureConnection(server.folder, client.folder)).toBe('localhost');
    expect(await client.certs(['verify', 'client.crt', '--key', 'client.key'])).toBe('client.crt: OK\n');
    const verified = await openssl(
      server.folder,
      'verify',
      '-x509_strict',
      '-CAfile',
      'rootCA.pem',
      'server.crt',
      'client.crt',
    );
    expect(verified).toBe('server.crt: OK\nclient.crt: OK\n');
  });

  it('makes key and certificate of a client in one step, where the authority is', async () => {
    const { folder, certs } = await newSite();
    await writeFile(join(folder, 'passphrase'), `${PASSPHRASE}\n`);
    const passphrase = ['--passphrase-file', 'passphrase'];
    await certs(['root', '--subject', '/O=Test/CN=our root', ...passphrase]);
    expect(await certs(['client', '--subject', '/CN=meter 7', ...passphrase])).toContain(
      'client.key, client.crt: CN=meter 7',
    );
    const verified = ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'rootCA.pem', 'client.crt'];
    expect(await openssl(folder, ...verified)).toBe('client.crt: OK\n');
    expect(await modeOf(folder, 'client.key')).toBe(0o600);
    expect(await certs(['verify', 'client.crt', '--purpose', 'client', '--key', 'client.key'])).toContain('OK');
  });
});

describe('vctl certs export', () => {
  it('puts key, certificate and what stands behind it into one file that openssl and Node read', async () => {
    const { folder, certs } = await newSite();
    await writeFile(join(folder, 'passphrase'), `${PASSPHRASE}\n`);
    const passphrase = ['--passphrase-file', 'passphrase'];
    await certs(['root', '--subject', '/CN=our root', ...passphrase]);
    await certs(['client', '--subject', '/CN=meter 7', '--algorithm', 'P-256', ...passphrase]);
    await writeFile(
      join(folder, 'client.crt'),
      `${await textOf(folder, 'client.crt')}${await textOf(folder, 'rootCA.pem')}`,
    );
    expect(await certs(['export', 'client.crt'], 'changeit\nchangeit\n')).toContain('client.p12: CN=meter 7\n');
    expect(await modeOf(folder, 'client.p12')).toBe(0o600);
    const text = await openssl(folder, 'pkcs12', '-in', 'client.p12', '-passin', 'pass:changeit', '-nodes');
    expect(readCertificates(text).map(({ subject }) => subject.commonName)).toEqual(['meter 7', 'our root']);
    expect(text).toContain((await textOf(folder, 'client.key')).trim());
    const pfx = await readFile(join(folder, 'client.p12'));
    expect(() => createSecureContext({ pfx, passphrase: 'changeit' })).not.toThrow();
    // An encrypted key asks for its own passphrase.
    await certs(
      ['export', 'rootCA.pem', '--out', 'root.p12', '--key-passphrase-file', 'passphrase'],
      'changeit\nchangeit\n',
    );
    expect(await openssl(folder, 'pkcs12', '-in', 'root.p12', '-passin', 'pass:changeit', '-nodes')).toContain(
      'our root',
    );
  });
});

/** openssl's own commands of the seed, the passphrase aside. */
const OPENSSL: Readonly<Record<Step, readonly string[]>> = {
  key: ['genrsa', '-des3', '-passout', `pass:${PASSPHRASE}`, '-out', 'rootCA.key', '2048'],
  root: ['req', '-x509', '-new', '-nodes', '-key', 'rootCA.key', '-sha256', '-days', '1024', '-out', 'rootCA.pem'],
  serverKey: ['genrsa', '-out', 'server.key', '2048'],
  csr: ['req', '-new', '-key', 'server.key', '-out', 'server.csr'],
  sign: ['x509', '-req', '-in', 'server.csr', '-CA', 'rootCA.pem', '-CAkey', 'rootCA.key', '-CAcreateserial'],
};
type Step = 'key' | 'root' | 'serverKey' | 'csr' | 'sign';
const steps: readonly Step[] = ['key', 'root', 'serverKey', 'csr', 'sign'];
const passin = ['-passin', `pass:${PASSPHRASE}`];

const byOpenssl: Readonly<Record<Step, (site: Site) => Promise<unknown>>> = {
  key: ({ folder }) => openssl(folder, ...OPENSSL.key),
  root: ({ folder }) => openssl(folder, ...OPENSSL.root, ...passin, '-subj', '/CN=our root'),
  serverKey: ({ folder }) => openssl(folder, ...OPENSSL.serverKey),
  csr: ({ folder }) => openssl(folder, ...OPENSSL.csr, '-utf8', '-subj', '/C=FR/O=Réseau/CN=localhost'),
  sign: ({ folder }) => openssl(folder, ...OPENSSL.sign, ...passin, '-out', 'server.crt', '-days', '500', '-sha256'),
};

const byOurs: Readonly<Record<Step, (site: Site) => Promise<unknown>>> = {
  key: ({ certs }) => certs(['key', 'rootCA.key', '--cipher', 'des3'], `${PASSPHRASE}\n${PASSPHRASE}\n`),
  root: ({ certs }) => certs(['root', '--key', 'rootCA.key', '--subject', '/CN=our root'], `${PASSPHRASE}\n`),
  serverKey: ({ certs }) => certs(['key', 'server.key']),
  csr: ({ certs }) => certs(['csr', 'server.key', '--subject', '/C=FR/O=Réseau/CN=localhost']),
  sign: ({ certs }) => certs(['sign', 'server.csr'], `${PASSPHRASE}\n`),
};

describe('the how-to of seed 003, by openssl and ours in turn', () => {
  it.each([
    { first: 'openssl', by: [byOpenssl, byOurs] },
    { first: 'ours', by: [byOurs, byOpenssl] },
  ])('comes to the same when $first begins', async ({ by }) => {
    const site = await newSite();
    for (const [at, step] of steps.entries()) await by[at % 2]?.[step](site);
    expect(await openssl(site.folder, 'verify', '-CAfile', 'rootCA.pem', 'server.crt')).toBe('server.crt: OK\n');
    expect(await site.certs(['verify', 'server.crt', '--key', 'server.key'])).toBe('server.crt: OK\n');
    const subject = await openssl(
      site.folder,
      'x509',
      '-in',
      'server.crt',
      '-noout',
      '-subject',
      '-nameopt',
      'utf8,esc_ctrl',
    );
    expect(subject).toContain('Réseau');
    expect(await site.certs(['show', 'server.crt'])).toContain('C=FR, O=Réseau, CN=localhost');
  });

  it('leaves the last serial number in rootCA.srl, so that none is given twice', async () => {
    const site = await newSite();
    for (const step of ['key', 'root', 'serverKey', 'csr'] as const) await byOpenssl[step](site);
    const serials: string[] = [];
    for (const by of [byOpenssl, byOurs, byOpenssl, byOpenssl, byOurs, byOurs]) {
      if (by === byOurs) await site.certs(['sign', 'server.csr', '--force'], `${PASSPHRASE}\n`);
      else await by.sign(site);
      const serial = await openssl(site.folder, 'x509', '-in', 'server.crt', '-noout', '-serial');
      expect(`serial=${await textOf(site.folder, 'rootCA.srl')}`).toBe(serial);
      serials.push(serial);
    }
    expect(new Set(serials).size).toBe(6);
    await site.certs(['sign', 'server.csr', '--force', '--ca-serial', 'other.srl'], `${PASSPHRASE}\n`);
    expect(await textOf(site.folder, 'other.srl')).toMatch(/^[0-9A-F]{32}\n$/);
    // openssl goes on from the one of ours.
    const again = ['-CAserial', 'other.srl', '-out', 'again.crt'];
    await openssl(site.folder, ...OPENSSL.sign.slice(0, -1), ...passin, ...again);
    const [before, after] = await Promise.all(
      ['server.crt', 'again.crt'].map(async (name) => readCertificate(await textOf(site.folder, name)).serialNumber),
    );
    expect(BigInt(`0x${after}`)).toBe(BigInt(`0x${before}`) + 1n);
  });

  it('reads keys as openssl wrote them before version 3', async () => {
    const site = await newSite();
    await openssl(site.folder, 'genrsa', '-traditional', ...OPENSSL.key.slice(1));
    expect(await textOf(site.folder, 'rootCA.key')).toContain('DEK-Info: DES-EDE3-CBC');
    await byOurs.root(site);
    expect(await openssl(site.folder, 'verify', '-CAfile', 'rootCA.pem', 'rootCA.pem')).toBe('rootCA.pem: OK\n');
  });
});
