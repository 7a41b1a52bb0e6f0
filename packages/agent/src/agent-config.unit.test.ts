import { describe, expect, it } from 'vitest';
import { t } from '@volttron-ts/vip-core';
import { LayeredConfig, readConfig } from './agent-config.ts';
import type { AgentConfig } from './agent-config.ts';

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

describe('LayeredConfig', () => {
  const layered = (given: Record<string, unknown> = {}): LayeredConfig =>
    new LayeredConfig(schema, given, { what: 'f' });

  it('puts the store before the file before the defaults, key by key, in either spelling', () => {
    const config = layered({ limit: 60, unit: 'file' });
    config.takeStored({ limit: 50, destination_vip: 'tcp://store:1' }, 'store');
    expect({ ...config.values }).toEqual({ 'destination-vip': 'tcp://store:1', limit: 50, unit: 'file' });
    config.takeStored(undefined, 'store');
    expect({ ...config.values }).toEqual({ 'destination-vip': 'tcp://central:22916', limit: 60, unit: 'file' });
  });

  it('keeps what was changed in memory until the store changes that key', async () => {
    const config = layered();
    const { update } = config.values as unknown as { update: (changes: object) => Promise<void> };
    config.takeStored({ limit: 50 }, 'store');
    await update({ ...config.values, limit: 40, unit: 'mine' });
    config.takeStored({ limit: 50, 'destination-vip': 'tcp://b:1' }, 'store');
    expect({ ...config.values }).toEqual({ 'destination-vip': 'tcp://b:1', limit: 40, unit: 'mine' });
    config.takeStored({ limit: 55 }, 'store');
    expect(config.values).toMatchObject({ limit: 55, unit: 'mine', 'destination-vip': 'tcp://central:22916' });
  });

  it.each([[{ limit: 'hot' }], [{ colour: 'red' }], [['a list']], ['text'], [null], [{ limit: 1, unit: 5 }]])(
    'changes nothing for %j, and names the store',
    (contents) => {
      const config = layered({ limit: 60 });
      expect(() => {
        config.takeStored(contents, 'the store');
      }).toThrow('the store');
      expect(config.values.limit).toBe(60);
    },
  );

  it('tells listeners of each change, whichever of them fails, and of nothing else', async () => {
    const failures: unknown[] = [];
    const config = new LayeredConfig(schema, {}, { what: 'f', listenerFailed: (error) => failures.push(error) });
    const values = config.values as unknown as AgentConfig<{ limit: number }>;
    const heard: unknown[] = [];
    values.onChange(() => {
      throw new Error('listener');
    });
    const stop = values.onChange(() => heard.push(values.limit));
    config.takeStored({ limit: 50 }, 'store');
    config.takeStored({ limit: 50 }, 'store');
    await values.update({ limit: 50 });
    await values.update({ limit: 40 });
    stop();
    config.takeStored({ limit: 30 }, 'store');
    expect(heard).toEqual([50, 40]);
    expect(failures).toHaveLength(3);
  });

  it.each(['update', 'onChange'])('refuses a schema that names a key %s', (name) => {
    expect(() => readConfig(t.Object({ [name]: t.Optional(t.String()) }), {}, 'f')).toThrow(name);
  });

  it('may lack keys at first, but not hold wrong ones', () => {
    const needy = t.Object({ database: t.String(), limit: t.Number({ default: 1 }) });
    const options = { what: 'f', mayLack: true };
    const config = new LayeredConfig(needy, {}, options);
    expect(config.lack?.message).toMatch(/database/);
    expect({ ...config.values }).toEqual({ limit: 1 });
    config.takeStored({ database: 'x' }, 'store');
    expect([config.lack, config.values.database]).toEqual([undefined, 'x']);
    expect(() => new LayeredConfig(needy, { colour: 'red' }, options)).toThrow(/database.*colour/);
    expect(() => new LayeredConfig(needy, {}, { what: 'f' })).toThrow('database');
  });
});
