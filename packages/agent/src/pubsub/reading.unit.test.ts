import { describe, expect, it } from 'vitest';
import { encodeText } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { completeHeaders } from './headers.ts';
import { countReadings, readDelivery } from './reading.ts';

const read = (body: unknown): ReturnType<typeof readDelivery> =>
  readDelivery(encodeText('devices/a/all'), encodeText(JSON.stringify(body)));

describe('readDelivery', () => {
  it('splits a device message into values and metadata', () => {
    const message = [{ t: 1.5 }, { t: { units: '°F' } }];
    const reading = read({ sender: 'd', bus: '', headers: { TimeStamp: '2014-10-13T10:33:00.000001+00:00' }, message });
    expect(reading).toMatchObject({
      topic: 'devices/a/all',
      sender: 'd',
      values: { t: 1.5 },
      metadata: { t: { units: '°F' } },
    });
    expect(reading.timestamp).toBe(Date.UTC(2014, 9, 13, 10, 33) * 1000 + 1);
  });

  it('takes the header Date where TimeStamp is missing, and no time where neither can be read', () => {
    expect(read({ headers: { Date: '1970-01-01T00:00:01+00:00' }, message: 1 }).timestamp).toBe(1e6);
    expect(read({ headers: { Date: 'yesterday' }, message: 1 }).timestamp).toBeUndefined();
  });

  it('has no values for what is no device message', () => {
    expect(read({ headers: {}, message: 'GOOD' }).values).toEqual({});
    expect(read({ headers: {}, message: { t: 2 } }).values).toEqual({ t: 2 });
  });
});

describe('countReadings', () => {
  it('counts points, and anything else as one', () => {
    expect([[{ a: 1, b: 2 }, {}], { a: 1, b: 2, c: 3 }, 'GOOD', 5].map(countReadings)).toEqual([2, 3, 1, 1]);
  });
});

describe('completeHeaders', () => {
  const clock = new SteppedClock(Date.UTC(2026, 10, 22, 10, 3, 1) + 85.448);
  const now = '2026-11-22T10:03:01.085448+00:00';

  it('adds time, date and versions', () => {
    expect(completeHeaders({}, clock)).toEqual({
      Date: now,
      TimeStamp: now,
      min_compatible_version: '3.0',
      max_compatible_version: '',
    });
  });

  it('keeps the times that the author gives', () => {
    const given = { TimeStamp: '2014-10-13T10:33:00+00:00', x: 1 };
    expect(completeHeaders(given, clock)).toMatchObject({ ...given, Date: given.TimeStamp });
  });
});
