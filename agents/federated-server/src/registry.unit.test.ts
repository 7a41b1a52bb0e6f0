import { describe, expect, it } from 'vitest';
import type { Peer } from '@volttron-ts/grpc';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { Registry } from './registry.ts';
import type { RegistryOptions } from './registry.ts';

const peer = (address = '10.0.0.1', fingerprint = 'aa'): Peer => ({ address, fingerprint, name: 'localhost' });

function opened(options: Partial<RegistryOptions> = {}) {
  const clock = new SteppedClock();
  const registry = new Registry({
    ...{ maximumClients: 3, heartbeatTimeoutMs: 1000, blacklist: [], whitelist: [], useWhitelist: false, clock },
    ...options,
  });
  return { registry, clock };
}

describe('registry of a federated server', () => {
  it('gives a client one token, which is good with its certificate and address alone', () => {
    const { registry } = opened();
    const { token } = registry.register('site', peer());
    expect(token).toHaveLength(36);
    expect(registry.register('site', peer()).token).toBe(token);
    expect(registry.register('site', peer('10.0.0.2')).token).not.toBe(token);
    expect(registry.recognise(token, peer()).name).toBe('site');
    expect(() => registry.recognise(token, peer('10.0.0.1', 'bb'))).toThrow(/another certificate/);
    expect(() => registry.recognise(token, peer('10.0.0.9'))).toThrow(/unknown/);
    expect(() => registry.recognise('x', peer())).toThrow(/unknown/);
    expect(() => registry.register('site', peer('10.0.0.1', 'bb'))).toThrow(/another certificate/);
  });

  it('keeps to its lists, its number and the form of names', () => {
    const { registry } = opened({ blacklist: ['10.0.0.3'] });
    expect(() => registry.register('a', peer('10.0.0.3'))).toThrow(/refused/);
    for (const name of ['', 'a b', '../a', 'a'.repeat(65)])
      expect(() => registry.register(name, peer())).toThrow(/letters/);
    for (const name of ['a', 'b', 'c']) registry.register(name, peer());
    expect(() => registry.register('d', peer())).toThrow(/closed/);
    const listed = opened({ whitelist: ['10.0.0.1'], useWhitelist: true }).registry;
    listed.register('a', peer());
    expect(() => listed.register('b', peer('10.0.0.2'))).toThrow(/whitelist/);
    listed.close();
    expect(() => listed.register('b', peer())).toThrow(/closed/);
    expect(listed.register('a', peer()).name).toBe('a');
  });

  it('takes who was silent for too long for dead', () => {
    const { registry, clock } = opened();
    const [a, b] = [registry.register('a', peer()), registry.register('b', peer())];
    clock.step(900);
    registry.recognise(a.token, peer());
    clock.step(900);
    expect(registry.living.map(({ name }) => name)).toEqual(['a']);
    expect(() => registry.recognise(b.token, peer())).toThrow(/silent/);
    // Its certificate brings it back.
    registry.register('b', peer());
    expect(registry.living).toHaveLength(2);
    registry.remove(a.token);
    expect(() => registry.recognise(a.token, peer())).toThrow(/unknown/);
  });
});
