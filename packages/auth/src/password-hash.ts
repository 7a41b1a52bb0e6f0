import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

import type { Secret } from './secret.ts';

/** Cost of an argon2id hash (RFC 9106): KiB of memory, passes over it, lanes. */
interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's recommendation for argon2id. */
const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
/** What a hash from elsewhere may cost us at most: VOLTTRON 9 uses 100 MiB and 8 lanes. */
const MOST: Cost = { memory: 262_144, passes: 10, parallelism: 16 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

const derive = promisify(argon2);

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** An argon2id hash with a fresh salt, in PHC's text form, as passlib writes and reads it. */
export async function hashPassword(password: Secret): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await run(password, salt, COST, HASH_BYTES);
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(salt)}$${base64(hash)}`;
}

/** Whether it is a hash that `verifyPassword` can check. */
export function isPasswordHash(text: unknown): text is string {
  return typeof text === 'string' && parse(text) !== undefined;
}

/** Compares in constant time; false for a hash that is none. */
export async function verifyPassword(password: Secret, phc: string): Promise<boolean> {
  const parsed = parse(phc);
  if (parsed === undefined) return false;
  return timingSafeEqual(await run(password, parsed.salt, parsed.cost, parsed.hash.length), parsed.hash);
}

function parse(phc: string): { cost: Cost; salt: Buffer; hash: Buffer } | undefined {
  const [, memory, passes, parallelism, salt = '', hash = ''] = PHC.exec(phc) ?? [];
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const names = ['memory', 'passes', 'parallelism'] as const;
  if (!names.every((name) => cost[name] >= 1 && cost[name] <= MOST[name])) return undefined;
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

function run(password: Secret, nonce: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  return derive('argon2id', { message: password.reveal(), nonce, tagLength, ...cost });
}
