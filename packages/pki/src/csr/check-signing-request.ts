import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { readExtensionValues } from '../certificate/extensions.ts';
import type { ExtensionValues } from '../certificate/extensions.ts';
import { oids } from '../der/oids.ts';
import type { CertificateProblem } from '../errors.ts';
import { algorithmOf } from '../key/key-algorithm.ts';
import { attributeTypes } from '../name/distinguished-name.ts';
import { isHostName } from '../name/host-name.ts';
import { parseIpAddress } from '../name/ip-address.ts';
import { SigningRequestRefusedError } from './errors.ts';
import { rsaProblems } from './rsa-strength.ts';
import type { SigningRequest } from './signing-request.ts';

/** What a signer asks of requests beyond what all must meet. */
export interface SigningPolicy {
  /** The common name must be `<instanceName>.<something>`, as VOLTTRON names remote agents. */
  readonly instanceName?: string | undefined;
}

interface Subject extends SigningPolicy {
  readonly request: SigningRequest;
  readonly values: ExtensionValues;
}

type Rule = (subject: Subject) => readonly string[];

const unless = (good: boolean, message: string): string[] => (good ? [] : [message]);

const allowedExtensions: readonly string[] = [
  oids.subjectAltName,
  oids.keyUsage,
  oids.extKeyUsage,
  oids.basicConstraints,
  oids.subjectKeyIdentifier,
];

/** One line of printable text; names become names of files and lines of logs. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const rules: Readonly<Record<string, Rule>> = {
  // RFC 2986 §3: whoever asks has the private key.
  'proof-of-possession': ({ request }) => unless(isSigned(request), 'its signature is not of its own key'),

  'signature-algorithm': ({ request }) => {
    const algorithm = knownAlgorithm(request.publicKey);
    return unless(
      algorithm === undefined || request.signatureOid === algorithm.signatureOid,
      `the signature algorithm ${request.signatureOid} is not the one for such a key`,
    );
  },

  'key-kind': ({ request }) =>
    unless(
      request.publicKey.asymmetricKeyType === 'rsa' || knownAlgorithm(request.publicKey) !== undefined,
      'keys are RSA, P-256, P-384 or Ed25519',
    ),

  'common-name': ({ request: { subject } }) => {
    const length = Array.from(subject.commonName).length;
    return unless(length >= 1 && length <= 64, `the common name has ${length} characters instead of 1 to 64`);
  },

  // VOLTTRON names files after it (reference/rmq-web-csr.md §2.4).
  'common-name-path': ({ request: { subject } }) =>
    unless(!/[/\\]|\.\.|^\./.test(subject.commonName), 'the common name holds what could lead out of a folder'),

  'common-name-address': ({ request: { subject } }) =>
    unless(parseIpAddress(subject.commonName) === undefined, 'the common name is an IP address'),

  'instance-name': ({ request: { subject }, instanceName }) =>
    unless(
      instanceName === undefined ||
        (subject.commonName.startsWith(`${instanceName}.`) && subject.commonName.length > instanceName.length + 1),
      `the common name must begin with "${instanceName}."`,
    ),

  'subject-text': ({ request: { subject } }) =>
    attributeTypes.flatMap(({ field, longest }) => {
      const value = subject[field];
      if (value === undefined || field === 'commonName') return [];
      const length = Array.from(value).length;
      return unless(length >= 1 && length <= longest, `the subject's ${field} has ${length} characters`);
    }),

  'control-characters': ({ request: { subject } }) =>
    unless(!Object.values(subject).some((value) => CONTROL.test(String(value))), 'a name holds control characters'),

  'san-dns': ({ request: { dnsNames } }) =>
    dnsNames.flatMap((name) => unless(isHostName(name), `${JSON.stringify(name.slice(0, 80))} is no host name`)),

  'san-ip': ({ values }) =>
    values.alternativeNames.ip.flatMap((bytes) =>
      unless(bytes.length === 4 || bytes.length === 16, `an IP address has 4 or 16 octets, not ${bytes.length}`),
    ),

  'san-other': ({ values }) => unless(values.alternativeNames.others === 0, 'it asks for names that are no hosts'),

  'extension-allowed': ({ request }) =>
    request.requestedExtensions.flatMap(({ oid }) =>
      unless(allowedExtensions.includes(oid), `the extension ${oid} may not be asked for`),
    ),

  authority: ({ values }) =>
    unless(!values.isAuthority && !values.keyUsages.includes('keyCertSign'), 'it asks to be an authority'),
};

/** The codes of all rules. */
export const signingRequestCodes: readonly string[] = [
  ...Object.keys(rules),
  ...['rsa-size', 'rsa-exponent', 'rsa-small-factor', 'rsa-close-primes', 'rsa-roca'],
];

/**
 * Measures a request against every rule.
 *
 * @throws SigningRequestRefusedError with all problems
 */
export function checkSigningRequest(request: SigningRequest, policy: SigningPolicy = {}): void {
  const values = readExtensionValues(request.requestedExtensions);
  const subject: Subject = { ...policy, request, values };
  const problems: CertificateProblem[] = Object.entries(rules).flatMap(([code, rule]) =>
    rule(subject).map((message) => ({ code, message })),
  );
  if (request.publicKey.asymmetricKeyType === 'rsa') problems.push(...rsaProblems(request.publicKey));
  if (problems.length > 0) throw new SigningRequestRefusedError(request.subject.commonName.slice(0, 80), problems);
}

function knownAlgorithm(key: KeyObject): ReturnType<typeof algorithmOf> | undefined {
  try {
    return algorithmOf(key);
  } catch {
    return undefined;
  }
}

/** Another algorithm than the key's own is told by a rule of its own. */
function isSigned({ publicKey, signedPart, signature, signatureOid }: SigningRequest): boolean {
  const algorithm = knownAlgorithm(publicKey);
  if (algorithm !== undefined && signatureOid !== algorithm.signatureOid) return true;
  try {
    const isOfOddSize = algorithm === undefined && publicKey.asymmetricKeyType === 'rsa';
    if (isOfOddSize) return verify('sha256', signedPart, publicKey, signature);
    return algorithm?.verify(signedPart, publicKey, signature) ?? true;
  } catch {
    return false;
  }
}
