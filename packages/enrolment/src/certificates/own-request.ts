import {
  checkSigningRequest,
  createSigningRequest,
  generateKeyPair,
  keyAlgorithmNames,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { OrderMeta, SigningRequest } from '@volttron-ts/pki';

import type { OwnOrder } from './certificate-enrolment.ts';
import { NameRefusedError } from './errors.ts';

const DEFAULT_KEY = 'P-256';

/** What is ordered for this instance itself, with a key that is made here. */
export interface OwnRequest {
  readonly request: SigningRequest;
  /** PEM. */
  readonly privateKey: string;
  readonly orderMeta: OrderMeta;
}

/** Throws NameRefusedError for an algorithm that is none, SigningRequestRefusedError. */
export async function makeOwnRequest(order: OwnOrder): Promise<OwnRequest> {
  const { name, profile, dnsNames = [], ipAddresses = [], keyAlgorithm = DEFAULT_KEY } = order;
  const algorithm = keyAlgorithmNames.find((known) => known === keyAlgorithm);
  if (algorithm === undefined) {
    const known = keyAlgorithmNames.join(', ');
    throw new NameRefusedError(name, `"${keyAlgorithm}" is no algorithm for its key`, `Choose one of ${known}.`);
  }
  const { privateKey } = await generateKeyPair(algorithm);
  const request = createSigningRequest({ subject: { commonName: name }, privateKey, dnsNames, ipAddresses });
  checkSigningRequest(request, {});
  return { request, privateKey: writePrivateKey(privateKey), orderMeta: { csr: request.pem, profile } };
}
