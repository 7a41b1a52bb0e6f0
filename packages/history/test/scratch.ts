import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodePublishBody, encodeText } from '@volttron-ts/vip-core';
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

/** A device message of one point, published as number `n` of epoch `abcdefgh`. */
export function reading(n: number, topic = 'devices/campus/ahu/all'): CapturedPublication {
  const time = `2026-01-01T00:00:00.${String(n).padStart(6, '0')}+00:00`;
  const body = encodePublishBody('', { TimeStamp: time }, [{ Temp: n }, { Temp: { units: 'F' } }]);
  return { user: 'sysmon', topic, body, id: { epoch: 'abcdefgh', n } };
}

/** A publication as given, unnumbered. */
export function plain(topic: string, body: string): CapturedPublication {
  return { user: 'python', topic, body: encodeText(body), id: undefined };
}

/** Captures, and settles with the verdict and the outcome. */
export async function keep(tap: JournalTap, publication: CapturedPublication): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const verdict = tap.capture(publication, resolve);
  return `${verdict} ${await promise}`;
}

export const everything = { prefixes: [], maxBytes: 1_000_000, waitMs: 0 };
