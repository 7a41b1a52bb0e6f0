import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ChannelOptions } from './channel-options.ts';
import { ChannelFileError } from './errors.ts';

/** PEM of one end of a secure channel, which fit together. */
export interface KeyMaterial {
  readonly privateKey: Buffer;
  /** Own certificate first. */
  readonly certificate: Buffer;
  readonly root: Buffer;
}

/** Reads the three files and holds them against each other. Throws ChannelFileError for the first that does not fit. */
export async function readKeyMaterial(
  options: Pick<ChannelOptions, 'ssl_private_key' | 'ssl_cert' | 'ssl_root_cert'>,
): Promise<KeyMaterial> {
  const privateKey = await read('ssl_private_key', options.ssl_private_key);
  const certificate = await read('ssl_cert', options.ssl_cert);
  const root = await read('ssl_root_cert', options.ssl_root_cert);
  const key = parseKey(options.ssl_private_key, privateKey);
  const leaf = parseCertificate('ssl_cert', options.ssl_cert, certificate);
  parseCertificate('ssl_root_cert', options.ssl_root_cert, root);
  if (!leaf.checkPrivateKey(key)) {
    throw new ChannelFileError(
      'ssl_cert',
      options.ssl_cert,
      `is not for the key in ${options.ssl_private_key}`,
      'Name the certificate that was made from a request of this key.',
    );
  }
  return { privateKey, certificate, root };
}

async function read(item: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new ChannelFileError(item, path, why, 'Make it with: vctl certs quickstart grpc', error);
  }
}

function parseKey(path: string, pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const isEncrypted = pem.includes('ENCRYPTED');
    throw new ChannelFileError(
      'ssl_private_key',
      path,
      isEncrypted ? 'is encrypted' : 'is no private key in PEM',
      isEncrypted
        ? 'Take the passphrase away: openssl pkey -in FILE -out NEW'
        : 'Name the file that openssl genrsa made.',
      error,
    );
  }
}

function parseCertificate(item: string, path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new ChannelFileError(
      item,
      path,
      'is no certificate in PEM',
      'Name a file that begins with a certificate.',
      error,
    );
  }
}
