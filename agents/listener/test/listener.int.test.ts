import { describe, expect, it } from 'vitest';
import { FakePlatform, startTestAgent } from '@volttron-ts/agent/testing';
import listener from '@volttron-ts/listener';

const IDENTITY = 'listeneragent-3.3_1';

async function listening(platform: FakePlatform): Promise<void> {
  await platform.until(() => (platform.subscriptionsOf(IDENTITY).length > 0 ? true : undefined));
}

describe('listener', () => {
  it('logs what it hears as the original does, itself included', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, listener, { identity: IDENTITY });
    await listening(platform);
    platform.publish('devices/a/all', [{ t: 1.5 }, { t: { units: 'F' } }], { Date: 'now' });
    const { message, level } = await agent.log.line((line) => line.message.includes('devices/a/all'));
    expect(level).toBe('info');
    expect(message).toBe(
      "Peer: pubsub, Sender: driver:, Bus: , Topic: devices/a/all, Headers: {'Date': 'now'}, Message: \n[{'t': 1.5}, {'t': {'units': 'F'}}]",
    );
    agent.clock.step(5000);
    const beat = await agent.log.line((line) => line.message.includes(`Topic: heartbeat/${IDENTITY}`));
    expect(beat.message).toMatch(/^Peer: pubsub, Sender: listeneragent-3\.3_1:, .*Message: \n'GOOD'$/s);
  });

  it('says its message as its status, and logs at the level it is told to', async () => {
    const platform = new FakePlatform();
    const config = { message: 'all ears', log_level: 'WARN', heartbeat_period: 0 };
    await using agent = startTestAgent(platform, listener, { identity: IDENTITY, config });
    await listening(platform);
    platform.publish('x', 1);
    await agent.log.line(({ level, message }) => level === 'warn' && message.includes('Topic: x'));
    expect(agent.vip.health.status).toMatchObject({ status: 'GOOD', context: 'all ears' });
    agent.clock.step(600_000);
    await agent.vip.ping('');
    expect(platform.publications.filter(({ topic }) => topic.startsWith('heartbeat/'))).toEqual([]);
  });

  it('ends at its limit', async () => {
    const platform = new FakePlatform();
    const agent = startTestAgent(platform, listener, { identity: IDENTITY, config: { runtime_limit: 30 } });
    await listening(platform);
    agent.clock.step(30_000);
    await agent.done;
  });
});
