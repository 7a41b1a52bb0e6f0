import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { InstanceSettings } from '@volttron-ts/auth';
import { readCertificate } from '@volttron-ts/pki';
import { FileUnreadableError } from '@volttron-ts/storage';
import { parseLooseJson } from '@volttron-ts/vip-core';
import { WebFileError } from '../errors.ts';
import { change, create, use } from './home-item.ts';
import type { HomeItem } from './home-item.ts';
import { isThere, textOf } from './home-look.ts';
import type { HomeLook } from './home-look.ts';

const RENEW_BEFORE_MS = 30 * 24 * 3600 * 1000;

/** The users of the web service, when there is one. Throws WebFileError, FileUnreadableError. */
export async function lookAtWebUsers(look: HomeLook): Promise<readonly HomeItem[]> {
  if (look.settings?.['bind-web-address'] === undefined) return [];
  const secret = 'web-session-secret';
  const signs = 'signs sessions of the web';
  const isKept = await isThere(join(look.home, secret));
  return [await lookAtUsers(look), (isKept ? use : create)(secret, signs)];
}

async function lookAtUsers(look: HomeLook): Promise<HomeItem> {
  const path = 'web-users.json';
  const admin = 'with the user admin, whose password is printed once';
  const text = await textOf(look, path);
  if (text === undefined) return create(path, admin);
  const users = parseUsers(join(look.home, path), text);
  const names = Object.keys(users);
  return names.length === 0 ? change(path, `filled ${admin}`) : use(path, `the passwords of ${names.join(', ')}`);
}

function parseUsers(path: string, text: string): object {
  let users: unknown;
  try {
    users = parseLooseJson(text);
  } catch (error) {
    throw new WebFileError('web-users-invalid', path, 'it is no JSON', error);
  }
  if (typeof users === 'object' && users !== null && !Array.isArray(users)) return users;
  throw new WebFileError('web-users-invalid', path, 'it is no JSON object');
}

/** What the web service proves itself with, when there is one. Throws WebFileError, FileUnreadableError. */
export async function lookAtCertificates(look: HomeLook): Promise<readonly HomeItem[]> {
  const { settings } = look;
  if (settings?.['bind-web-address'] === undefined) return [];
  const { 'web-ssl-cert': certificate, 'web-ssl-key': key, 'bind-web-address': address } = settings;
  if (certificate === undefined || key === undefined) {
    return lookAtOwnCertificates(look, settings, new URL(address).hostname.replace(/^\[(.*)\]$/, '$1'));
  }
  const cert = await readPem(certificate);
  const secret = await readPem(key);
  try {
    createSecureContext({ cert, key: secret });
  } catch (error) {
    throw new WebFileError('web-certificate', certificate, `it and ${key} are no certificate and its key`, error);
  }
  return [use(belowHome(look.home, certificate), 'web-ssl-cert'), use(belowHome(look.home, key), 'web-ssl-key')];
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new FileUnreadableError(path, error);
  }
}

function belowHome(home: string, path: string): string {
  const below = relative(home, path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

/** Without files of its own the web service has a certificate of the instance's own authority. */
async function lookAtOwnCertificates(look: HomeLook, settings: InstanceSettings, host: string): Promise<HomeItem[]> {
  const root = await heldPair(look, `${settings['instance-name']}-root-ca`);
  const server = await heldPair(look, 'platform.web-server');
  const good =
    root.pem !== undefined && server.pem !== undefined && isGood(look, { root: root.pem, server: server.pem }, host);
  return [
    ...pairItems(root, root.pem !== undefined, "the instance's own authority"),
    ...pairItems(server, good, `of the web service, for ${host}`),
  ];
}

interface Held {
  /** Certificate and key, each with whether it is there. */
  readonly paths: readonly (readonly [path: string, there: boolean])[];
  /** The certificate, when both are there. */
  readonly pem: string | undefined;
}

async function heldPair(look: HomeLook, name: string): Promise<Held> {
  const paths = await Promise.all(
    [`certificates/certs/${name}.crt`, `certificates/private/${name}.pem`].map(
      async (path) => [path, await isThere(join(look.home, path))] as const,
    ),
  );
  const isWhole = paths.every(([, there]) => there);
  return { paths, pem: isWhole ? await textOf(look, `certificates/certs/${name}.crt`) : undefined };
}

const pairItems = ({ paths }: Held, isKept: boolean, what: string): HomeItem[] =>
  paths.map(([path, there]) => (isKept ? use : there ? change : create)(path, what));

/** As the platform judges the certificate that it holds. */
function isGood(look: HomeLook, pems: { readonly root: string; readonly server: string }, host: string): boolean {
  const [root, server] = [pems.root, pems.server].map((pem) => {
    try {
      return readCertificate(pem);
    } catch (error) {
      throw new WebFileError('certificate-file', join(look.home, 'certificates'), 'a certificate is unreadable', error);
    }
  });
  if (root === undefined || server === undefined) return false;
  const bears = server.dnsNames.includes(host) || server.ipAddresses.includes(host);
  const lasts = server.notAfter.getTime() - look.now() >= RENEW_BEFORE_MS;
  return bears && lasts && server.authorityKeyIdentifier === root.subjectKeyIdentifier;
}
