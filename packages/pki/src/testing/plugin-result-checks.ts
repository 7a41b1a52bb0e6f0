import { X509Certificate } from 'node:crypto';

import { expect } from 'vitest';

import { keyFingerprint } from '../key/key-fingerprint.ts';
import type { KeyPair } from '../key/key-algorithm.ts';
import { certificateStatus } from '../plugin/certificate-plugin.ts';
import type { OrderMethod, PluginResult } from '../plugin/certificate-plugin.ts';

export const {
  CERTIFICATE_GENERATED: GENERATED,
  REQUEST_CANCELED: CANCELED,
  INVALID_OPERATION: INVALID,
} = certificateStatus;

export const orderMethods: readonly OrderMethod[] = [
  'issueCertificateRequest',
  'checkCertificateStatus',
  'modifyCertificateRequest',
  'cancelCertificateRequest',
];

const fields = ['status', 'statusMessage', 'certificate', 'intermediates', 'retryMsec', 'retryMethod'];
/** ms; whoever waits longer has waited for nothing. */
const LONGEST_RETRY = 7 * 86_400_000;
const LONGEST_MESSAGE = 4096;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** What holds for every answer of every method. */
export function expectPluginResult(result: PluginResult): void {
  expect(Object.values(certificateStatus), 'status').toContain(result.status);
  for (const key of Object.keys(result)) expect(fields, 'a field of a result').toContain(key);
  const { status, statusMessage, certificate, intermediates, retryMsec, retryMethod } = result;
  if (status === GENERATED) expect(certificate, 'PEM').toContain('-----BEGIN CERTIFICATE-----');
  else expect([certificate, intermediates], 'certificates of an order without').toEqual([undefined, undefined]);
  if (status !== GENERATED) expectMessage(statusMessage, status);
  if (retryMsec !== undefined) {
    expect(Number.isFinite(retryMsec) && retryMsec >= 0 && retryMsec <= LONGEST_RETRY, `retryMsec ${retryMsec}`).toBe(
      true,
    );
  }
  if (retryMethod !== undefined) expect(orderMethods).toContain(retryMethod);
}

/** One line that a person can use. */
export function expectMessage(message: string | undefined, about: string): void {
  expect(typeof message, `the message of "${about}"`).toBe('string');
  expect(message?.trim().length, `the message of "${about}" is empty`).toBeGreaterThan(0);
  expect(message?.length, `the message of "${about}" is long`).toBeLessThanOrEqual(LONGEST_MESSAGE);
  expect(CONTROL.test(message ?? ''), `the message of "${about}" is one line: ${JSON.stringify(message)}`).toBe(false);
}

export function expectGenerated(result: PluginResult): X509Certificate {
  expect(result.status, result.statusMessage).toBe(GENERATED);
  return new X509Certificate(result.certificate ?? '');
}

/** A certificate, and for that key. */
export function expectFor(result: PluginResult, keys: KeyPair): X509Certificate {
  const certificate = expectGenerated(result);
  expect(keyFingerprint(certificate.publicKey)).toBe(keyFingerprint(keys.publicKey));
  return certificate;
}

/** What makes two certificates one: their signatures may differ when both were computed (ECDSA is random). */
export function identityOf(result: PluginResult): readonly string[] {
  const { issuer, serialNumber, validFrom, validTo, publicKey, subjectAltName = '' } = expectGenerated(result);
  return [issuer, serialNumber, validFrom, validTo, subjectAltName, keyFingerprint(publicKey)];
}

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

export const readAll = (pem: string): X509Certificate[] =>
  (pem.match(BLOCK) ?? []).map((block) => new X509Certificate(block));

/** Each of the chain issued the one before it, and one of the roots the last. */
export function expectChain(result: PluginResult, roots: string): void {
  let below = expectGenerated(result);
  for (const [n, issuer] of readAll(result.intermediates ?? '').entries()) {
    expect(issued(issuer, below), `intermediate ${n + 1} issued the one before it`).toBe(true);
    below = issuer;
  }
  const isTrusted = readAll(roots).some((root) => root.raw.equals(below.raw) || issued(root, below));
  expect(isTrusted, 'the chain leads to a root').toBe(true);
}

const issued = (issuer: X509Certificate, below: X509Certificate): boolean =>
  issuer.ca && below.checkIssued(issuer) && below.verify(issuer.publicKey);
