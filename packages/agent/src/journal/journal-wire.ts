import {
  checker,
  decodeText,
  encodeRpc,
  encodeText,
  JOURNAL_SUBSYSTEM,
  JournalGapError,
  JournalSpan,
  parseLooseJson,
  ProtocolError,
  services,
  t,
  unpackRecords,
} from '@volttron-ts/vip-core';
import type { JournalRecord, VipMessage } from '@volttron-ts/vip-core';
import { JournalRefusedError } from '../errors.ts';
import type { Question } from '../session/session.ts';

/** A place in a journal: after the record `seq` of an epoch. */
export interface JournalPosition {
  readonly epoch: string;
  readonly seq: number;
}

/** A run of records on its way from one journal to another. */
export interface JournalRun {
  readonly span: JournalSpan;
  /** Packed; they pass without being parsed. */
  readonly records: Uint8Array;
}

const asSpan = checker(JournalSpan);
const asThrough = checker(t.Object({ through: t.Integer({ minimum: 0 }) }));
const asGap = checker(t.Object({ epoch: t.String(), expected: t.Integer({ minimum: 0 }) }));
const asRefusal = checker(t.Object({ code: t.String(), message: t.String() }));

const NONE = new Uint8Array(0);

/** The question that carries an operation, its JSON object and records. */
export function journalQuestion(id: string, operation: string, body: unknown, records?: Uint8Array): Question {
  return {
    peer: services.journal,
    subsystem: JOURNAL_SUBSYSTEM,
    id,
    args: [encodeText(operation), encodeRpc(body), ...(records === undefined ? [] : [records])],
    what: `journal ${operation}`,
    timeoutMs: 30_000,
  };
}

interface Answer {
  readonly operation: string;
  readonly body: unknown;
  readonly records: Uint8Array;
}

function readAnswer(asked: string, message: VipMessage): Answer {
  const [operation = NONE, body = NONE, records = NONE] = message.args;
  const answer = { operation: decodeText(operation), body: parseLooseJson(decodeText(body)), records };
  if (answer.operation !== 'refused') return answer;
  const { code, message: text } = asRefusal(answer.body, 'the refusal of a journal');
  throw new JournalRefusedError(asked, code, text);
}

function unexpected(asked: string, { operation }: Answer): ProtocolError {
  return new ProtocolError(`The journal answered ${asked} by "${operation}".`, { item: asked, value: operation });
}

/** Reads the answer to `read`. */
export function readBatch(message: VipMessage): JournalRun {
  const answer = readAnswer('read', message);
  if (answer.operation !== 'batch') throw unexpected('read', answer);
  return { span: asSpan(answer.body, 'the span of a journal batch'), records: answer.records };
}

/** Reads the answer to `commit`. */
export function readCommitted(message: VipMessage): void {
  const answer = readAnswer('commit', message);
  if (answer.operation !== 'committed') throw unexpected('commit', answer);
}

/** Reads the answer to `append`: through where the destination holds the epoch. Throws JournalGapError. */
export function readThrough(message: VipMessage): number {
  const answer = readAnswer('append', message);
  if (answer.operation === 'through') return asThrough(answer.body, 'the answer of a journal').through;
  if (answer.operation !== 'gap') throw unexpected('append', answer);
  const { epoch, expected } = asGap(answer.body, 'the answer of a journal');
  throw new JournalGapError(epoch, expected);
}

export const unpack = (records: Uint8Array): JournalRecord[] => unpackRecords(records);
