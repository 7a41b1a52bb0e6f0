import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import {
  checkSigningRequest,
  readSigningRequest,
  SigningRequestRefusedError,
  SigningRequestUnreadableError,
  signingRequestCodes,
} from '../../src/index.ts';
import { openssl, scratchFolder } from '../scratch.ts';
import { defects } from './defects.ts';
import type { Defect } from './planting.ts';
import { makers, pemOf, soundParts, writeRequest } from './request-maker.ts';
import type { Signer } from './request-maker.ts';

const REQUESTS = 10_000;
const OF_RSA = 500;
const SHOWN_TO_OPENSSL = 400;

/** The n-th of a fixed row of numbers from 0 to 1. */
function numbers(seed: string): () => number {
  let n = 0;
  return () => createHash('sha256').update(`${seed} ${n++}`).digest().readUInt32BE() / 2 ** 32;
}

const pools: Readonly<Record<'other' | 'rsa', readonly Signer[]>> = {
  other: [...Array.from({ length: 4 }, makers['P-256']), makers['P-384'](), makers['P-384'](), makers.Ed25519()],
  rsa: [makers.RSA(), makers.RSA(), makers.RSA(3072)],
};
const words = ['Building', 'Gebäude & Netz', '建物', "O'Neil, Sons", 'a=b+c'];

interface Planted {
  readonly pem: string;
  readonly defect: Defect | undefined;
}

/** A third is sound; the others have one defect each, all of them about as often. */
function plant(n: number): Planted {
  const random = numbers(String(n));
  const isRsa = n % (REQUESTS / OF_RSA) === 0;
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const signer = pick(isRsa ? pools.rsa : pools.other);
  const subject = {
    ...(random() < 0.5 ? { country: 'US', organization: pick(words) } : {}),
    ...(random() < 0.3 ? { state: 'Washington', locality: pick(words) } : {}),
    commonName: `central.node-${n}.${pick(['forwarder', 'agent_x', 'data.puller', 'a'])}`,
  };
  const dns = random() < 0.5 ? [`host-${n}.example`] : [];
  const ip = random() < 0.3 ? [Uint8Array.from([10, 0, n & 255, 1])] : [];
  const parts = soundParts(signer, subject, dns, ip);
  const candidates = defects.filter(({ rsa }) => rsa === undefined || isRsa);
  const defect =
    random() < 1 / 3 ? undefined : pick(isRsa && random() < 0.5 ? candidates.filter(({ rsa }) => rsa) : candidates);
  const pem = defect === undefined ? pemOf(writeRequest(parts)) : defect.plant({ parts, subject, random });
  return { pem, defect };
}

/** The codes of what is wrong. */
function verdict({ pem, defect }: Planted): string[] {
  try {
    const policy = defect?.anyName === true ? {} : { instanceName: 'central' };
    checkSigningRequest(readSigningRequest(pem), policy);
    return [];
  } catch (error) {
    if (error instanceof SigningRequestUnreadableError) return ['unreadable'];
    if (error instanceof SigningRequestRefusedError) return [...new Set(error.problems.map(({ code }) => code))];
    throw error;
  }
}

it(`finds the one defect in each of ${REQUESTS} requests, and none in the sound ones`, { timeout: 180_000 }, () => {
  const seen = new Map<string, number>();
  for (let n = 0; n < REQUESTS; n++) {
    const planted = plant(n);
    const name = planted.defect?.name ?? 'sound';
    seen.set(name, (seen.get(name) ?? 0) + 1);
    expect(verdict(planted), `request ${n}: ${name}`).toEqual(
      planted.defect === undefined ? [] : [planted.defect.code],
    );
  }
  console.log([...seen].map(([name, times]) => `${String(times).padStart(6)} ${name}`).join('\n'));
  expect(new Set(seen.keys())).toEqual(new Set(['sound', ...defects.map(({ name }) => name)]));
});

it('has a planted defect for every rule', () => {
  expect(new Set(defects.map(({ code }) => code))).toEqual(new Set([...signingRequestCodes, 'unreadable']));
});

/** What it says: it ends with 0 also where the signature is wrong. */
const said = (file: string): Promise<string> =>
  new Promise((resolve) => {
    execFile('openssl', ['req', '-in', file, '-noout', '-verify'], (_error, _stdout, stderr) => {
      resolve(stderr);
    });
  });

it('agrees with openssl, which takes what is only against our rules', { timeout: 180_000 }, async () => {
  await openssl('version');
  const folder = await scratchFolder();
  const file = join(folder, 'request.pem');
  const step = Math.floor(REQUESTS / SHOWN_TO_OPENSSL / 2) * 2 + 1;
  const wrong: string[] = [];
  for (let n = 0; n < REQUESTS; n += step) {
    const { pem, defect } = plant(n);
    await writeFile(file, pem);
    const isTaken = (await said(file)).includes('verify OK');
    if (isTaken !== (defect?.openssl ?? true)) wrong.push(`${defect?.name ?? 'sound'}: openssl says ${isTaken}`);
  }
  expect([...new Set(wrong)]).toEqual([]);
});
