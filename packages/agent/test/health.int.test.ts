import { describe, expect, it } from 'vitest';
import { FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import { agentThat, callAgent, turns, welcomed } from './helpers.ts';

const beats = (platform: FakePlatform): unknown[] =>
  platform.publications.filter(({ topic }) => topic === 'heartbeat/agent').map(({ body }) => body.message);

describe('heartbeat', () => {
  it('beats at once, byte for byte as Python does, and then every 60 s', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    const first = await platform.message((message) => texts(message)[1] === 'heartbeat/agent');
    expect(texts(first)[2]).toBe(
      '{"bus":"","headers":{"TimeStamp":"2014-10-13T10:33:00.000000+00:00","min_compatible_version":"3.0","max_compatible_version":""},"message":"GOOD"}',
    );
    for (const seconds of [59, 1, 60]) {
      agent.clock.step(seconds * 1000);
      await turns();
    }
    expect(beats(platform)).toEqual(['GOOD', 'GOOD', 'GOOD']);
  });

  it('beats on each connection and is silent without one', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    platform.cut('agent');
    agent.clock.step(300_000);
    await turns();
    expect(beats(platform)).toHaveLength(1);
    platform.admit('agent');
    await welcomed(platform, 2);
    expect(beats(platform)).toHaveLength(2);
  });

  it('can be changed by others and by the agent', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    await callAgent(platform, 'heartbeat.set_period', [5]);
    agent.clock.step(5000);
    await turns();
    expect(beats(platform)).toHaveLength(3);
    await callAgent(platform, 'heartbeat.stop');
    agent.clock.step(60_000);
    await callAgent(platform, 'heartbeat.restart');
    expect(beats(platform)).toHaveLength(3);
    await callAgent(platform, 'heartbeat.start');
    expect(beats(platform)).toHaveLength(4);
    agent.vip.heartbeat.setPeriod(0);
    agent.clock.step(60_000);
    await turns();
    expect(beats(platform)).toHaveLength(4);
  });
});

describe('health', () => {
  it('tells a changed state at once and answers it', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    await callAgent(platform, 'health.set_status', ['BAD', 'too warm']);
    expect(beats(platform)).toEqual(['GOOD', 'BAD']);
    await callAgent(platform, 'health.set_status', ['BAD', 'still too warm']);
    expect(beats(platform)).toEqual(['GOOD', 'BAD']);
    const status = { status: 'BAD', context: 'still too warm', last_updated: '2014-10-13T10:33:00.000000+00:00' };
    expect(await callAgent(platform, 'health.get_status')).toMatchObject({ result: status });
    expect(await callAgent(platform, 'health.get_status_json')).toMatchObject({ result: status });
    expect(await callAgent(platform, 'health.set_status', ['FINE'])).toMatchObject({ error: { code: -32000 } });
    expect(agent.vip.health.status).toEqual(status);
  });

  it('publishes alerts where Python does', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat(), { identity: 'agent.one' });
    await welcomed(platform, 1, 'agent.one');
    await agent.vip.health.sendAlert('too_warm', 'ahu1');
    const alert = platform.publications.find(({ topic }) => topic === 'alerts/tester/campus_agent_one');
    expect(alert?.body.headers).toMatchObject({ alert_key: 'too_warm' });
    expect(JSON.parse(String(alert?.body.message))).toMatchObject({ status: 'BAD', context: 'ahu1' });
  });

  it('publishes alerts that others ask for (the original always fails)', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    const last_updated = '2014-10-13T10:33:00.000000+00:00';
    const alerts = (): unknown[] =>
      platform.publications
        .filter(({ topic }) => topic === 'alerts/tester/campus_agent')
        .map(({ body }) => [
          (body.headers as { alert_key: string }).alert_key,
          JSON.parse(String(body.message)) as unknown,
        ]);
    const status = { status: 'GOOD', context: 'all well', last_updated: 'then' };
    expect(await callAgent(platform, 'health.send_alert', ['fan', 'stuck'])).toMatchObject({ result: null });
    expect(await callAgent(platform, 'health.send_alert', ['fan', status])).toMatchObject({ result: null });
    expect(await callAgent(platform, 'health.send_alert', ['fan'])).toMatchObject({ result: null });
    expect(alerts()).toEqual([
      ['fan', { status: 'BAD', context: 'stuck', last_updated }],
      ['fan', { status: 'GOOD', context: 'all well', last_updated }],
      ['fan', { status: 'BAD', context: null, last_updated }],
    ]);
    expect(await callAgent(platform, 'health.send_alert', ['fan', { status: 'FINE' }])).toMatchObject({ error: {} });
    expect(agent.vip.health.status.status).toBe('GOOD');
  });
});
