import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp } from './clock.ts';

/** 2026-11-22T10:02:07.702018 UTC, a golden health.get_status. */
const golden = 1_795_341_727_702_018;

describe('a timestamp', () => {
  it('is written as VOLTTRON writes it', () => {
    expect(formatTimestamp(golden)).toBe('2026-11-22T10:02:07.702018+00:00');
    expect(formatTimestamp(0)).toBe('1970-01-01T00:00:00.000000+00:00');
    expect(formatTimestamp(-1)).toBe('1969-12-31T23:59:59.999999+00:00');
    expect(formatTimestamp(1.9)).toBe('1970-01-01T00:00:00.000001+00:00');
  });

  it.each([
    '2026-11-22T10:02:07.702018+00:00',
    '2026-11-22T10:02:07.702018Z',
    '2026-11-22 10:02:07.702018',
    '2026-11-22T10:02:07.702018',
    '2026-11-22T15:32:07.702018+05:30',
    '2026-11-22T15:32:07.702018+0530',
    '2026-11-22T02:02:07.702018-08:00',
    '2026-11-22T10:02:07.702018999+00:00',
  ])('%s is read to the µs', (text) => {
    expect(parseTimestamp(text)).toBe(golden);
  });

  it.each([
    ['2014-10-13T10:33:00', 1_413_196_380_000_000],
    ['2014-10-13T10:33:00.5', 1_413_196_380_500_000],
    ['2014-10-13T10:33:00.000001', 1_413_196_380_000_001],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000],
  ])('%s is %i µs', (text, microseconds) => {
    expect(parseTimestamp(text)).toBe(microseconds);
  });

  it('comes back from its text', () => {
    const limit = 8_000_000_000_000_000;
    fc.assert(
      fc.property(fc.integer({ min: -limit, max: limit }), (microseconds) => {
        expect(parseTimestamp(formatTimestamp(microseconds))).toBe(microseconds);
      }),
    );
  });

  it.each([
    '',
    'yesterday',
    '2026-11-22',
    '2026-11-22T10:02',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-11-22T25:00:00Z',
    '2026-11-22T10:02:60Z',
    '2026-11-22T10:02:07+99:99',
    '2026-11-22T10:02:07.Z',
    '2026-11-22T10:02:07Zulu',
    ' 2026-11-22T10:02:07Z',
  ])('"%s" is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});
