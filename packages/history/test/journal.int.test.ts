import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeText, unpackRecords } from '@volttron-ts/vip-core';
import { describe, expect, it, onTestFinished } from 'vitest';

import { connectJournalTap, openJournal } from '../src/index.ts';

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'history-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function journalAt(path: string, instance: string) {
  const journal = await openJournal({
    path,
    instance,
    onCrash: (error) => {
      throw error;
    },
  });
  onTestFinished(() => journal.close().catch(() => undefined));
  return journal;
}

describe('a journal', () => {
  it('captures, commits, reads and replicates', async () => {
    const folder = await scratch();
    const a = await journalAt(join(folder, 'a.sqlite'), 'A');
    const b = await journalAt(join(folder, 'b.sqlite'), 'B');
    const tap = await connectJournalTap(a.tapPort());
    const outcomes = await Promise.all(
      [1, 2, 3].map(
        (n) =>
          new Promise((resolve) => {
            tap.capture(
              { user: 'sysmon', topic: `devices/x/${n}/all`, body: encodeText('{}'), id: { epoch: 'abcdefgh', n } },
              resolve,
            );
          }),
      ),
    );
    expect(outcomes).toEqual(['kept', 'kept', 'kept']);
    const read = { cursor: 'to-b', prefixes: ['devices/'], maxBytes: 100_000, waitMs: 1000 };
    const { span, records } = await a.read(read);
    expect(unpackRecords(records).map(({ topic, seq }) => [topic, seq])).toEqual([
      ['devices/x/1/all', 1],
      ['devices/x/2/all', 2],
      ['devices/x/3/all', 3],
    ]);
    expect(await b.append('A-user', span, records)).toEqual({ kind: 'through', through: 3 });
    await a.commit({ cursor: 'to-b', epoch: span.epoch, through: 3 });
    expect(await a.cursors()).toEqual([{ name: 'to-b', committed: 3, waiting: 0 }]);
    const there = await b.read({ ...read, cursor: 'historian' });
    expect(unpackRecords(there.records).map(({ path, publisher, n }) => [path, publisher, n])).toEqual([
      ['A', 'sysmon', 1],
      ['A', 'sysmon', 2],
      ['A', 'sysmon', 3],
    ]);
    tap.close();
  });
});
