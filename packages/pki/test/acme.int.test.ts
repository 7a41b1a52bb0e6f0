import { execFile } from 'node:child_process';
import { copyFile, chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { acme, certificateStatus, readCertificate, writePrivateKey } from '../src/index.ts';
import type { CertificatePlugin, JsonObject, OrderMethod, PluginOrder, PluginResult } from '../src/index.ts';
import { readRetryAfter } from '../src/plugins/acme/acme-problem.ts';
import { issue, makeAuthority } from './authority.ts';
import { freePort, Pebble } from './pebble.ts';
import { contextFor, orderFor, requestFor } from './plugin-order.ts';
import { scratchFolder } from './scratch.ts';

const { CA_UNAVAILABLE_FOR_REQUEST, CERTIFICATE_GENERATED, INVALID_OPERATION, REQUEST_CANCELED, WAITING_FOR_CA } =
  certificateStatus;

let httpPort: number;
let pebble: Pebble;
beforeAll(async () => {
  httpPort = await freePort();
  // Pebble looks for real: PEBBLE_VA_ALWAYS_VALID is not set.
  pebble = await Pebble.start({ httpPort, blocked: ['blocked.example'] });
  return () => pebble.close();
});

interface Ca {
  readonly directory: string;
  /** PEM of who signed its web server. */
  readonly root: string;
}

interface Site {
  readonly home: string;
  readonly plugin: CertificatePlugin;
  /** What the plugin's log says. */
  readonly log: string[];
  readonly order: (name: string) => Promise<PluginOrder>;
}

async function site(
  challenge: JsonObject,
  ca: Ca = { directory: pebble.directoryUrl, root: pebble.webRoot },
): Promise<Site> {
  const home = await scratchFolder();
  await writeFile(join(home, 'web-root.pem'), ca.root);
  const config = {
    directory: ca.directory,
    'ca-certificate': 'web-root.pem',
    'terms-of-service-agreed': true,
    ...challenge,
  };
  const context = await contextFor(home, 'acme', config);
  const log: string[] = [];
  const line = (message: string): void => void log.push(message);
  const plugin = await acme.create({ ...context, log: { debug: line, info: line, warn: line, error: line } });
  onTestFinished(() => plugin.close?.());
  return {
    ...{ home, plugin, log },
    order: async (name) =>
      orderFor((await requestFor({ commonName: name, dnsNames: [name], profile: 'server' })).orderMeta),
  };
}

/** Follows an order until `ends`. */
async function follow(
  plugin: CertificatePlugin,
  order: PluginOrder,
  ends: readonly string[] = [CERTIFICATE_GENERATED, INVALID_OPERATION, CA_UNAVAILABLE_FOR_REQUEST],
): Promise<PluginResult> {
  let method: OrderMethod = 'issueCertificateRequest';
  for (let n = 0; n < 200; n++) {
    const result = await plugin[method](order);
    if (ends.includes(result.status)) return result;
    method = 'checkCertificateStatus';
    await pause(50);
  }
  throw new Error('The order does not end.');
}

describe('names shown to be ours', () => {
  it('answers http-01 itself, and nothing but challenges', async () => {
    const { plugin, order } = await site({ 'http-port': httpPort });
    const made = await order('a.http.example');
    const result = await follow(plugin, made);
    expect(result.status, result.statusMessage).toBe(CERTIFICATE_GENERATED);
    expect(readCertificate(result.certificate ?? '').dnsNames).toEqual(['a.http.example']);
    const base = `http://127.0.0.1:${httpPort}/.well-known/acme-challenge`;
    expect((await fetch(`${base}/${'a'.repeat(43)}`)).status).toBe(200);
    for (const path of ['', '/', '/short', '/../../x', `/${'a'.repeat(21)}%2f`, `/${'a'.repeat(300)}`]) {
      expect((await fetch(`${base}${path}`)).status, path).toBe(404);
    }
    expect((await fetch(`${base}/${'a'.repeat(43)}`, { method: 'POST' })).status).toBe(404);
  });

  it('writes http-01 into the folder of a web server, and removes it', async () => {
    const { plugin, order, home } = await site({ webroot: 'www' });
    const server = await serve(join(home, 'www'));
    onTestFinished(() => void server.close());
    const result = await follow(plugin, await order('a.webroot.example'));
    expect(result.status, result.statusMessage).toBe(CERTIFICATE_GENERATED);
    expect(await readdir(join(home, 'www', '.well-known', 'acme-challenge'))).toEqual([]);
  });

  it('has a program add a record for dns-01, and remove it', async () => {
    const { plugin, order, home } = await hooked(pebble.dnsUrl);
    const result = await follow(plugin, await order('a.dns.example'));
    expect(result.status, result.statusMessage).toBe(CERTIFICATE_GENERATED);
    const lines = (await readFile(join(home, 'hook.mjs.log'), 'utf8')).trim().split('\n');
    expect(lines[0]).toMatch(/^add _acme-challenge\.a\.dns\.example [\w-]{43}$/);
    expect(lines[1]).toBe(lines[0]?.replace('add', 'remove'));
    expect(lines).toHaveLength(2);
  });

  it('tries again when the program fails; what it prints is for the log only', async () => {
    const { plugin, order, home, log } = await hooked('broken');
    const made = await order('b.dns.example');
    const result = await follow(plugin, made);
    expect(result).toMatchObject({ status: CA_UNAVAILABLE_FOR_REQUEST, retryMsec: 60_000 });
    expect(result.statusMessage).toContain('could not add the record (3)');
    expect(result.statusMessage).not.toContain('secret');
    expect(log.join()).toContain('secret-of-the-dns-provider');
    await writeFile(join(home, 'hook.mjs.url'), pebble.dnsUrl);
    expect((await follow(plugin, made)).status).toBe(CERTIFICATE_GENERATED);
  });

  it('orders again, later, when the CA could not look', async () => {
    const { plugin, order } = await site({ webroot: 'www' });
    const made = await order('nobody-listens.example');
    const result = await follow(plugin, made);
    expect(result).toMatchObject({
      ...{ status: CA_UNAVAILABLE_FOR_REQUEST, retryMsec: 900_000, retryMethod: 'issueCertificateRequest' },
    });
    expect(result.statusMessage).toContain('nobody-listens.example: connection:');
    const before = pebble.orders();
    expect((await plugin.issueCertificateRequest(made)).status).toBe(WAITING_FOR_CA);
    expect(pebble.orders()).toBe(before + 1);
  });
});

describe('orders at the CA', () => {
  it('keeps the key of its account to itself, and one account', async () => {
    const { plugin, order, home } = await site({ 'http-port': httpPort });
    await Promise.all(
      ['a', 'b'].map(async (name) => plugin.issueCertificateRequest(await order(`${name}.acc.example`))),
    );
    const folder = join(home, 'certificate-plugins', 'acme');
    expect((await readdir(folder)).sort()).toEqual(['account.json', 'account.key']);
    expect((await stat(join(folder, 'account.key'))).mode & 0o777).toBe(0o600);
  });

  it("puts down the order's URL before it goes on with it, and goes on with it after a crash", async () => {
    const { plugin, order } = await site({ 'http-port': httpPort });
    const made = await order('a.crash.example');
    const [orders, certificates] = [pebble.orders(), pebble.certificates()];
    const saving = Promise.withResolvers<JsonObject>();
    // The process ends here: nothing of this call comes back.
    const crashing = plugin.issueCertificateRequest({
      ...made,
      save: () => {
        saving.resolve(structuredClone(made.pluginMeta));
        return new Promise(() => undefined);
      },
    });
    const kept = await Promise.race([saving.promise, crashing.then(() => ({}))]);
    expect(kept).toMatchObject({ order: expect.stringContaining('https://localhost') as string, challenges: [] });
    expect(pebble.certificates()).toBe(certificates);
    const result = await follow(plugin, { ...made, pluginMeta: { ...kept } });
    expect(result.status, result.statusMessage).toBe(CERTIFICATE_GENERATED);
    expect([pebble.orders(), pebble.certificates()]).toEqual([orders + 1, certificates + 1]);
  });

  it('says what the CA refuses', async () => {
    const { plugin, order } = await site({ 'http-port': httpPort });
    const result = await follow(plugin, await order('x.blocked.example'));
    expect(result.status).toBe(INVALID_OPERATION);
    expect(result.statusMessage).toMatch(/rejectedIdentifier: .*blocked\.example/);
  });

  it('has the certificate revoked when an order is canceled that the CA has fulfilled', async () => {
    const { plugin, order } = await site({ 'http-port': httpPort });
    const made = await order('a.revoked.example');
    const { certificate = '' } = await follow(plugin, made);
    const result = await plugin.cancelCertificateRequest(made);
    expect(result.status).toBe(REQUEST_CANCELED);
    expect(await pebble.statusOf(readCertificate(certificate).serialNumber)).toBe('Revoked');
    expect((await plugin.checkCertificateStatus(made)).status).toBe(REQUEST_CANCELED);
  });

  it.each([
    ['an address', { commonName: '192.0.2.1' }],
    ['a name that is none', { commonName: 'Meter 7' }],
    ['a wildcard', { commonName: '', dnsNames: ['*.example.org'] }],
    ['no name', { commonName: '' }],
  ])('does not support a request for %s', async (_, names) => {
    const { plugin } = await site({ webroot: 'www' });
    const { orderMeta } = await requestFor({ profile: 'server', ...names });
    expect(await plugin.supports(orderMeta)).toBe(false);
    expect((await plugin.issueCertificateRequest(orderFor(orderMeta))).status).toBe(INVALID_OPERATION);
  });
});

describe('a CA that is busy', () => {
  it.each([
    [429, { 'retry-after': '120' }, 120_000],
    [503, { 'retry-after': '7' }, 7000],
    [500, {}, 60_000],
  ])('is left alone as long as it wants: %i', async (status, headers, retryMsec) => {
    const { plugin, order } = await site({ webroot: 'www' }, await busy(status, headers));
    const result = await plugin.issueCertificateRequest(await order('a.busy.example'));
    expect(result).toMatchObject({ status: CA_UNAVAILABLE_FOR_REQUEST, retryMsec });
  });

  it('reads Retry-After as seconds or as a date', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(readRetryAfter('5', now)).toBe(5000);
    expect(readRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
    expect(readRetryAfter('99999999', now)).toBe(7 * 86_400_000);
    for (const nonsense of ['', 'soon', '-1', '0', 'Thu, 01 Jan 2015 00:01:00 GMT', undefined, 17]) {
      expect(readRetryAfter(nonsense, now)).toBeUndefined();
    }
  });
});

it('loads its ACME client with the plugin, not with the room', async () => {
  const loaded = `Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('acme-client'))`;
  const script = `
    import { createRequire } from 'node:module';
    const { acme } = await import(${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))});
    const before = ${loaded};
    const config = { directory: 'https://ca.example', 'terms-of-service-agreed': true, webroot: 'www' };
    await acme.create({ config, directory: process.argv[1], home: process.argv[1], log: console });
    process.stdout.write(String(before) + ' ' + String(${loaded}));
  `;
  const parameters = [...process.execArgv, '--input-type=module', '--eval', script, await scratchFolder()];
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  expect(stdout.trim()).toBe('false true');
});

describe('the configuration of the acme plugin', () => {
  const good = { directory: 'https://ca.example/dir', 'terms-of-service-agreed': true, webroot: 'www' };
  it.each<[JsonObject, string]>([
    [{ ...good, directory: 'http://ca.example' }, '"directory" is "http://ca.example" instead of the https URL'],
    [{ ...good, 'terms-of-service-agreed': false }, '"terms-of-service-agreed" is false instead of true'],
    [{ ...good, 'http-port': 80 }, 'there is "http-port" and "webroot" of "http-port", "webroot" and "dns-hook"'],
    [{ directory: good.directory, 'terms-of-service-agreed': true }, 'there is none of "http-port"'],
    [{ ...good, 'ca-certificate': 'nowhere.pem' }, 'nowhere.pem) cannot be read: ENOENT'],
    [{ ...good, email: 'x' }, 'it has no option "email"'],
  ])('refuses %j', async (config, message) => {
    const context = await contextFor(await scratchFolder(), 'acme', config);
    await expect(Promise.resolve().then(() => acme.create(context))).rejects.toMatchObject({
      code: 'plugin-config',
      message: expect.stringContaining(message) as string,
    });
  });

  it('refuses a port that is taken', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(site({ 'http-port': port })).rejects.toMatchObject({ code: 'plugin-config' });
  });
});

async function hooked(url: string): Promise<Site> {
  const made = await site({ 'dns-hook': 'hook.mjs' });
  const hook = join(made.home, 'hook.mjs');
  await copyFile(join(import.meta.dirname, 'dns-hook.mjs'), hook);
  await chmod(hook, 0o700);
  await writeFile(`${hook}.url`, url);
  return made;
}

/** The web server that somebody else runs. */
async function serve(folder: string): Promise<Server> {
  await mkdir(folder, { recursive: true });
  const server = createServer((request, response) => {
    readFile(join(folder, request.url ?? '')).then(
      (data) => response.end(data),
      () => response.writeHead(404).end(),
    );
  }).listen(httpPort, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A server that answers with a status only. */
async function busy(status: number, headers: Record<string, string>): Promise<Ca> {
  const root = await makeAuthority();
  const { certificate, keys } = await issue(root);
  const server = createTlsServer({ cert: certificate.pem, key: writePrivateKey(keys.privateKey) }, (_, response) =>
    response.writeHead(status, headers).end(),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { directory: `https://localhost:${port}/dir`, root: root.certificate.pem };
}
