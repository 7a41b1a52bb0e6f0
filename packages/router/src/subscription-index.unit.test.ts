import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SubscriptionIndex } from './subscription-index.ts';

const prefix = fc.stringMatching(/^[ab/]{0,5}$/);
const change = fc.record({
  peer: fc.constantFrom('p', 'q', 'r'),
  prefix,
  bus: fc.constantFrom('', 'x'),
  add: fc.boolean(),
});

it('matches as a plain comparison of all prefixes would, after any changes', () => {
  fc.assert(
    fc.property(fc.array(change), fc.array(prefix, { maxLength: 5 }), (changes, topics) => {
      const index = new SubscriptionIndex<string>();
      const held = new Set<string>();
      for (const { add, peer, bus, prefix: text } of changes) {
        const key = JSON.stringify([peer, bus, text]);
        if (add) {
          expect(index.add(peer, { bus, prefix: text })).toBe(!held.has(key));
          held.add(key);
        } else {
          index.remove(peer, { bus, prefix: text });
          held.delete(key);
        }
        for (const topic of topics) {
          const wanted = [...held].map((row) => JSON.parse(row) as [string, string, string]);
          const peers = wanted.filter(([, on, start]) => on === '' && topic.startsWith(start)).map(([name]) => name);
          expect([...index.match('', topic)].sort()).toEqual([...new Set(peers)].sort());
        }
      }
    }),
  );
});

it('forgets a peer whole', () => {
  const index = new SubscriptionIndex<string>();
  index.add('p', { bus: '', prefix: 'a' });
  index.add('p', { bus: 'x', prefix: '' });
  index.removeAll('p');
  expect([index.countOf('p'), [...index.all()], index.match('', 'a')]).toEqual([0, [], []]);
});

it('keeps nothing of a bus that nobody subscribes to any more, nor of one that only publishers name', () => {
  const index = new SubscriptionIndex<string>();
  expect(index.match('invented', 'topic')).toEqual([]);
  index.add('p', { bus: 'x', prefix: 'a' });
  index.remove('p', { bus: 'x', prefix: 'a' });
  expect(index.match('x', 'abc')).toEqual([]);
  index.add('q', { bus: 'x', prefix: 'ab' });
  expect(index.match('x', 'abc')).toEqual(['q']);
});

it('holds a prefix with and without other platforms apart, and delivers to its peer once', () => {
  const index = new SubscriptionIndex<string>();
  expect(index.add('p', { bus: '', prefix: 'a' })).toBe(true);
  expect(index.add('p', { bus: '', prefix: 'a', allPlatforms: true })).toBe(true);
  index.add('q', { bus: '', prefix: 'a', allPlatforms: true });
  index.add('q', { bus: 'x', prefix: 'named bus', allPlatforms: true });
  expect(index.match('', 'abc')).toEqual(['p', 'q']);
  expect(index.shared).toEqual(['a']);
  index.remove('p', { bus: '', prefix: 'a' });
  expect(index.of('p')).toEqual([{ bus: '', prefix: 'a', allPlatforms: true }]);
  expect(index.match('', 'abc')).toEqual(['p', 'q']);
  index.removeAll('p');
  expect(index.shared).toEqual(['a']);
  index.removeAll('q');
  expect([index.shared, index.match('', 'abc')]).toEqual([[], []]);
});
