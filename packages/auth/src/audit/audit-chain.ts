import type { SignedHead } from './audit-head-file.ts';
import { isSignedBy } from './audit-key.ts';
import { auditActions } from './audit-actions.ts';
import { decodeAuditLine, GENESIS } from './audit-line.ts';
import type { AuditHead, AuditRecord } from './audit-line.ts';

/** Where a log is not what its platform wrote. */
export interface AuditFault {
  readonly line: number;
  readonly reason: string;
}

/** Checks the lines of a log, one after another, against each other, the signing key and the head signed last. */
export class AuditChain {
  readonly #key: string | undefined;
  readonly #signed: SignedHead | 'unreadable' | undefined;
  #head: AuditHead = GENESIS;
  #entries = 0;
  #signedThrough = 0;
  #foundSigned = false;
  #fault: AuditFault | undefined;

  /** `key`: of the home, public half; `signed`: its signed head. */
  constructor(key: string | undefined, signed: SignedHead | 'unreadable' | undefined) {
    this.#key = key;
    this.#signed = signed;
  }

  /** The last good record. */
  get head(): AuditHead {
    return this.#head;
  }

  /** How many good records there are. */
  get entries(): number {
    return this.#entries;
  }

  get signedThrough(): number {
    return this.#signedThrough;
  }

  /** Takes the next line; answers whether there is any use in going on. */
  take(line: Buffer): boolean {
    const record = decodeAuditLine(line.toString());
    if ('reason' in record) return this.#stop(record.reason);
    const problem = this.#problem(record);
    if (problem !== undefined) return this.#stop(problem);
    this.#head = { seq: record.seq, hash: record.hash };
    this.#entries++;
    if (record.action === auditActions.signed) this.#signedThrough = record.seq;
    if (typeof this.#signed === 'object' && record.hash === this.#signed.hash) this.#foundSigned = true;
    return true;
  }

  /** Behind the last line: the first fault, if there is one. */
  end(): AuditFault | undefined {
    if (this.#fault !== undefined) return this.#fault;
    const reason = this.#problemOfEnd();
    return reason === undefined ? undefined : { line: this.#entries + 1, reason };
  }

  #stop(reason: string): false {
    this.#fault = { line: this.#entries + 1, reason };
    return false;
  }

  #problem(record: AuditRecord): string | undefined {
    const { seq, hash } = this.#head;
    if (record.seq !== seq + 1) return `record ${seq + 1} is missing: this is ${record.seq}`;
    if (record.prev !== hash) return 'it does not follow the record before it';
    if (record.action === auditActions.cut) return cutText(record.details);
    return record.action === auditActions.signed ? this.#signatureProblem(record.details) : undefined;
  }

  #signatureProblem({ key, signature }: AuditRecord['details']): string | undefined {
    if (typeof key !== 'string' || typeof signature !== 'string') return 'its signature is missing';
    return this.#keyProblem(key, this.#head, signature);
  }

  #keyProblem(key: string, head: AuditHead, signature: string): string | undefined {
    if (this.#key === undefined) return 'audit.key is missing, so its signature cannot be checked';
    if (key !== this.#key) return 'it was signed with another key than audit.key';
    return isSignedBy(key, head, signature) ? undefined : 'its signature is wrong';
  }

  #problemOfEnd(): string | undefined {
    const signed = this.#signed;
    if (signed === 'unreadable') return 'audit.head is no signed head';
    if (signed === undefined) {
      return this.#signedThrough > 0 ? 'audit.head is missing, so a tail may have been cut off' : undefined;
    }
    const problem = this.#keyProblem(signed.key, signed, signed.signature);
    if (problem !== undefined) return `audit.head: ${problem}`;
    return this.#foundSigned ? undefined : `record ${signed.seq} was signed and is missing: the tail was cut off`;
  }
}

const cutText = ({ signed, found }: AuditRecord['details']): string =>
  `at this start record ${String(signed)} had been signed, and the log ended with ${String(found)}: its tail was cut off`;
