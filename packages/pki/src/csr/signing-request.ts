import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import {
  encodeExtension,
  isRepeated,
  readExtension,
  readExtensionValues,
  subjectAltName,
} from '../certificate/extensions.ts';
import type { Extension } from '../certificate/extensions.ts';
import { bitString, fromDer, integer, oid, sequence, set, tagged, toDer } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { toPem } from '../der/pem.ts';
import { PkiError } from '../errors.ts';
import { algorithmOf } from '../key/key-algorithm.ts';
import { keyFingerprint } from '../key/key-fingerprint.ts';
import { readSpki } from '../key/spki.ts';
import { encodeName, readName } from '../name/distinguished-name.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import { formatIpAddress, parseIpAddress } from '../name/ip-address.ts';
import { SigningRequestUnreadableError } from './errors.ts';

/** A certificate signing request (PKCS#10, RFC 2986) and what it says. Whether to sign it is `checkSigningRequest`'s matter. */
export interface SigningRequest {
  readonly pem: string;
  readonly der: Buffer;
  readonly subject: DistinguishedName;
  /** The subject as it stands there, all attributes included. */
  readonly subjectDer: Buffer;
  readonly publicKey: KeyObject;
  /** SHA-256 over the SubjectPublicKeyInfo, hexadecimal. */
  readonly fingerprint: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly requestedExtensions: readonly Extension[];
  /** What is signed. */
  readonly signedPart: Buffer;
  readonly signatureOid: string;
  readonly signature: Buffer;
}

export interface SigningRequestOptions {
  readonly subject: DistinguishedName;
  readonly privateKey: KeyObject;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/** @throws KeyUnsupportedError; SigningRequestRefusedError for a text that is no IP address */
export function createSigningRequest(options: SigningRequestOptions): SigningRequest {
  const { subject, privateKey, dnsNames = [], ipAddresses = [] } = options;
  const algorithm = algorithmOf(privateKey);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const extensions =
    dnsNames.length + ipAddresses.length === 0 ? [] : [subjectAltName({ dns: dnsNames, ip: bytesOf(ipAddresses) })];
  const information = sequence(
    integer(0),
    encodeName(subject),
    fromDer(spki),
    tagged(0, ...(extensions.length === 0 ? [] : [extensionRequest(extensions)])),
  );
  const signature = algorithm.sign(toDer(information), privateKey);
  return describe(toDer(sequence(information, algorithm.signatureAlgorithm(), bitString(signature))));
}

const extensionRequest = (extensions: readonly Extension[]): ReturnType<typeof sequence> =>
  sequence(oid(oids.extensionRequest), set(sequence(...extensions.map(encodeExtension))));

const bytesOf = (addresses: readonly string[]): Uint8Array[] =>
  addresses.map((text) => {
    const bytes = parseIpAddress(text);
    if (bytes === undefined) throw new SigningRequestUnreadableError(`${JSON.stringify(text)} is no IP address`);
    return bytes;
  });

const LABEL = 'CERTIFICATE REQUEST';

/** The most that the text of a request may hold, in characters. */
const MAX_TEXT = 16_384;
const PEM =
  /^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----\r?\n([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----\s*$/;

/**
 * Reads one request; DER as X.690 §10 wants it, nothing before or behind it.
 *
 * @throws SigningRequestUnreadableError
 */
export function readSigningRequest(pem: string): SigningRequest {
  if (pem.length > MAX_TEXT) {
    throw new SigningRequestUnreadableError(`it has ${pem.length} characters, more than ${MAX_TEXT}`);
  }
  const base64 = PEM.exec(pem)?.[2]?.replace(/\s+/g, '');
  if (base64 === undefined) throw new SigningRequestUnreadableError('it is no PEM block of one request');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new SigningRequestUnreadableError('its content is no base64');
  }
  try {
    return describe(Buffer.from(base64, 'base64'));
  } catch (error) {
    if (error instanceof SigningRequestUnreadableError) throw error;
    const why = error instanceof PkiError ? error.message.replace(/\.$/, '') : 'it is damaged';
    throw new SigningRequestUnreadableError(why, error);
  }
}

function describe(der: Buffer): SigningRequest {
  const reader = DerReader.of(der, 'certificate request');
  if (!reader.der.equals(der)) throw new SigningRequestUnreadableError('it is not in the one form that DER allows');
  const { information, signatureOid, signature } = readOuter(reader);
  const { subject, key, attributes } = readInformation(information);
  const publicKey = readKey(key.der);
  const requestedExtensions = attributes === undefined ? [] : readAttributes(attributes);
  const { alternativeNames } = readExtensionValues(requestedExtensions);
  return {
    pem: toPem(LABEL, der),
    der,
    subject: readName(subject),
    subjectDer: subject.der,
    publicKey,
    fingerprint: keyFingerprint(publicKey),
    dnsNames: alternativeNames.dns,
    ipAddresses: alternativeNames.ip.map((bytes) => formatIpAddress(bytes) ?? Buffer.from(bytes).toString('hex')),
    requestedExtensions,
    signedPart: information.der,
    signatureOid,
    signature,
  };
}

function readOuter(reader: DerReader): { information: DerReader; signatureOid: string; signature: Buffer } {
  const [information, algorithm, signature, ...more] = reader.sequence();
  if (information === undefined || algorithm === undefined || signature === undefined || more.length > 0) {
    throw new SigningRequestUnreadableError('it has not three parts');
  }
  return { information, signatureOid: algorithm.fields()().oid(), signature: signature.bitString() };
}

function readInformation(reader: DerReader): { subject: DerReader; key: DerReader; attributes: DerReader | undefined } {
  const [version, subject, key, attributes, ...more] = reader.sequence();
  if (version === undefined || subject === undefined || key === undefined || more.length > 0) {
    throw new SigningRequestUnreadableError('its information is incomplete');
  }
  if (version.integer() !== 0) throw new SigningRequestUnreadableError('it is not of version 1');
  return { subject, key, attributes };
}

function readKey(spki: Buffer): KeyObject {
  try {
    return readSpki(spki);
  } catch (error) {
    throw new SigningRequestUnreadableError('its public key is none that can be used', error);
  }
}

function readAttributes(attributes: DerReader): Extension[] {
  if (attributes.contextTag !== 0) throw new SigningRequestUnreadableError('its attributes have the wrong tag');
  const read = attributes.members().map((attribute) => {
    const [type, values] = attribute.sequence();
    return { type: type?.oid() ?? '', values: values?.set() ?? [] };
  });
  const asked = read.filter(({ type }) => type === oids.extensionRequest);
  if (asked.length > 1) throw new SigningRequestUnreadableError('it asks for extensions twice');
  const [only, ...more] = asked[0]?.values ?? [];
  if (more.length > 0) throw new SigningRequestUnreadableError('it asks for extensions twice');
  const extensions = only?.sequence().map(readExtension) ?? [];
  if (isRepeated(extensions)) {
    throw new SigningRequestUnreadableError('it asks for the same extension twice');
  }
  return extensions;
}
