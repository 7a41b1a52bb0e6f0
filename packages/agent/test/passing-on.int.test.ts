import { describe, expect, it } from 'vitest';
import { FakePlatform, fakeRemotes, startTestAgent, texts } from '@volttron-ts/agent/testing';
import { encodeText } from '@volttron-ts/vip-core';
import { agentThat, turns, welcomed } from './helpers.ts';

const TOPIC = 'devices/a/all';

/** The body of the first publication of that topic, as it left. */
const sentBody = (platform: FakePlatform): string | undefined =>
  platform.received.map(texts).find(([operation, topic]) => operation === 'publish' && topic === TOPIC)?.[2];

describe('publications that are passed on', () => {
  it('leave as they came: floats, long integers and NaN are not read and written anew', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    const subscription = agent.vip.pubsub.subscribe('devices/');
    await subscription.ready;
    const message = '[{"a":1.0,"b":9007199254740993,"c":NaN},{"a":{"units":"°F"}}]';
    const body = encodeText(`{"bus":"","headers":{},"message":${message},"sender":"d"}`);
    platform.send('agent', {
      peer: '',
      id: 'x',
      subsystem: 'pubsub',
      args: ['publish', TOPIC].map(encodeText).concat(body),
    });
    for await (const reading of subscription) {
      expect(reading.json).toBe(message);
      await agent.vip.pubsub.publishJson(TOPIC, reading.json, { headers: { TimeStamp: 't' } });
      break;
    }
    // Python's routers read frames as Latin-1.
    expect(sentBody(platform)).toContain(`"message":${message.replace('°', '\\u00b0')}}`);
    expect(sentBody(platform)).toContain('"TimeStamp":"t"');
  });

  it('must be JSON', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    for (const json of ['', '{', '1,"bus":"x"', 'x']) {
      await expect(agent.vip.pubsub.publishJson(TOPIC, json)).rejects.toMatchObject({ code: 'invalid-value' });
    }
  });
});

describe('peerlist.follow', () => {
  it('tells who is there, comes and goes, and drops all with the connection', async () => {
    const platform = new FakePlatform();
    platform.play('one', () => undefined);
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    const told: string[] = [];
    const stop = agent.vip.peerlist.follow((change, peer) => told.push(`${change} ${peer}`));
    await platform.message(({ subsystem }) => subsystem === 'peerlist');
    await turns();
    expect(told).toEqual(['add agent', 'add one']);
    const news = (...words: string[]): void => {
      platform.send('agent', { peer: '', id: '', subsystem: 'peerlist', args: words.map(encodeText) });
    };
    news('add', 'two');
    news('drop', 'one');
    news('drop', 'never there');
    await turns();
    expect(told.splice(0)).toEqual(['add agent', 'add one', 'add two', 'drop one']);

    platform.cut('agent');
    expect(told.splice(0).toSorted()).toEqual(['drop agent', 'drop two']);
    platform.admit('agent');
    await welcomed(platform, 2);
    await platform.until(() => (told.length === 2 ? true : undefined));
    expect(told.splice(0)).toEqual(['add agent', 'add one']);
    stop();
    news('add', 'three');
    await turns();
    expect(told).toEqual([]);
  });

  it('believes what was told over a list that was asked for before', async () => {
    const platform = new FakePlatform();
    platform.play('one', () => undefined);
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    const told: string[] = [];
    agent.vip.peerlist.follow((change, peer) => told.push(`${change} ${peer}`));
    platform.send('agent', { peer: '', id: '', subsystem: 'peerlist', args: ['drop', 'one'].map(encodeText) });
    await platform.message(({ subsystem }) => subsystem === 'peerlist');
    await turns();
    expect(told).toEqual(['add agent']);
  });
});

describe('another platform', () => {
  it('says what this agent is called there, and tells its properties', async () => {
    const central = new FakePlatform();
    central.properties['instance-name'] = 'central';
    const platform = new FakePlatform();
    const remotes = fakeRemotes({ 'tcp://central:22916': central }, 'campus.agent');
    await using agent = startTestAgent(platform, agentThat(), { remotes });
    await welcomed(platform);
    const remote = agent.vip.auth.connectRemotePlatform('tcp://central:22916');
    expect(remote.identity).toBe('campus.agent');
    expect(await remote.query('instance-name')).toBe('central');
  });
});
