import { readFile } from 'node:fs/promises';
import type { RemotePlatformOptions } from '@volttron-ts/vip-core';
import { NoDestinationError, RootCertificateError } from './errors.ts';

export interface DestinationConfig {
  readonly 'destination-vip'?: string;
  readonly 'destination-address'?: string;
  readonly 'destination-serverkey'?: string;
  readonly 'destination-root-certificate'?: string;
}

/** Where to and how; the web address goes before the VIP address. Throws NoDestinationError, RootCertificateError. */
export async function readDestination(
  config: DestinationConfig,
): Promise<{ readonly address: string; readonly options: RemotePlatformOptions }> {
  const address = config['destination-address'] ?? config['destination-vip'];
  if (address === undefined) throw new NoDestinationError();
  const serverkey = config['destination-serverkey'];
  const path = config['destination-root-certificate'];
  const options = {
    ...(serverkey === undefined ? {} : { serverkey }),
    ...(path === undefined ? {} : { rootCertificate: await readPem(path) }),
  };
  return { address, options };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new RootCertificateError(path, error);
  }
}
