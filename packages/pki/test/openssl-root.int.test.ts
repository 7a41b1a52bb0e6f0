import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { generateKeyPair, issueCertificate, readCertificate, readEncryptedKey } from '../src/index.ts';
import { openssl, scratchFolder } from './scratch.ts';

const PASSPHRASE = 'open sesame';

describe('a root made by openssl as in a how-to', () => {
  it('which says nothing of what its key is for, issues certificates that openssl accepts', async () => {
    const folder = await scratchFolder();
    const [key, root, leaf] = ['rootCA.key', 'rootCA.pem', 'server.crt'].map((name) => join(folder, name));
    await openssl('genrsa', '-des3', '-passout', `pass:${PASSPHRASE}`, '-out', key!, '2048');
    const signed = ['-key', key!, '-passin', `pass:${PASSPHRASE}`, '-subj', '/CN=root', '-days', '1024'];
    await openssl('req', '-x509', '-new', '-nodes', ...signed, '-sha256', '-out', root!);
    const certificate = readCertificate(await readFile(root!, 'utf8'));
    expect(certificate.keyUsages).toEqual([]);
    const privateKey = readEncryptedKey(await readFile(key!, 'utf8'), PASSPHRASE);
    const { publicKey } = await generateKeyPair('P-256');
    const server = issueCertificate({
      issuer: { certificate, privateKey },
      profile: 'server',
      subject: { commonName: 'localhost' },
      publicKey,
      validity: { days: 500 },
      clock: { now: () => Date.now() },
    });
    await writeFile(leaf!, server.pem);
    expect(await openssl('verify', '-CAfile', root!, leaf!)).toMatch(/OK$/m);
  });
});
