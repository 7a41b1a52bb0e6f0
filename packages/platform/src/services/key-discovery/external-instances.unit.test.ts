import { expect, it } from 'vitest';
import { readExternalInstances } from './external-instances.ts';

const serverkey = 'JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o';
const roof = { 'instance-name': 'roof', serverkey, 'vip-address': 'tcp://127.0.0.1:22916' };

it('reads platforms by their names', () => {
  expect(readExternalInstances(JSON.stringify({ roof: { ...roof, 'rmq-address': 'x' } }))).toMatchObject({
    instances: [roof],
    problems: [],
  });
});

it('leaves out, and names, what cannot be used', () => {
  const text = JSON.stringify({
    roof,
    cellar: { ...roof, serverkey: 'short' },
    garage: { ...roof, 'vip-address': 'http://x' },
    yard: { 'instance-name': 'yard' },
    shed: 7,
  });
  const { instances, problems } = readExternalInstances(text);
  expect(instances).toEqual([roof]);
  expect(problems.map((problem) => /"(\w+)"/.exec(problem)?.[1])).toEqual(['cellar', 'garage', 'yard', 'shed']);
});

it.each(['', '{', '[]'])('a text that is no table holds none: %j', (text) => {
  const { instances, problems } = readExternalInstances(text);
  expect([instances, problems.length]).toEqual([[], text === '' ? 0 : 1]);
});
