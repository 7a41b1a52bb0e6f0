import { describe, expect, it } from 'vitest';
import { FakePlatform, fakeRemotes, startTestAgent, texts } from '@volttron-ts/agent/testing';
import { encodeRpcRequest, parseLooseJson } from '@volttron-ts/vip-core';
import supplyAirWatch from './supply-air-watch.ts';

const UNIT = 'devices/campus/building/ahu1/all';

describe('the agent of the design', () => {
  it('warns and publishes when the supply air is too warm, and goes on after a reconnect', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, supplyAirWatch);
    await platform.until(() => (platform.subscriptionsOf('agent').length > 0 ? true : undefined));
    platform.publish(UNIT, [{ SupplyAirTemp: 70 }, {}]);
    platform.publish(UNIT, [{ SupplyAirTemp: 80.5 }, {}]);
    const first = await platform.until(() =>
      platform.publications.find(({ topic }) => topic === 'analysis/supply-air'),
    );
    expect(first.body.message).toEqual({ SupplyAirTemp: 80.5 });
    expect(first.id).toBe('p.epoch00001.1');

    platform.cut('agent');
    platform.admit('agent');
    await platform.until(() => (platform.subscriptionsOf('agent').length > 0 ? true : undefined));
    platform.publish(UNIT, [{ SupplyAirTemp: 90 }, {}]);
    await platform.until(() => platform.publications.find(({ id }) => id === 'p.epoch00001.2'));
    const warnings = agent.log.lines.filter(({ message }) => message === 'supply air too warm');
    expect(warnings.map(({ fields }) => fields.value)).toEqual([80.5, 90]);
  });

  it('lets only those change the limit who hold the capability', async () => {
    const platform = new FakePlatform();
    const capabilities = { operator: { edit_limit: null }, guest: {} };
    platform.play('platform.auth', ({ peer, id, args }, send) => {
      const { id: callId } = parseLooseJson(texts({ args } as never)[0]) as { id: string };
      const text = JSON.stringify({ jsonrpc: '2.0', id: callId, result: capabilities });
      send({ peer, id, subsystem: 'RPC', args: [new TextEncoder().encode(text)] });
    });
    platform.play('guest', () => undefined);
    platform.play('operator', () => undefined);
    await using agent = startTestAgent(platform, supplyAirWatch);
    await platform.until(() => (platform.subscriptionsOf('agent').length > 0 ? true : undefined));
    const call = async (peer: string): Promise<Record<string, unknown>> => {
      const args = [encodeRpcRequest('c1', 'setLimit', [60])];
      platform.send('agent', { peer, id: `call-${peer}`, subsystem: 'RPC', args });
      const answer = await platform.message(({ id }) => id === `call-${peer}`);
      return parseLooseJson(texts(answer)[0]) as Record<string, unknown>;
    };
    expect(await call('guest')).toMatchObject({ error: { code: -32000 } });
    expect(await call('operator')).toEqual({ jsonrpc: '2.0', id: 'c1', result: null });
    platform.publish(UNIT, [{ SupplyAirTemp: 61 }, {}]);
    await agent.log.line(({ message, fields }) => message === 'supply air too warm' && fields.limit === 60);
  });

  it('publishes on the central platform when it has one', async () => {
    const platform = new FakePlatform();
    const central = new FakePlatform();
    const remotes = fakeRemotes({ 'tcp://central:22916': central }, 'campus.agent');
    const config = { central: 'tcp://central:22916' };
    await using agent = startTestAgent(platform, supplyAirWatch, { config, remotes });
    await platform.until(() => (platform.subscriptionsOf('agent').length > 0 ? true : undefined));
    platform.publish(UNIT, [{ SupplyAirTemp: 99 }, {}]);
    await central.until(() => central.publications.find(({ topic }) => topic === 'analysis/supply-air'));
    expect(platform.publications.filter(({ topic }) => topic.startsWith('analysis/'))).toEqual([]);
    expect(agent.vip.pubsub.outstanding).toBe(0);
  });
});
