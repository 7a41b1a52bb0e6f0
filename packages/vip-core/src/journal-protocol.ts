import { Type } from './typebox.ts';
import type { Static } from './typebox.ts';

/**
 * The subsystem `journal`, spoken with the peer `platform.journal`. Requests and answers carry an operation, a JSON
 * object and, where records travel, one frame of packed records:
 *
 * - `read` JournalReadRequest → `batch` JournalSpan + records (empty when nothing came within `waitMs`)
 * - `commit` JournalCommit → `committed` `{}`
 * - `append` JournalSpan + records → `through` `{through}` or `gap` `{epoch, expected}`
 * - anything that cannot be served → `refused` `{code, message}`
 */
export const JOURNAL_SUBSYSTEM = 'journal';

const Epoch = Type.String({ minLength: 1, maxLength: 32 });
const Sequence = Type.Integer({ minimum: 0 });

/** A run of one source epoch: what an append covers, filtered or not (design §4.5). */
export const JournalSpan = Type.Object(
  {
    /** Id of the source journal + cursor name. */
    stream: Type.String({ minLength: 1, maxLength: 200 }),
    epoch: Epoch,
    /** The epoch before this one and its last sequence; null for the first epoch. */
    prev: Type.Union([Type.Null(), Type.Object({ epoch: Epoch, last: Sequence })]),
    /** The span covers sequences `after` < s ≤ `through`. */
    after: Sequence,
    through: Sequence,
    /** A hole that the source no longer holds. */
    gone: Type.Optional(Type.Tuple([Sequence, Sequence, Type.String({ maxLength: 200 })])),
    encoding: Type.Literal('packed'),
    /** Name of the source's instance. */
    instance: Type.String({ maxLength: 255 }),
  },
  { additionalProperties: false },
);
export type JournalSpan = Static<typeof JournalSpan>;

export const JournalReadRequest = Type.Object(
  {
    cursor: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9_.-]+$' }),
    /** Read after this position instead of the committed one: what is in flight already, or where a gap begins. */
    after: Type.Optional(Type.Object({ epoch: Epoch, seq: Sequence })),
    /** Topic prefixes; none means every captured topic. */
    prefixes: Type.Array(Type.String({ maxLength: 65_535 }), { maxItems: 1000 }),
    maxBytes: Type.Integer({ minimum: 1, maximum: 16_777_216 }),
    /** How long to wait for a first record, ms. */
    waitMs: Type.Integer({ minimum: 0, maximum: 60_000 }),
  },
  { additionalProperties: false },
);
export type JournalReadRequest = Static<typeof JournalReadRequest>;

export const JournalCommit = Type.Object(
  { cursor: Type.String({ minLength: 1, maxLength: 100 }), epoch: Epoch, through: Sequence },
  { additionalProperties: false },
);
export type JournalCommit = Static<typeof JournalCommit>;

/** What a destination answers to an append. */
export type JournalAppendAnswer =
  | { readonly kind: 'through'; readonly through: number }
  | { readonly kind: 'gap'; readonly epoch: string; readonly expected: number };
