import { join } from 'node:path';

import type { JournalRecord } from '@volttron-ts/vip-core';
import { describe, expect, it, onTestFinished } from 'vitest';

import { JournalFile } from '../src/journal/journal-file.ts';
import { scratchFolder } from './scratch.ts';

async function journalFile() {
  const path = join(await scratchFolder(), 'journal.sqlite');
  const journal = new JournalFile({ path, instance: 'A' });
  onTestFinished(() => {
    journal.close();
  });
  return journal;
}

const publication = (n: number, epoch = 'e', publisher = 'p'): JournalRecord => ({
  ...{ seq: 0, time: 0, origin: { journal: '', epoch: '', seq: 0 } },
  ...{ publisher, publisherEpoch: epoch, n, path: '', topic: 'record/a', body: new Uint8Array([1]) },
});

const capture = (journal: JournalFile, ...records: JournalRecord[]): number[] =>
  journal.database.transaction(() => journal.capture(records));

describe("a publisher's mark", () => {
  it('lets nothing in behind what was refused, until that comes again', async () => {
    const journal = await journalFile();
    capture(journal, publication(1));
    journal.publishers.refuse([publication(3), publication(2)]);
    expect(capture(journal, publication(3), publication(1), publication(4))).toEqual([0, 2]);
    expect(journal.publisherMarks()).toEqual([{ user: 'p', epoch: 'e', n: 1 }]);
    expect(capture(journal, publication(2), publication(4), publication(3))).toEqual([]);
    expect(journal.publisherMarks()).toEqual([{ user: 'p', epoch: 'e', n: 4 }]);
    expect(journal.status().last).toBe(3);
  });

  it('is rolled back with its records', async () => {
    const journal = await journalFile();
    const torn = { ...publication(2), topic: 'x'.repeat(70_000) };
    expect(() => {
      capture(journal, publication(1), torn);
    }).toThrow(/too long/);
    expect(journal.publisherMarks()).toEqual([]);
    capture(journal, publication(1));
    expect(journal.status().last).toBe(1);
  });

  it('is kept for the eight newest epochs of each user', async () => {
    const journal = await journalFile();
    for (let epoch = 0; epoch < 12; epoch++) capture(journal, publication(1, `e${epoch}`));
    capture(journal, publication(1, 'e0', 'other'));
    const marks = journal.publisherMarks();
    expect(marks.map(({ user, epoch }) => `${user} ${epoch}`)).toEqual([
      ...Array.from({ length: 8 }, (_, index) => `p e${index + 4}`),
      'other e0',
    ]);
  });
});
