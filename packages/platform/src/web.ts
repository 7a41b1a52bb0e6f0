import { readFile } from 'node:fs/promises';
import { WebUsers } from '@volttron-ts/auth';
import type { InstanceSettings } from '@volttron-ts/auth';
import type { Enrolment } from '@volttron-ts/enrolment';
import { pagesDirectory } from '@volttron-ts/pages';
import { FileUnreadableError } from '@volttron-ts/storage';
import type { Clock, DiscoveryDocument, Logger } from '@volttron-ts/vip-core';
import { startWebServer } from '@volttron-ts/web';
import type { LiveFeed, WebServer } from '@volttron-ts/web';
import { ensureWebCertificate } from './web-certificate.ts';
import type { WebCertificate } from './web-certificate.ts';

export interface WebParts {
  readonly home: string;
  readonly settings: InstanceSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly enrolment: Enrolment;
  readonly feed: LiveFeed;
  readonly serverKey: string;
  /** What discovery publishes: the first tcp address. */
  readonly vipAddress: string | undefined;
}

export interface RunningWeb extends WebServer {
  /** Of the user `admin`, at the very first start only. */
  readonly firstPassword: string | undefined;
}

/** Starts the web service when `bind-web-address` is configured. */
export async function startWeb(parts: WebParts): Promise<RunningWeb | undefined> {
  const bindAddress = parts.settings['bind-web-address'];
  if (bindAddress === undefined) return undefined;
  const users = await WebUsers.open(parts);
  const { certificate, privateKey } = await certificateOf(parts, bindAddress);
  const server = await startWebServer({
    bindAddress,
    certificate,
    privateKey,
    pages: pagesDirectory,
    discovery: () => discoveryDocument(parts),
    login: users,
    keyRequests: parts.enrolment,
    live: parts.feed,
    clock: parts.clock,
    log: parts.log,
  });
  try {
    // After the server listens: the password is shown once, and must not be lost with a start that fails.
    const firstPassword = (await users.ensureAdmin())?.reveal();
    return { address: server.address, firstPassword, close: async () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function discoveryDocument({ serverKey, vipAddress, settings }: WebParts): DiscoveryDocument {
  return {
    ...(vipAddress === undefined ? {} : { serverkey: serverKey, 'vip-address': vipAddress }),
    'instance-name': settings['instance-name'],
  };
}

/** The operator's own files when configured, else the instance's own CA. */
async function certificateOf(parts: WebParts, bindAddress: string): Promise<WebCertificate> {
  const { 'web-ssl-cert': certificate, 'web-ssl-key': key, 'instance-name': instance } = parts.settings;
  if (certificate !== undefined && key !== undefined) {
    return {
      certificate: await readText(certificate),
      privateKey: await readText(key),
      root: undefined,
    };
  }
  const host = new URL(bindAddress).hostname.replace(/^\[(.*)\]$/, '$1');
  return ensureWebCertificate(parts.home, instance, host, parts.clock);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new FileUnreadableError(path, error);
  }
}
