import { describe, expect, it } from 'vitest';
import { formatTicks, formatValue, splitTopic } from './format.ts';

describe('formatValue', () => {
  it('shows every kind of value', () => {
    expect([true, false, null, 'cooling', 0].map(formatValue)).toEqual(['on', 'off', '–', 'cooling', '0']);
    expect(formatValue(1.23456789)).toMatch(/^1.2346$/);
    expect(formatValue(-4e-5)).toBe('-4.000e-5');
    expect(formatValue(2e12)).toBe('2.000e+12');
  });
});

describe('formatTicks', () => {
  it('shows seconds for fine steps, and the date once a day', () => {
    const noon = new Date(2026, 10, 22, 12).getTime() / 1000;
    const [first = '', second = ''] = formatTicks([noon, noon + 10], 10);
    expect(first).toMatch(/^12:00:00\n.*2026/);
    expect(second).toBe('12:00:10');
    expect(formatTicks([noon, noon + 86_400], 86_400).every((label) => label.includes('\n'))).toBe(true);
  });
});

describe('splitTopic', () => {
  it('takes the point apart from its path', () => {
    expect(splitTopic('devices/a/b')).toEqual({ path: 'devices/a/', point: 'b' });
    expect(splitTopic('alone')).toEqual({ path: '', point: 'alone' });
  });
});
