/** The journal (append, cursors, replicate) and the history store (SQLite, query). @packageDocumentation */
export { UnknownCursorError, UnknownEpochError } from './errors.ts';
export type { JournalBatch } from './journal/check-batch.ts';
export type { CursorStatus } from './journal/cursors.ts';
export type { JournalStatus } from './journal/journal-file.ts';
export { capturedPrefixes, connectJournalTap, JournalTap } from './journal/journal-tap.ts';
export type { JournalTapOptions } from './journal/journal-tap.ts';
export { openJournal } from './journal/open-journal.ts';
export type { Journal, JournalOptions } from './journal/open-journal.ts';
export type { RetentionLimits } from './journal/retention.ts';
export type { GapEvent } from './journal/stream-marks.ts';
