import { services } from '@volttron-ts/vip-core';
import { systemClock } from '@volttron-ts/connect';
import { describe, expect, it } from 'vitest';
import { defineHealthService } from '../src/services/health-service.ts';
import { PlatformHealth } from '../src/services/health/platform-health.ts';
import type { PeerHealth } from '../src/services/health/platform-health.ts';
import { ServiceBus } from './service-bus.ts';

async function rig() {
  const bus = await ServiceBus.open();
  const early = await bus.join('early');
  await bus.join(services.health, defineHealthService(new PlatformHealth(systemClock)));
  const { rpc } = (await bus.join(services.controlConnection)).vip;
  const ask = async () =>
    (await rpc.call(services.health, 'get_platform_health')) as Record<string, PeerHealth | undefined>;
  return { bus, early, ask };
}

describe('platform.health', () => {
  it('knows who was there before it, who comes and who goes, and hears their heartbeats', async () => {
    const { bus, early, ask } = await rig();
    await expect.poll(async () => Object.keys(await ask()).sort()).toEqual(['early', services.health]);
    const late = await bus.join('late');
    await expect.poll(async () => (await ask())['late']?.message).toBe('GOOD');
    expect(await ask()).toMatchObject({
      early: { peer: 'early', service_agent: false },
      [services.health]: { service_agent: true },
      late: { peer: 'late', last_heartbeat: expect.stringMatching(/^[-\d]{10}T[:\d]{8}\.\d{6}$/) as unknown },
    });
    late.vip.health.setStatus('BAD');
    await expect.poll(async () => (await ask())['late']?.message).toBe('BAD');
    await Promise.all([late.stop(), early.stop()]);
    await expect.poll(async () => Object.keys(await ask())).toEqual([services.health]);
  });

  it('takes a heartbeat for its sender’s, whatever its topic and message', async () => {
    const { bus, ask } = await rig();
    const { vip } = await bus.join('mallory');
    for (const message of [null, [], { deep: [[[{}]]] }, 5, 'é中']) {
      await vip.pubsub.publish('heartbeat/early', message);
      await expect.poll(async () => (await ask())['mallory']?.message).toEqual(message);
    }
    expect((await ask())['early']).not.toHaveProperty('message', 'é中');
  });
});
