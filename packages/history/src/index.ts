/** The journal (append, cursors, replicate) and the history store (SQLite, query). @packageDocumentation */
export {
  PatternError,
  QueryAggregateError,
  QuerySyntaxError,
  QueryTopicError,
  ResultTooLongError,
  SameInstanceError,
  UnknownCursorError,
  UnknownEpochError,
} from './errors.ts';
export type { JournalBatch } from './journal/check-batch.ts';
export type { CursorStatus } from './journal/cursors.ts';
export type { JournalStatus } from './journal/journal-file.ts';
export { capturedPrefixes, connectJournalTap, JournalTap } from './journal/journal-tap.ts';
export type { JournalTapOptions } from './journal/journal-tap.ts';
export { openJournal } from './journal/open-journal.ts';
export type { Journal, JournalOptions } from './journal/open-journal.ts';
export type { RetentionLimits } from './journal/retention.ts';
export type { GapEvent } from './journal/stream-marks.ts';
export { capturedReadings } from './store/capture-rules.ts';
export type { CapturedReadings, Reading } from './store/capture-rules.ts';
export { openHistoryStore } from './store/open-history-store.ts';
export type { HistoryStore, HistoryStoreOptions } from './store/open-history-store.ts';
export type { QueryArguments } from './store/query-arguments.ts';
export { missingPublications, readProvenance } from './store/read-provenance.ts';
export type { ProvenanceReport, PublicationRuns } from './store/read-provenance.ts';
export type { StoreStatus } from './store/store-file.ts';
export type { HistoryValue, QueryResult } from './store/store-query.ts';
