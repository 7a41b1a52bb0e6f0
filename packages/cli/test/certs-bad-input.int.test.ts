import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRootCertificate, generateKeyPair, writeEncryptedKey, writePrivateKey } from '@volttron-ts/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratch } from './support/agent-package.ts';
import { openssl } from './support/openssl.ts';
import { vctl } from './support/vctl.ts';

const DAY = 86_400_000;
let folder: string;

/** An authority with a request to sign, and files that are none of these. */
beforeAll(async () => {
  folder = await scratch();
  const { privateKey } = await generateKeyPair('P-256');
  const root = (first: number, days: number): string =>
    createRootCertificate({
      subject: { commonName: 'our root' },
      privateKey,
      validity: {
        notBefore: new Date(Date.now() + first * DAY),
        notAfter: new Date(Date.now() + (first + days) * DAY),
      },
      clock: { now: () => Date.now() },
    }).pem;
  const files = {
    'rootCA.pem': root(-1, 30),
    'expired.pem': root(-30, 10),
    'future.pem': root(10, 10),
    'rootCA.key': writeEncryptedKey(privateKey, 'open sesame'),
    'foreign.key': writePrivateKey((await generateKeyPair('P-256')).privateKey),
    right: 'open sesame\n',
    wrong: 'close sesame\n',
    short: 'abc\n',
    empty: '',
    text: 'Nothing of interest.\n',
    'damaged.pem': root(-1, 30).replace(/\n.{64}\n/, '\n'),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, 'a-folder'));
  await openssl(folder, 'genrsa', '-out', 'server.key', '2048');
  await openssl(folder, 'req', '-new', '-key', 'server.key', '-subj', '/CN=localhost', '-out', 'server.csr');
  await openssl(folder, 'genrsa', '-out', 'weak.key', '1024');
  await openssl(folder, 'req', '-new', '-key', 'weak.key', '-subj', '/CN=localhost', '-out', 'weak.csr');
  await openssl(folder, 'req', '-new', '-key', 'server.key', '-subj', '/CN=a\\/..\\/b', '-out', 'path.csr');
});

const SIGN = ['sign', 'server.csr', '--passphrase-file', 'right'];

interface Wrong {
  readonly what: string;
  readonly args: readonly string[];
  readonly input?: string;
  readonly code: number;
  /** What the line names: the item, its value, the way out. */
  readonly names: readonly string[];
}

const wrong: readonly Wrong[] = [
  {
    what: 'a wrong passphrase',
    args: ['sign', 'server.csr', '--passphrase-file', 'wrong'],
    code: 77,
    names: ['rootCA.key', 'passphrase', 'with which the key was encrypted'],
  },
  {
    what: 'a wrong passphrase that is typed',
    args: ['sign', 'server.csr'],
    input: 'close sesame\n',
    code: 77,
    names: ['rootCA.key', 'passphrase', 'with which the key was encrypted'],
  },
  {
    what: 'a missing request',
    args: ['sign', 'none.csr'],
    code: 74,
    names: ['none.csr', 'no such file', 'Name a file'],
  },
  { what: 'a missing authority', args: [...SIGN, '--ca', 'none.pem'], code: 74, names: ['none.pem', 'Name a file'] },
  { what: 'a missing key of the authority', args: [...SIGN, '--ca-key', 'none.key'], code: 74, names: ['none.key'] },
  {
    what: 'a missing passphrase file',
    args: ['sign', 'server.csr', '--passphrase-file', 'none'],
    code: 74,
    names: ['none'],
  },
  { what: 'a folder for a file', args: ['show', 'a-folder'], code: 74, names: ['a-folder', 'Name a file'] },
  {
    what: 'a text that is no certificate',
    args: ['show', 'text'],
    code: 65,
    names: ['text', 'no certificate', 'BEGIN CERTIFICATE'],
  },
  { what: 'an empty file', args: ['verify', 'empty'], code: 65, names: ['empty', 'no certificate'] },
  { what: 'a damaged certificate', args: ['show', 'damaged.pem'], code: 65, names: ['damaged.pem', 'cannot be read'] },
  {
    what: 'a certificate for a request',
    args: ['sign', 'rootCA.pem'],
    code: 65,
    names: ['rootCA.pem', 'certificate request', 'PKCS#10'],
  },
  {
    what: 'a request for an authority',
    args: [...SIGN, '--ca', 'server.csr'],
    code: 65,
    names: ['server.csr', 'certificate'],
  },
  {
    what: 'a certificate for a key',
    args: ['csr', 'rootCA.pem', '--subject', '/CN=a'],
    code: 65,
    names: ['rootCA.pem', 'private key'],
  },
  {
    what: 'a foreign key',
    args: [...SIGN, '--ca-key', 'foreign.key'],
    code: 65,
    names: ['foreign.key', 'rootCA.pem', 'Name the key'],
  },
  {
    what: 'a foreign key to verify',
    args: ['verify', 'rootCA.pem', '--key', 'foreign.key'],
    code: 65,
    names: ['foreign.key', 'rootCA.pem'],
  },
  {
    what: 'an expired authority',
    args: [...SIGN, '--ca', 'expired.pem'],
    code: 65,
    names: ['expired.pem', 'expired at', '--ca'],
  },
  {
    what: 'an authority of the future',
    args: [...SIGN, '--ca', 'future.pem'],
    code: 65,
    names: ['future.pem', 'valid only from', '--ca'],
  },
  {
    what: 'a certificate of an expired authority',
    args: ['verify', 'rootCA.pem', '--ca', 'expired.pem'],
    code: 65,
    names: ['rootCA.pem', 'not trusted'],
  },
  {
    what: 'a weak key',
    args: ['sign', 'weak.csr', '--passphrase-file', 'right'],
    code: 65,
    names: ['weak.csr', '1024', 'new key'],
  },
  {
    what: 'a name that leads elsewhere',
    args: ['sign', 'path.csr', '--passphrase-file', 'right'],
    code: 65,
    names: ['path.csr', 'out of a folder'],
  },
  {
    what: 'a name that is none of a server',
    args: ['verify', 'rootCA.pem', '--name', 'localhost'],
    code: 65,
    names: ['rootCA.pem', 'localhost'],
  },
  {
    what: 'a short passphrase',
    args: ['key', 'new.key', '--passphrase-file', 'short'],
    code: 2,
    names: ['3 characters', '4 to 1023'],
  },
  {
    what: 'a passphrase typed in two ways',
    args: ['key', 'new.key', '--cipher', 'aes256'],
    input: 'abcd\nabce\n',
    code: 2,
    names: ['two ways'],
  },
  {
    what: 'a subject without a name',
    args: ['csr', 'foreign.key', '--subject', '/O=Test'],
    code: 2,
    names: ['/O=Test', 'CN', '/C=US'],
  },
  {
    what: 'a subject of unknown words',
    args: ['csr', 'foreign.key', '--subject', '/X=1/CN=a'],
    code: 2,
    names: ['"X"', 'CN'],
  },
  {
    what: 'a subject that is none',
    args: ['csr', 'foreign.key', '--subject', 'localhost'],
    code: 2,
    names: ['localhost', '"/"'],
  },
  {
    what: 'a country of three letters',
    args: ['csr', 'foreign.key', '--subject', '/C=USA/CN=a'],
    code: 2,
    names: ['/C=USA', 'two letters'],
  },
  {
    what: 'a common name of 65 characters',
    args: ['csr', 'foreign.key', '--subject', `/CN=${'a'.repeat(65)}`],
    code: 65,
    names: ['foreign.csr', '65 characters'],
  },
  { what: 'no days', args: [...SIGN, '--days', '0'], code: 2, names: ['0', '1 to 99999'] },
  {
    what: 'an unknown kind of key',
    args: ['key', 'new.key', '--algorithm', 'RSA-512'],
    code: 2,
    names: ['RSA-512', 'RSA-2048'],
  },
  {
    what: 'a host name that is none',
    args: ['csr', 'foreign.key', '--subject', '/CN=a', '--dns-name', 'a b'],
    code: 65,
    names: ['a b'],
  },
  {
    what: 'an address that is none',
    args: ['csr', 'foreign.key', '--subject', '/CN=a', '--ip-address', '1.2.3'],
    code: 2,
    names: ['1.2.3'],
  },
  { what: 'a folder that is not there', args: ['key', 'none/new.key'], code: 74, names: ['none/new.key', 'folder'] },
];

describe('vctl certs, used wrongly', () => {
  it.each(wrong)('names $what in one line and changes nothing', async ({ args, input = '', code, names }) => {
    const before = await readdir(folder);
    const ended = await vctl(['certs', ...args], { home: folder, folder, input });
    expect({ code: ended.code, lines: ended.stderr.split('\n').length - 1 }, ended.stderr).toEqual({ code, lines: 1 });
    expect(ended.stderr).toMatch(/^vctl: /);
    for (const name of names) expect(ended.stderr).toContain(name);
    expect(ended.stderr).not.toMatch(/sesame|PRIVATE KEY-----\n/);
    expect(await readdir(folder)).toEqual(before);
  });

  it('overwrites no key, request or certificate without --force', async () => {
    const own = await scratch();
    const subject = ['--subject', '/CN=localhost'];
    await writeFile(join(own, 'passphrase'), 'open sesame\n');
    const passphrase = ['--passphrase-file', 'passphrase'];
    const commands = [
      ['root', ...subject, ...passphrase],
      ['key', 'server.key'],
      ['csr', 'server.key', ...subject],
      ['sign', 'server.csr', ...passphrase],
      ['client', ...subject, ...passphrase],
      ['export', 'client.crt', ...passphrase],
    ];
    const files = [
      'rootCA.key',
      'rootCA.pem',
      'server.key',
      'server.csr',
      'server.crt',
      'client.key',
      'client.crt',
      'client.p12',
    ];
    const contents = (): Promise<string[]> => Promise.all(files.map((name) => readFile(join(own, name), 'latin1')));
    const run = { home: own, folder: own };
    for (const args of commands) expect(await vctl(['certs', ...args], run), args[0]).toMatchObject({ code: 0 });
    const made = await contents();
    for (const args of commands) {
      const refused = await vctl(['certs', ...args], run);
      expect(refused, args[0]).toMatchObject({ code: 74, stdout: '' });
      expect(refused.stderr).toMatch(/^vctl: The file ".*" is there already\. .*--force\.\n$/);
    }
    expect(await contents()).toEqual(made);
    for (const args of commands)
      expect(await vctl(['certs', ...args, '--force'], run), args[0]).toMatchObject({ code: 0 });
    const replaced = await contents();
    expect(made.filter((text, at) => text === replaced[at])).toEqual([]);
  });

  it('leaves no part of a pair behind when the certificate is refused', async () => {
    const own = await scratch();
    const run = { home: own, folder: own, input: 'open sesame\nopen sesame\n' };
    const refused = await vctl(['certs', 'root', '--subject', `/CN=${'a'.repeat(65)}`], run);
    expect(refused.code).toBe(65);
    expect(await readdir(own)).toEqual([]);
  });

  it('says that a key cannot be read, to who may not', async () => {
    const own = await scratch();
    await writeFile(join(own, 'server.key'), 'x');
    await chmod(join(own, 'server.key'), 0);
    const ended = await vctl(['certs', 'csr', 'server.key', '--subject', '/CN=a'], { home: own, folder: own });
    // Whoever may read everything reads what is no key.
    expect(ended.code).toBe(process.getuid?.() === 0 ? 65 : 74);
    expect(ended.stderr).toContain('server.key');
  });
});
