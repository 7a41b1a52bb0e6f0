import { beforeAll, describe, expect, it } from 'vitest';

import { CertificateUntrustedError } from '../errors.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import type { Certificate } from './certificate.ts';
import { createRootCertificate, issueCertificate } from './issue.ts';
import type { Authority } from './issue.ts';
import { verifyChain } from './verify-chain.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const clock = { now: () => now };
const time = new Date(now);

async function authority(commonName: string): Promise<Authority> {
  const { privateKey } = await generateKeyPair('P-256');
  const certificate = createRootCertificate({ subject: { commonName }, privateKey, validity: { days: 90 }, clock });
  return { certificate, privateKey };
}

let root: Authority;
let leaf: Certificate;

beforeAll(async () => {
  root = await authority('ca');
  const { publicKey } = await generateKeyPair('P-256');
  leaf = issueCertificate({
    profile: 'server',
    issuer: root,
    publicKey,
    subject: { commonName: 'common.example' },
    dnsNames: ['web.example'],
    ipAddresses: ['10.0.0.1', '::1'],
    validity: { days: 30 },
    clock,
  });
});

function problems(name: string, of: Certificate = leaf, by: Certificate = root.certificate, when = time): string[] {
  try {
    verifyChain(of, by, { time: when, name });
    return [];
  } catch (error) {
    if (error instanceof CertificateUntrustedError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

describe('verifyChain', () => {
  it.each(['web.example', 'WEB.example', '10.0.0.1', '0:0::1'])('accepts the name %s', (name) => {
    expect(problems(name)).toEqual([]);
  });

  it.each(['other.example', 'common.example', 'a.web.example', '10.0.0.2', '', 'web.example\0', 'web.example:443'])(
    'refuses the name %j',
    (name) => {
      expect(problems(name)).toEqual(['name']);
    },
  );

  it('refuses another root, also one of the same name', async () => {
    expect(problems('web.example', leaf, (await authority('cb')).certificate)).toEqual(['issuer-name', 'signature']);
    expect(problems('web.example', leaf, (await authority('ca')).certificate)).toContain('signature');
  });

  it('refuses before, after, and when the root has ended', () => {
    const day = 86_400_000;
    const later = (days: number): Date => new Date(now + days * day);
    expect(problems('web.example', leaf, root.certificate, later(-1))).toEqual(['root-validity', 'validity']);
    expect(problems('web.example', leaf, root.certificate, later(31))).toEqual(['validity']);
    expect(problems('web.example', leaf, root.certificate, later(91))).toEqual(['root-validity', 'validity']);
  });

  it('refuses a server as root, and a root as server', () => {
    expect(problems('web.example', leaf, leaf)).toEqual(['root-is-authority', 'issuer-name', 'signature']);
    expect(problems('web.example', root.certificate)).toEqual(['extended-key-usage', 'name']);
  });
});
