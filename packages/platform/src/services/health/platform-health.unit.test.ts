import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';
import { PlatformHealth } from './platform-health.ts';

const local = (ms: number): string => {
  const time = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day}T${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}.000000`;
};

describe('PlatformHealth', () => {
  it('tells of each peer what the original does, in local time without a zone', () => {
    const clock = new SteppedClock();
    const health = new PlatformHealth(clock);
    const connected = local(clock.now());
    health.add('listener1');
    health.add('config.store');
    clock.step(5000);
    health.beat('listener1', 'GOOD');
    expect(health.all()).toEqual({
      listener1: {
        ...{ peer: 'listener1', service_agent: false, connected },
        ...{ last_heartbeat: local(clock.now()), message: 'GOOD' },
      },
      'config.store': { peer: 'config.store', service_agent: true, connected },
    });
  });

  it('leaves out operators at work', () => {
    const health = new PlatformHealth(new SteppedClock());
    for (const peer of ['control.connection', 'control.connection.2', 'control']) health.add(peer);
    expect(Object.keys(health.all())).toEqual(['control']);
  });

  it('makes no place for a peer that has left', () => {
    const health = new PlatformHealth(new SteppedClock());
    health.add('a');
    health.drop('a');
    health.beat('a', 'GOOD');
    expect(health.all()).toEqual({});
  });

  it('keeps little of a heartbeat that says much', () => {
    const health = new PlatformHealth(new SteppedClock());
    health.add('a');
    for (const message of ['x'.repeat(1e6), { x: 'x'.repeat(1e6) }]) {
      health.beat('a', message);
      expect(JSON.stringify(health.all()['a']?.message).length).toBeLessThan(300);
    }
    for (const message of [null, 5, ['BAD']]) {
      health.beat('a', message);
      expect(health.all()['a']?.message).toEqual(message);
    }
  });
});
