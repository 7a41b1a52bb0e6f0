import { describe, expect, it } from 'vitest';
import { encodeText } from '@volttron-ts/vip-core';
import { Lags } from './lags.ts';
import { sample, timeOf } from './record-lag.ts';

const record = (body: string): Parameters<typeof timeOf>[0] => ({
  seq: 1,
  time: 5_000_000,
  origin: { journal: 'j', epoch: 'e', seq: 1 },
  publisher: 'driver',
  publisherEpoch: '',
  n: 0,
  path: '',
  topic: 'devices/a/all',
  body: encodeText(body),
});

describe('Lags', () => {
  it('answers percentiles of the last samples', () => {
    const lags = new Lags(100);
    expect(lags.percentile(50)).toBeNull();
    for (let n = 1; n <= 150; n++) lags.add(n);
    expect([50, 99, 100].map((percent) => lags.percentile(percent))).toEqual([100, 149, 150]);
  });
});

describe('timeOf', () => {
  it('takes the header TimeStamp, and the capture where there is none', () => {
    const stamp = '1970-01-01T00:00:02.000001+00:00';
    expect(timeOf(record(`{"bus":"","headers":{"TimeStamp":"${stamp}"},"message":1}`))).toBe(2_000_001);
    for (const body of [
      '{"bus":"","headers":{},"message":1}',
      '{"bus":"","headers":{"TimeStamp":"x"},"message":1}',
      '{',
    ]) {
      expect(timeOf(record(body))).toBe(5_000_000);
    }
  });
});

describe('sample', () => {
  it('takes all of few, and the first, the last and some between of many', () => {
    expect(sample([1, 2, 3], 5)).toEqual([1, 2, 3]);
    const taken = sample(
      Array.from({ length: 1001 }, (_, index) => index),
      5,
    );
    expect(taken).toEqual([0, 250, 500, 750, 1000]);
  });
});
