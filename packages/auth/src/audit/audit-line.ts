import { createHash } from 'node:crypto';

/** What happened: who did what to what. Details are JSON and hold no secrets. */
export interface AuditEntry {
  /** The user; `platform` for what the platform noticed itself. */
  readonly actor: string;
  /** Such as `auth_file.add` or `control.stop_agent`. */
  readonly action: string;
  /** The key, user, agent or file it was done to. */
  readonly item: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The last record of a chain. */
export interface AuditHead {
  /** Counts from 1; 0 before the first record. */
  readonly seq: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** A record as it stands in the log. */
export interface AuditRecord extends Required<AuditEntry>, AuditHead {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The hash of the record before. */
  readonly prev: string;
}

/** Before the first record. */
export const GENESIS: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** Details beyond this many characters of JSON are represented by their hash, so that no caller can fill the disk. */
const MAX_DETAILS = 65_536;
const MAX_TEXT = 1024;

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** The hash that stands for a line which is no record, so that the chain goes on behind it. */
export const hashOfDamage = (line: Uint8Array): string => sha256(line);

/**
 * The line of the next record, without its newline, and the head it makes. The hash covers the very bytes before it.
 */
export function encodeAuditLine(
  { actor, action, item, details = {} }: AuditEntry,
  time: string,
  { seq, hash: prev }: AuditHead,
): { readonly line: string; readonly head: AuditHead } {
  const body = JSON.stringify({
    ...{ seq: seq + 1, time, actor: short(actor), action: short(action), item: short(item) },
    ...{ details: bounded(details), prev },
  });
  const hash = sha256(body);
  return { line: `${body.slice(0, -1)},"hash":"${hash}"}`, head: { seq: seq + 1, hash } };
}

const short = (text: string): string => (text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`);

function bounded(details: Readonly<Record<string, unknown>>): unknown {
  const text = JSON.stringify(details);
  return text.length <= MAX_DETAILS ? details : { omitted: text.length, sha256: sha256(text) };
}

const HASH_MEMBER = /,"hash":"([0-9a-f]{64})"\}$/;
const TEXTS = ['time', 'actor', 'action', 'item', 'prev'] as const;

/** Reads a line by itself: the record, or why it is none. Its place in the chain is for the caller to check. */
export function decodeAuditLine(line: string): AuditRecord | { readonly reason: string } {
  const hash = HASH_MEMBER.exec(line)?.[1];
  if (hash === undefined) return { reason: 'it does not end with a hash' };
  const body = `${line.slice(0, line.length - HASH_LENGTH)}}`;
  if (sha256(body) !== hash) return { reason: 'its content does not match its hash' };
  const record = parse(body);
  if (record === undefined) return { reason: 'it is no JSON object' };
  if (!Number.isSafeInteger(record['seq'])) return { reason: '"seq" is no whole number' };
  const missing = TEXTS.find((name) => typeof record[name] !== 'string');
  if (missing !== undefined) return { reason: `"${missing}" is no text` };
  return { ...(record as unknown as AuditRecord), hash };
}

const HASH_LENGTH = `,"hash":"${GENESIS.hash}"}`.length;

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
