import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';

import { readFileIfThere } from '@volttron-ts/storage';

import { AuditKeyInvalidError } from '../errors.ts';
import { createFileOnce } from '../exclusive-file.ts';
import type { AuditHead } from './audit-line.ts';

/** What signs the heads of a home's audit log: an Ed25519 key. */
export interface AuditKey {
  /** The public half, base64 of its SPKI form. */
  readonly publicKey: string;
  /** base64. */
  sign(head: AuditHead): string;
}

const pathOf = (home: string): string => join(home, 'audit.key');
const message = ({ seq, hash }: AuditHead): Buffer => Buffer.from(`volttron audit head ${seq} ${hash}`);
const publicTextOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');

/** Reads `audit.key`, making it when it is missing. Throws AuditKeyInvalidError, FileUnreadableError. */
export async function openAuditKey(home: string): Promise<AuditKey> {
  const pem = (await readPem(home)) ?? (await makePem(home));
  const secret = readKey(home, pem);
  return {
    publicKey: publicTextOf(createPublicKey(secret)),
    sign: (head) => sign(null, message(head), secret).toString('base64'),
  };
}

/** The public half of a home's key; undefined when it has none. Throws AuditKeyInvalidError, FileUnreadableError. */
export async function readAuditPublicKey(home: string): Promise<string | undefined> {
  const pem = await readPem(home);
  return pem === undefined ? undefined : publicTextOf(createPublicKey(readKey(home, pem)));
}

/** Whether a key, in the form of `AuditKey.publicKey`, signed a head. */
export function isSignedBy(publicKey: string, head: AuditHead, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
  return verify(null, message(head), key, Buffer.from(signature, 'base64'));
}

async function makePem(home: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  if (await createFileOnce(pathOf(home), pem, 0o600)) return pem;
  return (await readPem(home)) ?? '';
}

const readPem = (home: string): Promise<string | undefined> => readFileIfThere(pathOf(home));

function readKey(home: string, pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    throw new AuditKeyInvalidError(pathOf(home), error);
  }
  throw new AuditKeyInvalidError(pathOf(home));
}
