import { expect } from 'vitest';

import { JournalEnd, nameOf } from './ends.ts';
import { Random } from './random.ts';
import { Route } from './route.ts';

/**
 * A → B where A keeps hardly anything that is acknowledged, and B is put back to copies: what B can no longer get stands
 * in its gap events, and nothing else is missing. Answers how many that are.
 */
export function trimmedWalk(seed: number, folder: string): number {
  const random = new Random(seed);
  const a = new JournalEnd(`A${seed}`, folder, random, { milliseconds: 1e9, bytes: random.below(2000) });
  const b = new JournalEnd(`B${seed}`, folder, random);
  const route = new Route(a, b, random);
  for (let step = 0; step < 80; step++) {
    const dice = random.next();
    if (dice < 0.35) a.publish('devices/a/all');
    else if (dice < 0.75) route.work();
    else if (dice < 0.85) a.transaction((file) => file.trim());
    else if (dice < 0.9) a.restart();
    else if (dice < 0.95) b.copy();
    else b.restore();
  }
  route.drain();

  const names = b.contents().map(({ publisher, n }) => nameOf(publisher, n));
  expect(new Set(names).size, 'held twice').toBe(names.length);
  const gaps = b.file.status().gaps;
  const held = new Set(names);
  // A has no other source and was never put back: its sequences are the numbers of its publications.
  const lost = [...a.published.keys()].filter((n) => !held.has(nameOf(`agent-of-${a.name}`, n)));
  const silent = lost.filter((n) => !gaps.some(({ first, last }) => first <= n && n <= last));
  expect(silent, 'lost without a gap event').toEqual([]);
  for (const end of [a, b]) end.restart();
  return lost.length;
}
