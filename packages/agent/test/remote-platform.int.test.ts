import { describe, expect, it, vi } from 'vitest';
import type { RemotePlatform } from '@volttron-ts/agent';
import { FakePlatform, fakeRemotes, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import { DeniedError } from '@volttron-ts/vip-core';
import { agentThat, turns, welcomed } from './helpers.ts';

const ADDRESS = 'tcp://central:22916';
const ID = 'campus.agent';

async function connected(central: FakePlatform): Promise<TestAgent & { remote: RemotePlatform }> {
  const platform = new FakePlatform();
  const agent = startTestAgent(platform, agentThat(), { remotes: fakeRemotes({ [ADDRESS]: central }, ID) });
  await welcomed(platform);
  return { ...agent, remote: agent.vip.auth.connectRemotePlatform(ADDRESS) };
}

describe('connectRemotePlatform', () => {
  it('answers at once, then tells how it goes', async () => {
    const central = new FakePlatform();
    await using agent = await connected(central);
    const { remote } = agent;
    expect(remote.state.phase).toBe('connecting');
    const phases: string[] = [];
    remote.onState(({ phase }) => phases.push(phase));
    await remote.ready;
    await remote.pubsub.publish('devices/a/all', 1);
    expect(phases).toEqual(['connecting', 'connected']);
    expect(central.publications.map(({ topic }) => topic)).toEqual(['devices/a/all']);
  });

  it('is not connected before the platform has welcomed it', async () => {
    const central = new FakePlatform();
    central.welcoming = false;
    await using agent = await connected(central);
    const { remote } = agent;
    await central.message(({ subsystem }) => subsystem === 'hello');
    expect(remote.state.phase).toBe('connecting');
  });

  it('waits while pending, rejects when denied, goes on when approved', async () => {
    const central = new FakePlatform();
    await using agent = await connected(central);
    const { remote } = agent;
    const waiting = remote.rpc.call('platform.historian', 'query', ['x']);
    const ready = remote.ready;
    const denied = new DeniedError(ADDRESS, 'k'.repeat(43));
    central.refuse(ID);
    expect(remote.state.phase).toBe('pending');
    central.cut(ID);
    central.refuse(ID, denied);
    expect(remote.state).toMatchObject({ phase: 'denied', reason: denied });
    await expect(waiting).rejects.toBe(denied);
    await expect(ready).rejects.toBe(denied);
    await expect(remote.pubsub.publish('devices/a/all', 1)).rejects.toBe(denied);
    central.admit(ID);
    await remote.ready;
    await remote.pubsub.publish('devices/a/all', 1);
    expect(agent.log.lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['the other platform does not yet let this key in', 'the other platform denies this key']),
    );
  });

  it('keeps its subscriptions and its window over a reconnect', async () => {
    const central = new FakePlatform();
    await using agent = await connected(central);
    const { remote } = agent;
    const subscription = remote.pubsub.subscribe('analysis/');
    await subscription.ready;
    central.verdict = () => 'lose';
    const published = remote.pubsub.publish('devices/a/all', 1);
    await turns();
    central.verdict = () => 'keep';
    central.cut(ID);
    central.admit(ID);
    await published;
    expect(central.subscriptionsOf(ID)).toEqual(['analysis/']);
  });

  it('is left with the agent', async () => {
    const central = new FakePlatform();
    const agent = await connected(central);
    const { remote } = agent;
    await remote.ready;
    await agent.stop();
    expect(texts(central.received.at(-1)!)).toEqual([ID]);
    await expect(remote.ready).rejects.toMatchObject({ code: 'closed' });
  });

  it('that was closed is forgotten: its end is not waited for at the end of the agent', async () => {
    const central = new FakePlatform();
    const agent = await connected(central);
    const { remote } = agent;
    await remote.ready;
    await remote.close();
    const drained = vi.spyOn(remote.pubsub, 'drain');
    await agent.stop();
    expect(drained).not.toHaveBeenCalled();
  });

  it('says why there are none when the agent was started without', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    expect(() => agent.vip.auth.connectRemotePlatform(ADDRESS)).toThrow('without connections to other platforms');
  });
});
