import { createReadStream } from 'node:fs';
import { join } from 'node:path';

import { FileUnreadableError } from '@volttron-ts/storage';

import { isCode } from '../exclusive-file.ts';
import { AuditChain } from './audit-chain.ts';
import { readSignedHead } from './audit-head-file.ts';
import { readAuditPublicKey } from './audit-key.ts';
import type { AuditHead } from './audit-line.ts';

/** What a reading of a whole log found. */
export type AuditVerdict =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly head: AuditHead;
      /** The last record that a signature covers; what follows could be cut off unseen. */
      readonly signedThrough: number;
      /** Bytes of a line that is still being written, or that a crash tore. */
      readonly unfinished: number;
    }
  | {
      readonly ok: false;
      /** Good records before the fault. */
      readonly entries: number;
      readonly head: AuditHead;
      /** Counts from 1; the line behind the last when something is missing there. */
      readonly line: number;
      readonly reason: string;
    };

/**
 * Reads a home's audit log from its first line, whether or not the platform runs, and answers the first fault.
 *
 * @throws FileUnreadableError, AuditKeyInvalidError
 */
export async function verifyAudit(home: string): Promise<AuditVerdict> {
  const key = await readAuditPublicKey(home);
  // Before the log: a log that is being written may be further on than its signed head, never behind it.
  const signed = await readSignedHead(home);
  const chain = new AuditChain(key, signed);
  const unfinished = await eachLine(join(home, 'audit.log'), (line) => chain.take(line));
  const fault = chain.end();
  const { entries, head, signedThrough } = chain;
  if (fault !== undefined) return { ok: false, entries, head, ...fault };
  return { ok: true, entries, head, signedThrough, unfinished };
}

/** Answers how many bytes stand behind the last newline. `take` answers whether to go on. */
async function eachLine(path: string, take: (line: Buffer) => boolean): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        if (!take(rest.subarray(0, end))) return 0;
        rest = rest.subarray(end + 1);
      }
    }
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw new FileUnreadableError(path, error);
  }
  return rest.length;
}
