import { describe, expect, it } from 'vitest';
import { t } from '@volttron-ts/agent';
import { FakeConfigStore, FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import { encodeRpcRequest, encodeText } from '@volttron-ts/vip-core';
import { agentThat, callAgent, turns, welcomed } from './helpers.ts';

/** What reference/vip-zmq.md §7.1 lists of Python's agents, by its numbers: ours does not have it. */
describe('weakness 3: a call that fails on the way ends in a time-out', () => {
  it.each([
    ['113', 'No route to host', 'unreachable'],
    ['11', 'Resource temporarily unavailable', 'again'],
    ['93', 'Protocol not supported', 'unknown-subsystem'],
    ['90', 'The message has 99 bytes; the limit is 9 bytes.', 'bus'],
  ])('errno %s rejects at once', async (errno, text, code) => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    await using agent = startTestAgent(platform, agentThat(), { configStore: false });
    await welcomed(platform);
    const called = agent.vip.rpc.call('other', 'm');
    const { id } = await platform.message(({ peer }) => peer === 'other');
    const args = [errno, text, 'other', 'RPC'].map(encodeText);
    platform.send('agent', { peer: '', id, subsystem: 'error', args });
    await expect(called).rejects.toMatchObject({ code });
  });
});

describe('weakness 7: nothing is bounded', () => {
  it('more calls at once than can be served are told to come again', async () => {
    const platform = new FakePlatform();
    platform.play('caller', () => undefined);
    const { promise, resolve } = Promise.withResolvers<number>();
    const definition = agentThat(({ vip }) => {
      vip.rpc.export('wait', { params: t.Tuple([]), call: () => promise });
      return Promise.resolve();
    });
    await using agent = startTestAgent(platform, definition, { configStore: false });
    await welcomed(platform);
    const args = Array.from({ length: 1000 }, () => encodeRpcRequest('w', 'wait', []));
    platform.send('agent', { peer: 'caller', id: 'many', subsystem: 'RPC', args });
    await turns();
    const again = { error: { data: { 'exception.py': { exc_type: 'volttron.platform.vip.agent.errors.Again' } } } };
    expect(await callAgent(platform, 'wait')).toMatchObject(again);
    resolve(1);
    await turns();
    expect(await callAgent(platform, 'wait')).toMatchObject({ result: 1 });
    expect(agent.vip.identity).toBe('agent');
  });

  it('what waits for a platform that is away does not grow without end, and calls that are over make room', async () => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    await using agent = startTestAgent(platform, agentThat(), { configStore: false });
    await welcomed(platform);
    platform.cut('agent');
    const { rpc } = agent.vip;
    const calls = Array.from({ length: 5000 }, () => rpc.call('other', 'm').catch((error: unknown) => error));
    for (let n = 0; n < 5000; n++) rpc.notify('other', 'n', [n]);
    await expect(rpc.call('other', 'm')).rejects.toMatchObject({ code: 'again' });
    rpc.notify('other', 'one too many');
    rpc.notify('other', 'two too many');
    const dropped = ({ message }: { message: string }): boolean => message.startsWith('messages are dropped');
    expect(agent.log.lines.filter(dropped)).toHaveLength(1);
    agent.clock.step(30_000);
    expect((await Promise.all(calls)).every((error) => (error as { code: string }).code === 'timeout')).toBe(true);
    rpc.notify('other', 'last');
    platform.admit('agent');
    await welcomed(platform, 2);
    const sent = platform.received.filter(({ peer }) => peer === 'other').map((message) => texts(message)[0]);
    expect(sent).toHaveLength(5001);
    expect(sent.at(-1)).toContain('"last"');
  });

  it('a call without a time-out of its own ends after 30 s', async () => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    await using agent = startTestAgent(platform, agentThat(), { configStore: false });
    await welcomed(platform);
    const called = agent.vip.rpc.call('other', 'm');
    agent.clock.step(30_000);
    await expect(called).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('weakness 8: what is queued is lost at a disconnect, and nobody is told', () => {
  it('publications are numbered, and sent again until the platform has them', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat(), { configStore: false });
    await welcomed(platform);
    platform.verdict = () => 'lose';
    const published = [1, 2, 3].map((n) => agent.vip.pubsub.publish('devices/a', n));
    await turns();
    platform.cut('agent');
    platform.verdict = () => 'keep';
    platform.admit('agent');
    await Promise.all(published);
    const ids = platform.publications
      .filter(({ topic }) => topic === 'devices/a')
      .map(({ id }) => id.split('.').at(-1));
    expect(ids).toEqual(['1', '2', '3', '1', '2', '3']);
  });

  it('a call that left is told that its connection is gone', async () => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    await using agent = startTestAgent(platform, agentThat(), { configStore: false });
    await welcomed(platform);
    const called = agent.vip.rpc.call('other', 'm');
    await platform.message(({ peer }) => peer === 'other');
    platform.cut('agent');
    await expect(called).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('weakness 9: an outage of some seconds ends an agent, a reconnect begins it anew', () => {
  it('it lives on after a thousand losses and a year, runs once, and tells its subscriptions once each time', async () => {
    const platform = new FakePlatform();
    const store = new FakeConfigStore(platform, { agent: { config: {}, rows: [1] } });
    let runs = 0;
    const heard: string[] = [];
    const definition = agentThat(({ vip }) => {
      runs++;
      vip.pubsub.subscribe('a/');
      vip.pubsub.subscribe('b/', { bus: 'x' });
      vip.config.subscribe({}, ({ name, action }) => {
        heard.push(`${action} ${name}`);
      });
      return Promise.resolve();
    });
    await using agent = startTestAgent(platform, definition);
    await welcomed(platform);
    for (let loss = 0; loss < 1000; loss++) {
      platform.cut('agent');
      agent.clock.step(8 * 60 * 60 * 1000);
      platform.admit('agent');
      await turns();
    }
    await welcomed(platform, 1001);
    const told = platform.received.filter((message) => texts(message)[0] === 'synchronize').map(texts);
    expect([runs, told.length, store.calls.length]).toEqual([1, 1001, 1001]);
    expect(JSON.parse(told.at(-1)![2])).toEqual({ subscriptions: { internal: { '': ['a/'], x: ['b/'] } } });
    expect(heard).toEqual(['NEW config', 'NEW rows']);
    expect(await agent.vip.pubsub.publish('a/b', 1)).toBe(1);
  });
});
