import { describe, expect, it } from 'vitest';
import { figureMetadata, figuresOf } from './sample.ts';

const before = {
  idle: 1000,
  total: 2000,
  load: [0.1, 0.2, 0.3],
  memory: { total: 8e9, available: 2e9 },
  disk: { total: 100e9, available: 25e9 },
  uptime: 10,
};

describe('figuresOf', () => {
  it('computes shares between two looks', () => {
    expect(figuresOf(before, { ...before, idle: 1750, total: 3000, uptime: 11 })).toEqual({
      cpu_percent: 25,
      load1: 0.1,
      load5: 0.2,
      load15: 0.3,
      memory_percent: 75,
      memory_available: 2,
      disk_percent: 75,
      disk_available: 25,
      uptime: 11,
    });
  });

  it('says 0 where nothing has passed or there is nothing', () => {
    const nothing = { ...before, memory: { total: 0, available: 0 } };
    expect(figuresOf(before, nothing)).toMatchObject({ cpu_percent: 0, memory_percent: 0 });
  });

  it('has units for each figure', () => {
    expect(Object.keys(figureMetadata)).toEqual(Object.keys(figuresOf(before, before)));
  });
});
