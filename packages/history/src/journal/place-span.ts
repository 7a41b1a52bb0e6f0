import type { JournalSpan } from '@volttron-ts/vip-core';

/** What a destination holds of one stream. */
export interface StreamState {
  /** How far it holds an epoch; undefined for one it does not know. */
  mark(epoch: string): number | undefined;
  /** The epoch it learned of last, and how far it holds that one. */
  latest(): { readonly epoch: string; readonly through: number } | undefined;
}

/** Sequences `first` to `last` that will never come. */
export interface Hole {
  readonly first: number;
  readonly last: number;
  readonly why: string;
}

export type Placement =
  | { readonly kind: 'gap'; readonly epoch: string; readonly expected: number }
  | {
      readonly kind: 'apply';
      /** Records up to this sequence are held already. */
      readonly from: number;
      /** How far the epoch is held afterwards. */
      readonly through: number;
      readonly hole?: Hole;
    };

/** Decides what a destination does with a span (design §4.5). An expected 0 means: from the beginning. */
export function placeSpan(span: JournalSpan, state: StreamState): Placement {
  const start = startOf(span, state);
  if (typeof start === 'number' && span.after <= start) {
    return { kind: 'apply', from: start, through: Math.max(start, span.through) };
  }
  // A source that lacks everything up to `after` says [1, after]: no older epoch could still be served.
  const missing = typeof start === 'number' ? start + 1 : 1;
  if (span.gone !== undefined && span.gone[0] <= missing && span.gone[1] >= span.after) {
    const first = typeof start === 'number' ? missing : Math.min((state.latest()?.through ?? 0) + 1, span.after);
    return {
      kind: 'apply',
      from: span.after,
      through: span.through,
      hole: { first, last: span.after, why: span.gone[2] },
    };
  }
  return typeof start === 'number' ? { kind: 'gap', epoch: span.epoch, expected: start } : { kind: 'gap', ...start };
}

/** Where the span's epoch goes on, or what is missing before it. */
function startOf(span: JournalSpan, state: StreamState): number | { epoch: string; expected: number } {
  const mark = state.mark(span.epoch);
  if (mark !== undefined) return mark;
  if (span.prev === null) return 0;
  const before = state.mark(span.prev.epoch);
  if (before === undefined) {
    const { epoch, through } = state.latest() ?? { epoch: span.epoch, through: 0 };
    return { epoch, expected: through };
  }
  return before < span.prev.last ? { epoch: span.prev.epoch, expected: before } : span.prev.last;
}
