import { hash } from 'node:crypto';

import type { CertificateRows, RequestEventRow } from './certificate-rows.ts';

/** An event before it becomes a link of the trail. */
export type NewEvent = Omit<RequestEventRow, 'seq' | 'prev' | 'hash' | 'detail'> & {
  readonly detail?: Readonly<Record<string, string | number>>;
};

/** The end of the trail, to be kept elsewhere: a trail that no longer contains it was tampered with. */
export interface TrailHead {
  /** 0 without any event. */
  readonly seq: number;
  readonly hash: string;
}

/** What `verifyTrail` found. */
export type TrailCheck =
  | { readonly intact: true; readonly head: TrailHead }
  | { readonly intact: false; readonly seq: number; readonly problem: string };

const START = '0'.repeat(64);

/** Adds an event, in the transaction of the change that it tells of. */
export function appendEvent(rows: CertificateRows, { detail, ...event }: NewEvent): void {
  const head = trailHead(rows);
  const link = { ...event, detail: JSON.stringify(detail ?? {}), seq: head.seq + 1, prev: head.hash };
  rows.addEvent({ ...link, hash: digest(link) });
}

export function trailHead(rows: CertificateRows): TrailHead {
  const last = rows.lastEvent();
  return last === undefined ? { seq: 0, hash: START } : { seq: last.seq, hash: last.hash };
}

/** Walks the whole trail: every row is as it was written, none is missing, and `anchor` is one of them. */
export function verifyTrail(rows: CertificateRows, anchor?: TrailHead): TrailCheck {
  let head: TrailHead = { seq: 0, hash: START };
  for (const event of rows.events()) {
    const problem = problemOf(event, head, anchor);
    if (problem !== undefined) return { intact: false, seq: event.seq, problem };
    head = { seq: event.seq, hash: event.hash };
  }
  const expected = Math.max(rows.eventCount(), anchor?.seq ?? 0);
  if (head.seq < expected) return { intact: false, seq: head.seq + 1, problem: `missing up to ${expected}` };
  return { intact: true, head };
}

function problemOf(event: RequestEventRow, before: TrailHead, anchor: TrailHead | undefined): string | undefined {
  if (event.seq !== before.seq + 1) return `follows ${before.seq}: rows are missing or reordered`;
  if (event.prev !== before.hash) return 'does not continue the row before it';
  if (event.hash !== digest(event)) return 'was changed';
  if (event.seq === anchor?.seq && event.hash !== anchor.hash) return 'differs from its anchor';
  return undefined;
}

/** JSON of an array is unambiguous: no field can run into the next. */
function digest(event: Omit<RequestEventRow, 'hash'>): string {
  const { seq, prev, at, request_id, name, action, from_state, to_state, by, from, why, detail } = event;
  return hash(
    'sha256',
    JSON.stringify([seq, prev, at, request_id, name, action, from_state, to_state, by, from, why, detail]),
  );
}
