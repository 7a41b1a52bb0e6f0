import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { writePrivateKey } from '../src/index.ts';
import { issue, makeAuthority } from './authority.ts';
import { openssl, scratchFolder } from './scratch.ts';

async function files() {
  const folder = await scratchFolder();
  const authority = await makeAuthority();
  const server = await issue(authority, {
    subject: { country: 'US', organization: 'Gebäude & Netz', commonName: 'central.platform.web' },
    profile: 'peer',
  });
  const path = (name: string): string => join(folder, name);
  await writeFile(path('root.crt'), authority.certificate.pem);
  await writeFile(path('server.crt'), server.certificate.pem);
  await writeFile(path('server.pem'), writePrivateKey(server.keys.privateKey));
  return { path, authority, server };
}

describe('openssl', () => {
  it('accepts the chain in strict mode, by DNS name and by IP address', async () => {
    const { path } = await files();
    for (const check of [
      ['-verify_hostname', 'central.example'],
      ['-verify_ip', '127.0.0.1'],
      ['-verify_ip', '::1'],
    ]) {
      const parameters = ['-x509_strict', '-check_ss_sig', '-purpose', 'sslserver', ...check];
      expect(await openssl('verify', ...parameters, '-CAfile', path('root.crt'), path('server.crt'))).toMatch(/OK$/m);
    }
  });

  it('refuses the chain to another root of the same name', async () => {
    const { path } = await files();
    const other = await makeAuthority();
    await writeFile(path('other.crt'), other.certificate.pem);
    await expect(openssl('verify', '-CAfile', path('other.crt'), path('server.crt'))).rejects.toThrow();
  });

  it('shows the fields of the root', async () => {
    const { path } = await files();
    const text = await openssl('x509', '-in', path('root.crt'), '-noout', '-text');
    expect(text).toContain('Version: 3 (0x2)');
    expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
    expect(text).toContain('Subject: CN = central-root-ca');
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:1/);
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(text).toContain('X509v3 Subject Key Identifier');
  });

  it('shows the fields of the server certificate', async () => {
    const { path, server } = await files();
    const text = await openssl('x509', '-in', path('server.crt'), '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus');
    expect(text).toContain('Issuer: CN=central-root-ca');
    expect(text).toContain('Subject: C=US,O=Gebäude & Netz,CN=central.platform.web');
    expect(text).toContain('ASN1 OID: prime256v1');
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(/X509v3 Extended Key Usage:\s+TLS Web Server Authentication, TLS Web Client Authentication/);
    expect(text).toMatch(
      /Alternative Name:\s+DNS:localhost, DNS:central.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1/,
    );
    const fingerprint = await openssl('x509', '-in', path('server.crt'), '-noout', '-fingerprint', '-sha256');
    expect(fingerprint.trim()).toMatch(new RegExp(`=${server.certificate.fingerprint256}$`));
    const serial = await openssl('x509', '-in', path('server.crt'), '-noout', '-serial');
    expect(serial.trim().toLowerCase()).toBe(`serial=${server.certificate.serialNumber}`);
  });

  it('encodes the strings of a name as openssl parses them: country printable, the rest UTF-8', async () => {
    const { path } = await files();
    const structure = await openssl('asn1parse', '-in', path('server.crt'));
    expect(structure).toMatch(/PRINTABLESTRING\s+:US/);
    expect(structure).toMatch(/UTF8STRING\s+:central.platform.web/);
    expect(structure).toMatch(/UTCTIME/);
  });

  it('reads the private key', async () => {
    const { path } = await files();
    expect(await openssl('pkey', '-in', path('server.pem'), '-noout', '-check')).toContain('valid');
  });
});
