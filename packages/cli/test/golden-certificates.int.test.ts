import { cp, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateDirectory } from '@volttron-ts/auth';
import {
  checkSigningRequest,
  createRootCertificate,
  generateKeyPair,
  readSigningRequest,
  writePrivateKey,
} from '@volttron-ts/pki';
import { describe, expect, it } from 'vitest';
import { scratch } from './support/agent-package.ts';
import { goldenPath } from './support/golden.ts';
import { vctl } from './support/vctl.ts';

const golden = (path: string): Promise<string> => readFile(goldenPath(path), 'utf8');

/** What `vctl --json certs show` tells of a golden file. */
async function shown<T>(path: string): Promise<T> {
  const { code, stdout } = await vctl(['--json', 'certs', 'show', goldenPath(path)], { home: await scratch() });
  expect(code, path).toBe(0);
  return JSON.parse(stdout) as T;
}

interface Certificate {
  readonly subject: Readonly<Record<string, string>>;
  readonly issuer: Readonly<Record<string, string>>;
  readonly serial_number: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly dns_names: readonly string[];
  readonly authority: boolean;
  readonly key_usages: readonly string[];
  readonly extended_key_usages: readonly string[];
}

/** The value behind a heading of `openssl x509 -text`, on its line or on the next one. */
const valueOf = (text: string, heading: string): string =>
  new RegExp(`${heading}[^\\n]*?:(?: critical)?\\s+([^\\n]+)`).exec(text)?.[1]?.trim() ?? '';

const FIELDS: Readonly<Record<string, string>> = {
  C: 'country',
  ST: 'state',
  L: 'locality',
  O: 'organization',
  OU: 'organizationalUnit',
  CN: 'commonName',
};

/** `C = US, CN = x` */
const nameOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(', ').map((part) => {
      const [short = '', value = ''] = part.split(' = ');
      return [FIELDS[short] ?? short, value];
    }),
  );

const USAGES: Readonly<Record<string, string>> = {
  'Digital Signature': 'digitalSignature',
  'Key Encipherment': 'keyEncipherment',
  'Certificate Sign': 'keyCertSign',
  'CRL Sign': 'cRLSign',
  'TLS Web Client Authentication': 'clientAuth',
  'TLS Web Server Authentication': 'serverAuth',
};
const usagesOf = (text: string): string[] =>
  text === '' ? [] : text.split(', ').map((usage) => USAGES[usage] ?? usage);

describe('vctl certs show', () => {
  it.each([
    'volttron-server-root-ca',
    'platform.web-server',
    'volttron-server.volttron-client.appr',
    'other-server.volttron-client.x',
  ])('tells of a certificate of VOLTTRON what openssl tells: x509/%s', async (name) => {
    const text = await golden(`x509/${name}.txt`);
    const { certificates } = await shown<{ certificates: readonly Certificate[] }>(`x509/${name}.crt`);
    const [, serial = ''] = /Serial Number: \d+ \(0x([0-9a-f]+)\)/.exec(text) ?? [];
    expect(certificates).toMatchObject([
      {
        subject: nameOf(valueOf(text, 'Subject')),
        issuer: nameOf(valueOf(text, 'Issuer')),
        serial_number: serial.padStart(serial.length + (serial.length % 2), '0'),
        not_before: new Date(valueOf(text, 'Not Before')).toISOString(),
        not_after: new Date(valueOf(text, 'Not After ')).toISOString(),
        dns_names: valueOf(text, 'Subject Alternative Name')
          .split(', ')
          .map((dns) => dns.replace('DNS:', ''))
          .filter(Boolean),
        authority: text.includes('CA:TRUE'),
        key_usages: usagesOf(valueOf(text, 'v3 Key Usage')),
        extended_key_usages: usagesOf(valueOf(text, 'Extended Key Usage')),
      },
    ]);
  });

  it('tells of a request of VOLTTRON what openssl tells', async () => {
    const text = await golden('x509/csr_forwarder.txt');
    const { request } = await shown<{ request: object }>('x509/volttron-server.volttron-client.forwarder.csr');
    expect(request).toMatchObject({ subject: nameOf(valueOf(text, 'Subject')), dns_names: [], ip_addresses: [] });
  });

  it('reads each request that waited in a home of VOLTTRON, with the key that the home keeps beside it', async () => {
    const files = (await readdir(goldenPath('vhomeA/certificates/pending_csr'))).filter((name) =>
      name.endsWith('.csr'),
    );
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      const path = `vhomeA/certificates/pending_csr/${file}`;
      const { request } = await shown<{ request: { subject: object; public_key: string } }>(path);
      const beside = JSON.parse(await golden(path.replace('.csr', '.json'))) as { identity: string; csr: string };
      expect(request.subject).toMatchObject({ commonName: beside.identity });
      const kept = readSigningRequest(beside.csr);
      expect(kept.fingerprint).toBe(request.public_key);
      expect(() => {
        checkSigningRequest(kept);
      }).not.toThrow();
    }
  });
});

/** Of `ls -lR`: the folders, and of each file its folder, its ending and its mode. */
function placesIn(text: string): Map<string, string> {
  const places = new Map<string, string>();
  for (const section of text.trim().split('\n\n')) {
    const [heading = '', ...lines] = section.split('\n');
    const folder = heading.replace(/^.*certificates\/?/, '').replace(':', '');
    for (const line of lines) {
      const [mode = '', , , , , , , , name = ''] = line.split(/ +/);
      if (mode.startsWith('-')) places.set(`${folder}/*${/\.\w+$/.exec(name)?.[0] ?? ''}`, mode.slice(1));
    }
  }
  return places;
}

const letters = (mode: number): string =>
  Array.from({ length: 9 }, (_, at) => ((mode >> (8 - at)) & 1 ? 'rwx'[at % 3] : '-')).join('');

describe('the certificates of a home', () => {
  it('stand where VOLTTRON has them and as readable, but for what is in a database', async () => {
    const home = await scratch();
    const directory = new CertificateDirectory(home);
    await writeFile(join(home, 'config'), '[volttron]\ninstance-name = central\n');
    const { privateKey } = await generateKeyPair('P-256');
    const subject = { commonName: 'central-root-ca' };
    const root = createRootCertificate({
      subject,
      privateKey,
      validity: { days: 30 },
      clock: { now: () => Date.now() },
    });
    await directory.write('central-root-ca', { certificate: root.pem, privateKey: writePrivateKey(privateKey) });
    expect((await vctl(['certs', 'create-ssl-keypair', 'a'], { home })).code).toBe(0);
    await directory.writeRemote('central.node.a', root.pem);
    const ours = new Map<string, string>();
    for (const folder of await readdir(directory.path)) {
      for (const file of await readdir(join(directory.path, folder))) {
        const { mode } = await stat(join(directory.path, folder, file));
        ours.set(`${folder}/*${/\.\w+$/.exec(file)?.[0] ?? ''}`, letters(mode));
      }
    }
    const theirs = placesIn(await golden('certificates_layout.txt'));
    const kept = [...theirs].filter(([place]) => !/^(ca_db|pending_csr)\//.test(place));
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(kept));
    expect(letters((await stat(join(directory.path, 'private'))).mode)).toBe('rwx------');
  });

  it.each(['vhomeA', 'vhomeB'])('of VOLTTRON are listed: %s', async (vhome) => {
    const home = await scratch();
    await mkdir(join(home, 'certificates'));
    await cp(goldenPath(`${vhome}/certificates`), join(home, 'certificates'), { recursive: true });
    const { stdout } = await vctl(['--json', 'certs', 'list'], { home });
    const listed = (JSON.parse(stdout) as { name: string; status: string; remote: boolean }[]).map((one) => ({
      name: one.name,
      remote: one.remote,
      status: one.status,
    }));
    const names = async (folder: string): Promise<string[]> =>
      (await readdir(join(home, 'certificates', folder)).catch(() => []))
        .map((file) => file.replace(/\.crt$/, ''))
        .sort();
    const row = (remote: boolean) => (name: string) => ({ name, remote, status: 'valid' });
    expect(listed).toEqual([
      ...(await names('certs')).map(row(false)),
      ...(await names('remote_certs')).map(row(true)),
    ]);
  });
});
