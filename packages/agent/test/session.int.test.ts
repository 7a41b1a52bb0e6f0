import { describe, expect, it } from 'vitest';
import { startAgent } from '@volttron-ts/agent';
import { FakePlatform, MemoryLog, startTestAgent, SteppedClock, texts } from '@volttron-ts/agent/testing';
import { DeniedError } from '@volttron-ts/vip-core';
import { agentThat, turns, welcomed } from './helpers.ts';

const denied = new DeniedError('tcp://campus:22916', 'k'.repeat(43));

describe('an agent’s connection', () => {
  it('greets, tells its subscriptions, then runs once, however often the connection is lost', async () => {
    const platform = new FakePlatform();
    let runs = 0;
    const definition = agentThat(({ vip, signal }) => {
      runs++;
      vip.pubsub.subscribe('devices/', { signal });
      return Promise.resolve();
    });
    await using agent = startTestAgent(platform, definition);
    await welcomed(platform);
    platform.cut('agent');
    platform.admit('agent');
    await welcomed(platform, 2);
    expect(runs).toBe(1);
    expect(platform.subscriptionsOf('agent')).toEqual(['devices/']);
    const hellos = platform.received.filter(({ subsystem }) => subsystem === 'hello');
    expect(hellos.map(({ id }) => id)).toEqual(['connect.hello.0', 'connect.hello.1']);
    expect(agent.log.lines.map(({ message }) => message)).toContain('the connection to the platform was lost');
  });

  it('sends nothing before the welcome', async () => {
    const platform = new FakePlatform();
    platform.welcoming = false;
    await using agent = startTestAgent(platform, agentThat());
    const published = agent.vip.pubsub.publish('devices/a/all', 1);
    published.catch(() => undefined);
    await platform.message(({ subsystem }) => subsystem === 'hello');
    await turns();
    expect(platform.received).toHaveLength(1);
  });

  it('says after 10 s that nobody answers, in the words of Python, and goes on waiting', async () => {
    const platform = new FakePlatform();
    platform.welcoming = false;
    await using agent = startTestAgent(platform, agentThat());
    await platform.message(({ subsystem }) => subsystem === 'hello');
    agent.clock.step(9999);
    expect(agent.log.lines).toEqual([]);
    agent.clock.step(1);
    expect(agent.log.lines.slice(0, 3).map(({ message }) => message)).toEqual([
      'No response to hello message after 10 seconds.',
      'A common reason for this is a conflicting VIP IDENTITY.',
      'Shutting down agent.',
    ]);
    platform.welcoming = true;
    platform.cut('agent');
    platform.admit('agent');
    await welcomed(platform);
  });

  it('says so too when the platform never lets it in', async () => {
    const platform = new FakePlatform();
    const bus = platform.connect('agent', false);
    await using agent = startTestAgent(platform, agentThat(), { bus });
    platform.refuse('agent');
    agent.clock.step(10_000);
    expect(agent.log.lines.map(({ message }) => message)).toContain('No response to hello message after 10 seconds.');
  });

  it('ends instead when it is not to wait', async () => {
    const platform = new FakePlatform();
    platform.welcoming = false;
    const agent = startTestAgent(platform, agentThat(), { wait: false });
    await platform.message(({ subsystem }) => subsystem === 'hello');
    agent.clock.step(10_000);
    await expect(agent.done).rejects.toMatchObject({ code: 'hello-timeout' });
  });

  it('waits while its key is pending, rejects while it is denied, and connects when that is taken back', async () => {
    const platform = new FakePlatform();
    const bus = platform.connect('agent', false);
    await using agent = startTestAgent(platform, agentThat(), { bus });
    platform.refuse('agent');
    const waiting = agent.vip.pubsub.publish('devices/a/all', 1);
    const asking = agent.vip.ping('');
    bus.become('connecting');
    platform.refuse('agent', denied);
    await expect(waiting).rejects.toBe(denied);
    await expect(asking).rejects.toBe(denied);
    await expect(agent.vip.pubsub.publish('devices/a/all', 1)).rejects.toBe(denied);
    platform.admit('agent');
    await welcomed(platform);
    await agent.vip.pubsub.publish('devices/a/all', 1);
  });

  it('survives messages that make no sense', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    const odd = (subsystem: string, ...args: string[]): void => {
      platform.send('agent', { peer: '', id: 'x', subsystem, args: args.map((arg) => new TextEncoder().encode(arg)) });
    };
    for (const subsystem of ['hello', 'ping', 'peerlist', 'pubsub', 'RPC', 'error', 'journal', 'query', '{}']) {
      odd(subsystem);
      odd(subsystem, 'publish', '', '{');
      odd(subsystem, '[[[', '-', '9'.repeat(50));
    }
    await agent.vip.ping('');
  });

  it('answers 93 for a subsystem it does not speak', async () => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    platform.send('agent', { peer: 'other', id: 'o1', subsystem: 'nosuch', args: [] });
    const answer = await platform.message(({ id }) => id === 'o1');
    expect([answer.subsystem, ...texts(answer)]).toEqual(['error', '93', 'Protocol not supported', 'agent', 'nosuch']);
    expect(agent.vip.identity).toBe('agent');
  });
});

describe('the end of an agent', () => {
  it('aborts its signal, waits for run and for what was published, and says agentstop', async () => {
    const platform = new FakePlatform();
    platform.verdict = () => 'lose';
    const order: string[] = [];
    const definition = agentThat(async ({ vip, signal }) => {
      void vip.pubsub.publish('devices/a/all', 1).then(() => order.push('published'));
      for await (const { topic } of vip.pubsub.subscribe('devices/', { signal })) order.push(topic);
      order.push('ran');
    });
    const agent = startTestAgent(platform, definition);
    await platform.until(() => platform.publications.find(({ topic }) => topic === 'devices/a/all'));
    const stopped = agent.stop().then(() => order.push('stopped'));
    await turns();
    expect(order).toEqual(['ran']);
    platform.verdict = () => 'keep';
    platform.cut('agent');
    platform.admit('agent');
    await stopped;
    expect(order).toEqual(['ran', 'published', 'stopped']);
    const last = platform.received.at(-1)!;
    expect([last.subsystem, last.id, ...texts(last)]).toEqual(['agentstop', '', 'agent']);
    await agent.done;
  });

  it('does not wait for ever', async () => {
    const platform = new FakePlatform();
    platform.verdict = () => 'lose';
    const definition = agentThat(({ vip }) => {
      vip.pubsub.publish('devices/a/all', 1).catch(() => undefined);
      return new Promise(() => undefined);
    });
    const agent = startTestAgent(platform, definition);
    await platform.until(() => platform.publications.find(({ topic }) => topic === 'devices/a/all'));
    const stopped = agent.stop();
    await turns();
    agent.clock.step(10_000);
    await turns();
    agent.clock.step(5000);
    await stopped;
    expect(agent.log.lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['the agent did not end in time', 'publications were not acknowledged before the end']),
    );
  });

  it('comes when run throws, with its error', async () => {
    const platform = new FakePlatform();
    const failure = new Error('the device is on fire');
    const agent = startTestAgent(
      platform,
      agentThat(() => Promise.reject(failure)),
    );
    await expect(agent.done).rejects.toBe(failure);
    expect(texts(platform.received.at(-1)!)).toEqual(['agent']);
  });

  it('comes when the bus closes', async () => {
    const platform = new FakePlatform();
    const bus = platform.connect('agent');
    const agent = startAgent(agentThat(), { bus, log: new MemoryLog(), clock: new SteppedClock() });
    await welcomed(platform);
    bus.become('closed');
    await expect(agent.done).rejects.toMatchObject({ code: 'closed' });
  });
});
