import { join } from 'node:path';

import { openDatabase } from '@volttron-ts/storage';
import { expect, it } from 'vitest';

import { MemoryRows } from '../../src/certificates/memory-rows.ts';
import { SqliteRows } from '../../src/certificates/sqlite-rows.ts';
import { migrations } from '../../src/migrations.ts';
import { scratchFolder } from '../scratch.ts';
import { transitions } from './transitions.ts';
import { seeded, Walk } from './walk.ts';

const methods = [
  'issueCertificateRequest',
  'checkCertificateStatus',
  'modifyCertificateRequest',
  'cancelCertificateRequest',
];
const outcomes = [
  ...['certificate generated', 'waiting for CA', 'client data issue seen', 'CA unavailable for request'],
  ...['request canceled', 'invalid operation', 'failed', 'interrupted', 'absent'],
];
const events = [
  ...['submit: pending', 'submit: approved', 'submit: denied', 'submit: too-many', 'order: decided', 'order: taken'],
  ...['approve', 'deny', 'remove', 'cancel', 'modify'].flatMap((verb) =>
    ['decided', 'unknown', 'superseded'].map((kind) => `${verb}: ${kind}`),
  ),
  ...['modify: final', 'late result', 'restart', 'claimed', 'saved', 'steps done', 'step failed'],
];
const all = [...transitions, ...events, ...methods.flatMap((method) => outcomes.map((one) => `${method}: ${one}`))];

function report(title: string, walks: readonly Walk[]): void {
  const sums = new Map(all.map((what) => [what, 0]));
  for (const { hits } of walks) for (const [what, n] of hits) sums.set(what, (sums.get(what) ?? 0) + n);
  console.log([title, ...[...sums].map(([what, n]) => `${String(n).padStart(8)} ${what}`)].join('\n'));
  expect([...sums].filter(([, n]) => n === 0)).toEqual([]);
  expect([...sums.keys()].filter((what) => !all.includes(what))).toEqual([]);
}

it(
  'no walk of 1,000,000 steps makes an illegal transition, asks a CA twice or breaks the trail',
  { timeout: 180_000 },
  () => {
    const walks = Array.from({ length: 50 }, (_, n) => {
      const walk = new Walk(new MemoryRows(), seeded(n), (work) => {
        work();
      });
      walk.run(20_000);
      return walk;
    });
    report('1,000,000 steps in memory', walks);
  },
);

it('nor does one of 20,000 steps in the database', { timeout: 180_000 }, async () => {
  const path = join(await scratchFolder(), 'enrolment.sqlite');
  using database = openDatabase(path, { durability: 'kill-safe', migrations });
  const walk = new Walk(new SqliteRows(database), seeded(7), (work) => {
    database.transaction(work);
  });
  walk.run(20_000);
  report('20,000 steps in SQLite', [walk]);
});

it('both stores answer the same on the same walk', { timeout: 60_000 }, async () => {
  const path = join(await scratchFolder(), 'enrolment.sqlite');
  using database = openDatabase(path, { durability: 'kill-safe', migrations });
  const memory = new MemoryRows();
  const sqlite = new SqliteRows(database);
  new Walk(memory, seeded(99), (work) => {
    work();
  }).run(2000);
  new Walk(sqlite, seeded(99), (work) => {
    database.transaction(work);
  }).run(2000);
  expect([...sqlite.events()].map((row) => ({ ...row }))).toEqual([...memory.events()]);
  const plain = (rows: readonly object[]): object[] => rows.map((row) => ({ ...row }));
  expect(plain(sqlite.requests({}))).toEqual(plain(memory.requests({})));
  // In the database rows have a number more.
  expect(plain(sqlite.openOrders())).toMatchObject(plain(memory.openOrders()));
  expect(plain(sqlite.owing())).toEqual(plain(memory.owing()));
});
