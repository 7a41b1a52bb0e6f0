import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ensureWebCertificate } from '../src/web-certificate.ts';

const DAY_MS = 24 * 3600 * 1000;

async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'web-certificate-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

describe('the certificate of the web service', () => {
  it("is made once, by the instance's own root, for the name of the address", async () => {
    const home = await makeHome();
    const clock = new SteppedClock(Date.UTC(2026, 0, 1));
    const first = await ensureWebCertificate(home, 'campus', 'campus.example', clock);
    expect(await ensureWebCertificate(home, 'campus', 'campus.example', clock)).toEqual(first);
    const certificate = new X509Certificate(first.certificate);
    expect(certificate.verify(new X509Certificate(first.root!).publicKey)).toBe(true);
    expect(certificate.checkHost('campus.example')).toBe('campus.example');
    for (const key of ['campus-root-ca', 'platform.web-server']) {
      expect((await stat(join(home, `certificates/private/${key}.pem`))).mode & 0o777).toBe(0o600);
    }
  });

  it('is made for an instance that is called by its address, too', async () => {
    const home = await makeHome();
    const clock = new SteppedClock(Date.UTC(2026, 0, 1));
    const made = await ensureWebCertificate(home, 'tcp://127.0.0.1:22916', 'localhost', clock);
    expect(new X509Certificate(made.root!).subject).toBe('CN=tcp://127.0.0.1:22916-root-ca');
    await stat(join(home, 'certificates/certs/tcp___127.0.0.1_22916-root-ca.crt'));
  });

  it('is made anew from the same root when the address gets another name', async () => {
    const home = await makeHome();
    const clock = new SteppedClock(Date.UTC(2026, 0, 1));
    const first = await ensureWebCertificate(home, 'campus', 'campus.example', clock);
    const second = await ensureWebCertificate(home, 'campus', '192.0.2.7', clock);
    expect(second.root).toBe(first.root);
    expect(new X509Certificate(second.certificate).checkIP('192.0.2.7')).toBe('192.0.2.7');
  });

  it('is made anew from the new root when the instance gets another name', async () => {
    const home = await makeHome();
    const clock = new SteppedClock(Date.UTC(2026, 0, 1));
    await ensureWebCertificate(home, 'campus', 'localhost', clock);
    const renamed = await ensureWebCertificate(home, 'roof', 'localhost', clock);
    const root = new X509Certificate(renamed.root!);
    expect(new X509Certificate(renamed.certificate).verify(root.publicKey)).toBe(true);
  });

  it('is renewed from the same root 30 days before it expires, and not earlier', async () => {
    const home = await makeHome();
    const clock = new SteppedClock(Date.UTC(2026, 0, 1));
    const first = await ensureWebCertificate(home, 'campus', 'localhost', clock);
    clock.step((397 - 32) * DAY_MS);
    expect(await ensureWebCertificate(home, 'campus', 'localhost', clock)).toEqual(first);
    clock.step(3 * DAY_MS);
    const renewed = await ensureWebCertificate(home, 'campus', 'localhost', clock);
    expect(renewed.certificate).not.toBe(first.certificate);
    expect(renewed.root).toBe(first.root);
  });

  it('names a file of the root that cannot be read, and leaves it alone', async () => {
    const home = await makeHome();
    const clock = new SteppedClock(Date.UTC(2026, 0, 1));
    await ensureWebCertificate(home, 'campus', 'localhost', clock);
    const root = join(home, 'certificates/certs/campus-root-ca.crt');
    await writeFile(root, 'no certificate');
    await expect(ensureWebCertificate(home, 'campus', 'localhost', clock)).rejects.toMatchObject({
      ...{ code: 'certificate-file', value: root },
    });
  });
});
