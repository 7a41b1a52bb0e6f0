import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CapturedPublication } from '@volttron-ts/vip-core';
import { onTestFinished } from 'vitest';

import { connectJournalTap, openHistoryStore, openJournal } from '../src/index.ts';
import type { HistoryStore, Journal, JournalOptions, JournalTap } from '../src/index.ts';

/** A folder of the running test's own, removed after it. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'history-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const onCrash = (error: Error): never => {
  throw error;
};

export async function journalAt(path: string, instance = 'A', options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await openJournal({ path, instance, onCrash, ...options });
  onTestFinished(() => journal.close());
  return journal;
}

export async function storeAt(path: string): Promise<HistoryStore> {
  const store = await openHistoryStore({ path, onCrash });
  onTestFinished(() => store.close());
  return store;
}

export async function tapOf(journal: Journal): Promise<JournalTap> {
  const tap = await connectJournalTap(journal.tapPort());
  onTestFinished(() => {
    tap.close();
  });
  return tap;
}

/** Captures, and settles with the verdict and the outcome. */
export async function keep(tap: JournalTap, publication: CapturedPublication): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const verdict = tap.capture(publication, resolve);
  return `${verdict} ${await promise}`;
}

export const everything = { prefixes: [], maxBytes: 1_000_000, waitMs: 0 };
