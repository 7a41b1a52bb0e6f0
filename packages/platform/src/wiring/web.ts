import { readFile } from 'node:fs/promises';
import { WebUsers } from '@volttron-ts/auth';
import type { InstanceSettings } from '@volttron-ts/auth';
import { pagesDirectory } from '@volttron-ts/pages';
import { FileUnreadableError } from '@volttron-ts/storage';
import type { DiscoveryDocument } from '@volttron-ts/vip-core';
import { startWebServer } from '@volttron-ts/web';
import type { LiveFeed } from '@volttron-ts/web';
import { ensureWebCertificate } from '../web-certificate.ts';
import type { WebCertificate } from '../web-certificate.ts';
import type { ServiceKit } from './kit.ts';

export interface WebParts {
  readonly feed: LiveFeed;
  readonly serverKey: string;
  /** What the platform is bound to; discovery publishes the first tcp address. */
  readonly addresses: readonly string[];
}

export interface RunningWeb {
  readonly address: string;
  /** Of the user `admin`, at the very first start only. */
  readonly firstPassword: string | undefined;
}

/** Starts the web service at the address that `bind-web-address` configures. */
export async function startWeb(kit: ServiceKit, bindAddress: string, parts: WebParts): Promise<RunningWeb> {
  const users = await WebUsers.open(kit);
  const { certificate, privateKey } = await certificateOf(kit, bindAddress);
  const server = await startWebServer({
    bindAddress,
    certificate,
    privateKey,
    pages: pagesDirectory,
    discovery: () => discoveryDocument(kit.settings, parts),
    login: users,
    keyRequests: kit.enrolment,
    live: parts.feed,
    clock: kit.clock,
    log: kit.log('volttron.platform.web'),
  });
  kit.part('the web service', async () => server.close());
  // After the server listens: the password is shown once, and must not be lost with a start that fails.
  const firstPassword = (await users.ensureAdmin())?.reveal();
  return { address: server.address, firstPassword };
}

function discoveryDocument(settings: InstanceSettings, { serverKey, addresses }: WebParts): DiscoveryDocument {
  const vipAddress = addresses.find((address) => address.startsWith('tcp:'));
  return {
    ...(vipAddress === undefined ? {} : { serverkey: serverKey, 'vip-address': vipAddress }),
    'instance-name': settings['instance-name'],
  };
}

/** The operator's own files when configured, else the instance's own CA. */
async function certificateOf(kit: ServiceKit, bindAddress: string): Promise<WebCertificate> {
  const { 'web-ssl-cert': certificate, 'web-ssl-key': key, 'instance-name': instance } = kit.settings;
  if (certificate !== undefined && key !== undefined) {
    return {
      certificate: await readText(certificate),
      privateKey: await readText(key),
      root: undefined,
    };
  }
  const host = new URL(bindAddress).hostname.replace(/^\[(.*)\]$/, '$1');
  return ensureWebCertificate(kit.home, instance, host, kit.clock);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new FileUnreadableError(path, error);
  }
}
