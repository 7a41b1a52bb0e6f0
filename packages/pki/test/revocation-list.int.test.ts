import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  checkRevoked,
  createRevocationList,
  generateKeyPair,
  readRevocationList,
  writePrivateKey,
} from '../src/index.ts';
import type { Authority, Certificate, RevocationList } from '../src/index.ts';
import { clock, issue, makeAuthority } from './authority.ts';
import { openssl, scratchFolder } from './scratch.ts';

const day = 86_400_000;

function listOf(issuer: Authority, revoked: readonly Certificate[]): RevocationList {
  return createRevocationList({
    issuer,
    revoked: revoked.map(({ serialNumber }) => ({ serialNumber, revokedAt: new Date(), reason: 'keyCompromise' })),
    number: 4096n,
    nextUpdate: new Date(Date.now() + day),
    clock,
  });
}

async function written() {
  const folder = await scratchFolder();
  const path = (name: string): string => join(folder, name);
  const issuer = await makeAuthority();
  const [good, bad] = [(await issue(issuer)).certificate, (await issue(issuer)).certificate];
  const list = listOf(issuer, [bad]);
  await writeFile(path('root.pem'), issuer.certificate.pem);
  await writeFile(path('root.key'), writePrivateKey(issuer.privateKey));
  await writeFile(path('good.pem'), good.pem);
  await writeFile(path('bad.pem'), bad.pem);
  await writeFile(path('list.pem'), list.pem);
  return { path, issuer, good, bad, list };
}

describe('openssl', () => {
  it('reads our list and finds its signature good', async () => {
    const { path, bad, list } = await written();
    const text = await openssl('crl', '-in', path('list.pem'), '-noout', '-text', '-CAfile', path('root.pem'));
    expect(text).toContain('Version 2 (0x1)');
    expect(text).toMatch(/X509v3 CRL Number:\s+4096/);
    expect(text).toMatch(/X509v3 Authority Key Identifier:/);
    expect(text).toContain(`Serial Number: ${bad.serialNumber.toUpperCase()}`);
    expect(text).toMatch(/X509v3 CRL Reason Code:\s+Key Compromise/);
    expect(list.issuer.commonName).toBe('central-root-ca');
  });

  it('refuses what our list revokes, and nothing else', async () => {
    const { path } = await written();
    const verify = ['verify', '-x509_strict', '-crl_check', '-CAfile', path('root.pem'), '-CRLfile', path('list.pem')];
    expect(await openssl(...verify, path('good.pem'))).toMatch(/OK$/m);
    await expect(openssl(...verify, path('bad.pem'))).rejects.toThrow(/certificate revoked/);
  });

  it('makes lists that are read here', async () => {
    const { path, issuer, good, bad } = await written();
    await writeFile(path('index.txt'), '');
    await writeFile(path('number'), '1000\n');
    const config = ['[ca]', 'default_ca=a', '[a]', `database=${path('index.txt')}`, `crlnumber=${path('number')}`];
    await writeFile(
      path('ca.cnf'),
      [
        ...config,
        'default_md=sha384',
        'default_crl_days=1',
        'crl_extensions=e',
        '[e]',
        'authorityKeyIdentifier=keyid:always',
      ].join('\n'),
    );
    const ca = ['ca', '-config', path('ca.cnf'), '-keyfile', path('root.key'), '-cert', path('root.pem')];
    await openssl(...ca, '-revoke', path('bad.pem'), '-crl_reason', 'superseded');
    await openssl(...ca, '-gencrl', '-out', path('theirs.pem'));
    const list = readRevocationList(await readFile(path('theirs.pem'), 'utf8'));
    expect(list).toMatchObject({ number: 0x1000n, authorityKeyIdentifier: issuer.certificate.subjectKeyIdentifier });
    const check = { issuer: issuer.certificate, lists: [list], time: new Date() };
    expect(checkRevoked(bad, check)).toMatchObject({ status: 'revoked', reason: 'superseded' });
    expect(checkRevoked(good, check)).toEqual({ status: 'good' });
    const other = { ...issuer.certificate, publicKey: (await generateKeyPair('P-256')).publicKey };
    expect(checkRevoked(good, { ...check, issuer: other })).toMatchObject({ status: 'unknown' });
  });
});
