import { crypto } from './crypto/crypto.ts';
import { checkedKey } from './key-pair.ts';
import { CurveClientHandshake } from './mechanism/curve-client.ts';
import { CurveServerHandshake } from './mechanism/curve-server.ts';
import type { Handshake } from './mechanism/mechanism.ts';
import { NullHandshake } from './mechanism/null-mechanism.ts';

export interface NullMechanism {
  readonly type: 'NULL';
}

/** Raw keys of 32 bytes. */
export interface CurveServer {
  readonly type: 'CURVE';
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** Raw keys of 32 bytes. */
export interface CurveClient extends CurveServer {
  readonly serverKey: Uint8Array;
}

const sources = { engine: crypto, random: (length: number): Buffer => crypto.randomBytes(length) };

/** Checks the keys at once, then makes one handshake per connection. */
export function serverHandshakes(mechanism: NullMechanism | CurveServer): () => Handshake {
  if (mechanism.type === 'NULL') return () => new NullHandshake();
  const publicKey = checkedKey('public key', mechanism.publicKey);
  const secretKey = checkedKey('secret key', mechanism.secretKey);
  return () => new CurveServerHandshake({ publicKey, secretKey }, sources);
}

/** Checks the keys at once, then makes one handshake per connection. */
export function clientHandshakes(mechanism: NullMechanism | CurveClient): (metadata: Buffer) => Handshake {
  if (mechanism.type === 'NULL') return (metadata) => new NullHandshake(metadata);
  const serverKey = checkedKey('server key', mechanism.serverKey);
  const publicKey = checkedKey('public key', mechanism.publicKey);
  const secretKey = checkedKey('secret key', mechanism.secretKey);
  return (metadata) => new CurveClientHandshake({ serverKey, publicKey, secretKey }, metadata, sources);
}
