import { join } from 'node:path';

import { ClosedError } from '@volttron-ts/vip-core';
import type { Clock, Logger } from '@volttron-ts/vip-core';

import { Turns } from '../turns.ts';
import { AppendFile } from './append-file.ts';
import { auditActions } from './audit-actions.ts';
import { readSignedHead, writeSignedHead } from './audit-head-file.ts';
import { openAuditKey } from './audit-key.ts';
import type { AuditKey } from './audit-key.ts';
import { decodeAuditLine, encodeAuditLine, GENESIS, hashOfDamage } from './audit-line.ts';
import type { AuditEntry, AuditHead } from './audit-line.ts';

export interface AuditLogOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/** A head is signed after so many records … */
const SIGN_EVERY = 100;
/** … or so many ms after the first that no signature covers. */
const SIGN_AFTER = 60_000;
/** How much of a torn line is kept. */
const TORN_KEPT = 1024;

const PLATFORM = 'platform';

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * `$VOLTTRON_HOME/audit.log`: what was done, by whom, one JSON object a line, each with the hash of the one before. Only
 * appended to, and power-safe. Whoever holds `audit.key` can make another; what was signed and noted elsewhere cannot be
 * changed unseen. One process has it open at a time.
 */
export class AuditLog {
  readonly #home: string;
  readonly #file: AppendFile;
  readonly #key: AuditKey;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #turns = new Turns();
  #head: AuditHead;
  #waiting: Waiting[] = [];
  #unsigned = 0;
  #cancelSigning: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  private constructor(home: string, file: AppendFile, key: AuditKey, head: AuditHead, options: AuditLogOptions) {
    this.#home = home;
    this.#file = file;
    this.#key = key;
    this.#head = head;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Opens the log of a home, making it and its key when they are missing. A line that a crash tore is taken off and a
   * record says so; a head that was signed and is no longer there is recorded too.
   *
   * @throws AuditKeyInvalidError, FileUnreadableError, FileUnwritableError
   */
  static async open(home: string, options: AuditLogOptions): Promise<AuditLog> {
    const key = await openAuditKey(home);
    const file = await AppendFile.open(join(home, 'audit.log'));
    try {
      const { line, torn } = await file.tail();
      if (torn.length > 0) await file.cut(torn.length);
      const read = await readSignedHead(home);
      const signed = read === 'unreadable' ? undefined : read;
      const head = headOf(line, signed);
      const log = new AuditLog(home, file, key, head, options);
      for (const entry of findings(head, torn, signed)) await log.record(entry);
      await log.record({ actor: PLATFORM, action: auditActions.opened, item: 'audit.log' });
      return log;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The last record on the disk. */
  get head(): AuditHead {
    return this.#head;
  }

  /**
   * Appends a record; settles when it is on the disk. Records made meanwhile share one write.
   *
   * @throws FileUnwritableError, ClosedError
   */
  record(entry: AuditEntry): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(new ClosedError('The audit log'));
    return this.#enqueue(entry);
  }

  /** Writes and signs what is left, then ends. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#turns.take(async () => {
      this.#cancelSigning?.();
      if (this.#unsigned > 0) await this.#trySigning();
      await this.#file.close();
    });
    return this.#closed;
  }

  #enqueue(entry: AuditEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      void this.#turns.take(() => this.#writeWaiting());
    });
  }

  async #writeWaiting(): Promise<void> {
    const group = this.#waiting.splice(0);
    if (group.length > 0) await this.#write(group);
    if (this.#unsigned >= SIGN_EVERY) await this.#trySigning();
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#append(group.map(({ entry }) => entry));
    } catch (error) {
      this.#log.error('The audit log could not be written', { reason: String(error) });
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  /** The head moves only once the lines are on the disk. */
  async #append(entries: readonly AuditEntry[]): Promise<void> {
    const time = new Date(this.#clock.now()).toISOString();
    let head = this.#head;
    let lines = '';
    for (const entry of entries) {
      const next = encodeAuditLine(entry, time, head);
      head = next.head;
      lines += `${next.line}\n`;
    }
    await this.#file.append(lines);
    this.#head = head;
    this.#unsigned += entries.length;
    this.#cancelSigning ??= this.#clock.after(SIGN_AFTER, () => {
      this.#cancelSigning = undefined;
      void this.#turns.take(() => this.#trySigning());
    });
  }

  async #trySigning(): Promise<void> {
    try {
      await this.#sign();
    } catch (error) {
      this.#log.error('The head of the audit log could not be signed', { reason: String(error) });
    }
  }

  /** One record that signs the head before it, and the head it makes beside the log. */
  async #sign(): Promise<void> {
    const { publicKey: key } = this.#key;
    const details = { key, signature: this.#key.sign(this.#head) };
    await this.#append([{ actor: PLATFORM, action: auditActions.signed, item: `${this.#head.seq}`, details }]);
    this.#cancelSigning?.();
    this.#cancelSigning = undefined;
    this.#unsigned = 0;
    await writeSignedHead(this.#home, { ...this.#head, key, signature: this.#key.sign(this.#head) });
  }
}

/** Where a log's end lets the chain go on. */
interface End extends AuditHead {
  /** The last line is no record, which `verifyAudit` reports. */
  readonly damaged: boolean;
}

function headOf(line: Buffer | undefined, signed: AuditHead | undefined): End {
  if (line === undefined) return { ...GENESIS, damaged: false };
  const record = decodeAuditLine(line.toString());
  if ('reason' in record) return { seq: signed?.seq ?? 0, hash: hashOfDamage(line), damaged: true };
  return { seq: record.seq, hash: record.hash, damaged: false };
}

/** What the log's end shows at its opening, as records. */
function* findings(head: End, torn: Buffer, signed: AuditHead | undefined): Generator<AuditEntry> {
  const about = { actor: PLATFORM, item: 'audit.log' };
  if (torn.length > 0) {
    const text = torn.subarray(0, TORN_KEPT).toString();
    yield { ...about, action: auditActions.torn, details: { bytes: torn.length, text } };
  }
  if (signed === undefined || head.damaged) return;
  const isCut = signed.seq > head.seq || (signed.seq === head.seq && signed.hash !== head.hash);
  if (isCut) yield { ...about, action: auditActions.cut, details: { signed: signed.seq, found: head.seq } };
}
