import { expect } from 'vitest';

import { readProvenance } from '../../src/index.ts';
import { JournalEnd, nameOf, StoreEnd } from './ends.ts';
import { Random } from './random.ts';
import { Route } from './route.ts';

const TOPICS = ['devices/a/all', 'devices/b/all', 'analysis/c', 'record/d'];

/**
 * Three platforms and a store: A → B → C and A → C (filtered), B → A (so that a record could come home), C → store. Ends
 * are restarted, copied and put back; appends and answers are lost, doubled and out of order. Throws when anything is
 * lost or doubled.
 */
export function walk(seed: number, folder: string): void {
  const random = new Random(seed);
  const [a, b, c] = ['A', 'B', 'C'].map((name) => new JournalEnd(`${name}${seed}`, folder, random)) as [
    JournalEnd,
    JournalEnd,
    JournalEnd,
  ];
  const store = new StoreEnd(`store${seed}`, folder);
  const routes = [
    new Route(a, b, random),
    new Route(b, c, random),
    new Route(a, c, random, ['devices/']),
    new Route(b, a, random),
    new Route(c, store, random),
  ];
  const ends = [a, b, c, store];
  for (let step = 0; step < 100; step++) oneStep(random, [a, a, b, c], routes, ends);
  while (routes.map((route) => route.drain()).includes(true));

  holdsOnce(a, [a, b]);
  holdsOnce(b, [a, b]);
  holdsOnce(c, [a, b, c]);
  if (a.excused.size === 0) holdsInOrder(b, a);
  storeHoldsOnce(store, c);
  for (const end of ends) end.restart();
}

function oneStep(random: Random, sources: JournalEnd[], routes: Route[], ends: (JournalEnd | StoreEnd)[]): void {
  const dice = random.next();
  if (dice < 0.2) {
    for (let count = random.below(4); count >= 0; count--) random.pick(sources).publish(random.pick(TOPICS));
  } else if (dice < 0.24) random.pick(sources).publishAgain();
  else if (dice < 0.82) random.pick(routes).work();
  else if (dice < 0.86) random.pick(routes).restart();
  else if (dice < 0.92) random.pick(ends).restart();
  else if (dice < 0.96) random.pick(ends).copy();
  else random.pick(ends).restore();
}

/** Nothing lost but what a copy never had, nothing doubled. */
function holdsOnce(end: JournalEnd, sources: readonly JournalEnd[]): void {
  const found = end.contents();
  const names = found.map(({ publisher, n }) => nameOf(publisher, n));
  expect(new Set(names).size, `${end.name} holds something twice`).toBe(names.length);
  const held = new Set(names);
  for (const source of sources) {
    const lost = [...source.published.keys()].filter(
      (n) => !source.excused.has(n) && !held.has(nameOf(`agent-of-${source.name}`, n)),
    );
    expect(lost, `${end.name} lacks publications of ${source.name}`).toEqual([]);
  }
}

/** Over one route a publisher's records stay in the order in which it published them. */
function holdsInOrder(end: JournalEnd, source: JournalEnd): void {
  const found = end.contents().filter(({ publisher }) => publisher === `agent-of-${source.name}`);
  const numbers = found.map(({ n }) => n);
  expect(numbers, `${end.name} mixes what ${source.name} published`).toEqual(numbers.toSorted((x, y) => x - y));
}

function storeHoldsOnce(store: StoreEnd, source: JournalEnd): void {
  store.restart();
  const { publications, repeatedPublications, missing } = readProvenance(store.path);
  expect({ repeatedPublications, missing }, store.name).toEqual({ repeatedPublications: 0, missing: 0 });
  const held = new Set(
    publications.flatMap(({ publisher, runs }) =>
      runs.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, index) => nameOf(publisher, first + index)),
      ),
    ),
  );
  const lost = source.contents().filter(({ publisher, n }) => !held.has(nameOf(publisher, n)));
  expect(
    lost.map(({ publisher, n }) => nameOf(publisher, n)),
    `${store.name} lacks`,
  ).toEqual([]);
}
