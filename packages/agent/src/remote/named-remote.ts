import { readFile } from 'node:fs/promises';
import type { RemotePlatformOptions } from '@volttron-ts/vip-core';
import { NoRemoteAddressError, RootCertificateError } from '../errors.ts';

/** Another platform as a configuration names it: by the keys `<prefix>-vip`, `<prefix>-address` and so on. */
export interface NamedRemote {
  readonly prefix: string;
  /** The web address goes before the VIP address. */
  readonly address: string | undefined;
  readonly serverkey: string | undefined;
  /** Path of the PEM file with the root of its web certificate. */
  readonly rootCertificate: string | undefined;
}

/** Where to and how. Throws NoRemoteAddressError, RootCertificateError. */
export async function readRemote({ prefix, address, serverkey, rootCertificate }: NamedRemote): Promise<{
  readonly address: string;
  readonly options: RemotePlatformOptions;
}> {
  if (address === undefined) throw new NoRemoteAddressError(prefix);
  const options = {
    ...(serverkey === undefined ? {} : { serverkey }),
    ...(rootCertificate === undefined
      ? {}
      : { rootCertificate: await readPem(`${prefix}-root-certificate`, rootCertificate) }),
  };
  return { address, options };
}

async function readPem(item: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new RootCertificateError(item, path, error);
  }
}
