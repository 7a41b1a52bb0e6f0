import { readFile } from 'node:fs/promises';
import { WebTokens } from '@volttron-ts/auth';
import { pagesDirectory } from '@volttron-ts/pages';
import { FileUnreadableError } from '@volttron-ts/storage';
import type { DiscoveryDocument } from '@volttron-ts/vip-core';
import { startWebServer } from '@volttron-ts/web';
import { ensureWebCertificate } from '../web-certificate.ts';
import type { WebCertificate } from '../web-certificate.ts';
import type { ServiceKit } from './kit.ts';
import type { PlatformWeb } from './platform-web.ts';

export interface RunningWeb {
  readonly address: string;
  /** Of the user `admin`, at the very first start only. */
  readonly firstPassword: string | undefined;
}

/** Starts the web server at the address that `bind-web-address` configures; discovery publishes the first tcp address. */
export async function startWeb(kit: ServiceKit, web: PlatformWeb, addresses: readonly string[]): Promise<RunningWeb> {
  const { address: bindAddress, users, serverKey } = web;
  const { certificate, privateKey } = await certificateOf(kit, bindAddress);
  const server = await startWebServer({
    bindAddress,
    certificate,
    privateKey,
    pages: pagesDirectory,
    discovery: () => discoveryDocument(kit, serverKey, addresses),
    login: users,
    tokens: new WebTokens({ users, privateKey, instanceName: kit.settings['instance-name'], clock: kit.clock }),
    certificates: kit.certificates,
    keyRequests: kit.enrolment,
    live: web.feed,
    agents: web.agents,
    clock: kit.clock,
    log: kit.log('volttron.platform.web'),
  });
  kit.part('the web service', async () => server.close());
  web.address = server.address;
  // After the server listens: the password is shown once, and must not be lost with a start that fails.
  const firstPassword = (await users.ensureAdmin())?.reveal();
  return { address: server.address, firstPassword };
}

function discoveryDocument(
  { settings, rabbit }: Pick<ServiceKit, 'settings' | 'rabbit'>,
  serverKey: string,
  addresses: readonly string[],
): DiscoveryDocument {
  const vipAddress = addresses.find((address) => address.startsWith('tcp:'));
  return {
    ...(vipAddress === undefined ? {} : { serverkey: serverKey, 'vip-address': vipAddress }),
    'instance-name': settings['instance-name'],
    ...(rabbit === undefined ? {} : { 'rmq-address': rabbit.address, 'rmq-ca-cert': rabbit.root }),
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
