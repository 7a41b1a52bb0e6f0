import { describe, expect, it } from 'vitest';
import { RowReader } from './row.ts';

describe('RowReader', () => {
  const reader = new RowReader('Time,SupplyAirTemp,DamperSignal');

  it('reads the row’s own time without a zone, and its values', () => {
    expect(reader.read('10/3/2014 9:05,54.7574,100')).toEqual({
      sourceTime: '2014-10-03T09:05:00',
      values: { SupplyAirTemp: 54.7574, DamperSignal: 100 },
    });
  });

  it('leaves out cells that are empty or no number', () => {
    expect(reader.read('10/13/2014 10:33,,5')?.values).toEqual({ DamperSignal: 5 });
    expect(reader.read('10/13/2014 10:33,n/a,5')?.values).toEqual({ DamperSignal: 5 });
  });

  it('passes over lines without a time or values', () => {
    for (const line of ['', 'noon,1,2', '10/13/2014 10:33', '10/13/2014 10:33,,']) {
      expect(reader.read(line)).toBeUndefined();
    }
  });
});
