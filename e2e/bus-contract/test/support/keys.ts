import { decodeKey, encodeKey } from '@volttron-ts/vip-core';
import { curveKeyPair } from 'zeromq';

/** A CURVE pair in libzmq's form (Z85) and in VOLTTRON's (43 characters). */
export interface TestKeys {
  readonly z85: { readonly publickey: string; readonly secretkey: string };
  readonly publickey: string;
  readonly secretkey: string;
}

const volttronForm = (z85: string): string => encodeKey(decodeKey(z85));

export function testKeys(): TestKeys {
  const { publicKey, secretKey } = curveKeyPair();
  return {
    z85: { publickey: publicKey, secretkey: secretKey },
    publickey: volttronForm(publicKey),
    secretkey: volttronForm(secretKey),
  };
}
