import { describe, expect, it } from 'vitest';
import { t } from '@volttron-ts/vip-core';
import { readConfig } from './agent-config.ts';

const schema = t.Object({
  'destination-vip': t.String({ default: 'tcp://central:22916' }),
  limit: t.Number({ default: 75 }),
  unit: t.Optional(t.String()),
});

describe('readConfig', () => {
  it('fills in defaults and takes hyphens for underscores', () => {
    expect({ ...readConfig(schema, {}, 'config') }).toEqual({ 'destination-vip': 'tcp://central:22916', limit: 75 });
    expect(readConfig(schema, { destination_vip: 'tcp://b:1' }, 'config')['destination-vip']).toBe('tcp://b:1');
  });

  it('names every problem at once, unknown keys among them', () => {
    const read = (): unknown => readConfig(schema, { limit: 'hot', colour: 'red', shape: 1 }, 'watch.json');
    expect(read).toThrow(/watch\.json.*colour.*shape.*limit must be number/);
  });

  it('refuses a key that is given in both spellings', () => {
    const read = (): unknown => readConfig(schema, { 'destination-vip': 'a', destination_vip: 'b' }, 'config');
    expect(read).toThrow('twice');
  });

  it('changes in place, and not at all when a change does not fit', async () => {
    const config = readConfig(schema, {}, 'config');
    await config.update({ limit: 60 });
    expect(config.limit).toBe(60);
    await expect(config.update({ limit: 'x' as never })).rejects.toThrow('limit must be number');
    expect(config.limit).toBe(60);
  });
});
