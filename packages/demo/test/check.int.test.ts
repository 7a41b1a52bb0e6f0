import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHistoryStore } from '@volttron-ts/history';
import { encodePublishBody, packRecords } from '@volttron-ts/vip-core';
import { compare } from '../src/check.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
  file = join(folder, 'history.sqlite');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Stores messages of two points each; a message is its publisher's number, its own time and its sequence. */
async function store(messages: readonly { n: number; second: number }[]): Promise<void> {
  const history = await openHistoryStore({ path: file, onCrash: (error) => expect.fail(error.message) });
  const records = messages.map(({ n, second }, index) => ({
    seq: index + 1,
    time: (1_700_000_000 + second) * 1_000_000,
    origin: { journal: 'there', epoch: 'first', seq: index + 1 },
    publisher: 'sysmon',
    publisherEpoch: n === 0 ? '' : 'abcdefgh',
    n,
    path: '',
    topic: 'devices/host/sysmon/all',
    body: encodePublishBody('', { TimeStamp: `2026-01-01T00:00:${String(second).padStart(2, '0')}+00:00` }, [
      { cpu: 1, load: 2 },
      {},
    ]),
  }));
  const span = {
    stream: 'here/history',
    epoch: 'first',
    prev: null,
    after: 0,
    through: records.length,
    encoding: 'packed',
    instance: 'here',
  } as const;
  await history.insert({ span, records: packRecords(records) });
  await history.close();
}

const acknowledged = (through: number): Parameters<typeof compare>[0] => [
  {
    user: 'sysmon',
    epoch: 'abcdefgh',
    messages: through,
    readings: 2 * through,
    runs: [{ from: 1, to: through, readings: 2 }],
  },
];

it('finds nothing lost and nothing doubled where everything is stored once', async () => {
  await store([1, 2, 3].map((n) => ({ n, second: n })));
  expect(compare(acknowledged(3), file)).toEqual({ published: 6, stored: 6, lost: 0, duplicates: 0 });
});

it('counts the readings of an acknowledged message that is not stored', async () => {
  await store([1, 3].map((n) => ({ n, second: n })));
  expect(compare(acknowledged(3), file)).toEqual({ published: 6, stored: 4, lost: 2, duplicates: 0 });
});

it('counts readings that a second record brought again', async () => {
  await store([
    { n: 1, second: 1 },
    { n: 2, second: 2 },
    { n: 0, second: 2 },
  ]);
  expect(compare(acknowledged(2), file)).toEqual({ published: 4, stored: 4, lost: 0, duplicates: 2 });
});
