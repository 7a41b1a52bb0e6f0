import { describe, expect, it } from 'vitest';
import { FakeJournal, FakePlatform, fakeRemotes, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import { encodeRpcRequest, encodeText, parseLooseJson } from '@volttron-ts/vip-core';
import dataPuller from '@volttron-ts/data-puller';
import type { PullingStatus } from '../src/pull.ts';

const ADDRESS = 'tcp://field:22916';
const REMOTE_ID = 'central.puller';

class Rig implements AsyncDisposable {
  readonly platform = new FakePlatform();
  readonly field = new FakePlatform();
  readonly here = new FakeJournal('central').playOn(this.platform);
  readonly agent: TestAgent;

  constructor(config: Record<string, unknown> = {}) {
    this.platform.properties['instance-name'] = 'central';
    this.field.properties['instance-name'] = 'field';
    const remotes = fakeRemotes({ [ADDRESS]: this.field }, REMOTE_ID);
    this.agent = startTestAgent(this.platform, dataPuller, {
      identity: 'puller',
      remotes,
      config: { 'source-vip': ADDRESS, ...config },
    });
  }

  async until(what: () => boolean): Promise<void> {
    for (let turn = 0; turn < 5000; turn++) {
      if (what()) return;
      await new Promise(setImmediate);
      if (turn % 10 === 9) this.agent.clock.step(100);
    }
    expect.unreachable('it did not become so');
  }

  /** What the agent published here, heartbeats and alerts apart. */
  get republished(): { topic: string; body: Record<string, unknown> }[] {
    return this.platform.publications.filter(({ topic }) => !/^(heartbeat|alerts)/.test(topic));
  }

  async subscribed(...prefixes: string[]): Promise<void> {
    await this.until(() => prefixes.every((prefix) => this.field.subscriptionsOf(REMOTE_ID).includes(prefix)));
  }

  async status(): Promise<PullingStatus> {
    this.platform.play('asker', () => undefined);
    const id = `ask.${this.platform.received.length}`;
    const args = [encodeRpcRequest('c', 'pulling.status', [])];
    this.platform.send('puller', { peer: 'asker', id, subsystem: 'RPC', args });
    const answer = await this.platform.message((message) => message.id === id && message.peer === 'asker');
    return (parseLooseJson(texts(answer)[0]!) as { result: PullingStatus }).result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
  }
}

describe('data puller', () => {
  it('brings the journal of the source here, also what was published while it was away', async () => {
    await using rig = new Rig();
    const source = new FakeJournal('field').playOn(rig.field);
    for (let n = 0; n < 5; n++) source.capture('devices/a/all');
    await rig.until(() => rig.here.records.length === 5);
    rig.field.cut(REMOTE_ID);
    for (let n = 0; n < 5; n++) source.capture('record/x');
    rig.field.admit(REMOTE_ID);
    await rig.until(() => source.cursors.get(REMOTE_ID) === 10);
    expect(rig.here.records.map(({ origin }) => origin.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await rig.status()).toMatchObject({
      source: ADDRESS,
      state: 'connected',
      withoutJournal: null,
      journal: { records: 10, acknowledged: { epoch: 'field-e1', seq: 10 } },
    });
    expect(rig.republished).toEqual([]);
    expect(rig.agent.vip.health.status).toMatchObject({ status: 'GOOD', context: `Connected to address (${ADDRESS})` });
  });

  it('subscribes where the source has no journal, and publishes byte for byte with the way it came', async () => {
    await using rig = new Rig({ services_topic_list: ['devices', 'devices/campus'] });
    await rig.subscribed('devices');
    expect(rig.field.subscriptionsOf(REMOTE_ID)).toEqual(['devices']);
    rig.field.publish('devices/campus/all', [{ t: 1.5 }, {}], { TimeStamp: '2026-01-01T00:00:00+00:00', Origin: 'x' });
    rig.field.publish('devices/b/all', 2, { 'X-Forwarded': true, 'X-Forwarded-From': 'basement' });
    await rig.until(() => rig.republished.length === 2);
    const [first, second] = rig.republished;
    expect(first).toMatchObject({
      topic: 'devices/campus/all',
      body: { message: [{ t: 1.5 }, {}], headers: { TimeStamp: '2026-01-01T00:00:00+00:00', 'X-Forwarded': true } },
    });
    expect(first!.body['headers']).not.toHaveProperty('Origin');
    expect(first!.body['headers']).toMatchObject({ 'X-Forwarded-From': ['field'] });
    expect(second!.body['headers']).toMatchObject({ 'X-Forwarded-From': ['basement', 'field'] });
    expect(await rig.status()).toMatchObject({ republished: 2, journal: null });
    expect((await rig.status()).withoutJournal).toMatch(/platform.journal/);
  });

  it('subscribes over every new connection once, and again asks for the journal', async () => {
    await using rig = new Rig({ services_topic_list: ['devices'] });
    await rig.subscribed('devices');
    rig.field.cut(REMOTE_ID);
    rig.field.admit(REMOTE_ID);
    await rig.subscribed('devices');
    rig.field.publish('devices/a/all', 1);
    await rig.until(() => rig.republished.length === 1);
    rig.field.cut(REMOTE_ID);
    const source = new FakeJournal('field').playOn(rig.field);
    source.capture('devices/a/all');
    rig.field.admit(REMOTE_ID);
    await rig.until(() => rig.here.records.length === 1);
    expect((await rig.status()).withoutJournal).toBeNull();
  });

  it('says which capability it lacks where the journal is refused', async () => {
    await using rig = new Rig();
    rig.field.play('platform.journal', ({ peer, id }, send) => {
      const refusal = JSON.stringify({ code: 'unauthorized', message: 'You need read_journal.' });
      send({ peer, id, subsystem: 'journal', args: ['refused', refusal].map(encodeText) });
    });
    await rig.subscribed('analysis', 'datalogger', 'devices', 'record');
    expect((await rig.status()).withoutJournal).toContain('read_journal');
    expect(rig.agent.log.lines.some(({ message }) => message.includes('will be missing here'))).toBe(true);
  });

  it('leaves out what has been here before: two that pull from each other do not loop', async () => {
    await using rig = new Rig({ services_topic_list: ['weather'] });
    await rig.subscribed('weather');
    rig.field.publish('weather/a', 1, { 'X-Forwarded-From': ['central', 'basement'] });
    rig.field.publish('weather/b', 1);
    await rig.until(() => rig.republished.length === 1);
    expect(rig.republished[0]?.topic).toBe('weather/b');
    expect(await rig.status()).toMatchObject({ republished: 1, returned: 1 });
  });

  it('replaces in topics, and takes journal and bus side by side', async () => {
    await using rig = new Rig({ services_topic_list: ['devices'], custom_topic_list: ['weather'] });
    const source = new FakeJournal('field').playOn(rig.field);
    source.capture('devices/a/all');
    await rig.subscribed('weather');
    rig.field.publish('weather/now', 1);
    await rig.until(() => rig.here.records.length === 1 && rig.republished.length === 1);
    await using replacing = new Rig({ topic_replace_list: [{ from: 'campus', to: 'site' }] });
    await replacing.subscribed('devices');
    replacing.field.publish('devices/campus/all', 1);
    await replacing.until(() => replacing.republished.length === 1);
    expect(replacing.republished[0]?.topic).toBe('devices/site/all');
  });

  it('refuses to start without a source', async () => {
    const agent = startTestAgent(new FakePlatform(), dataPuller);
    await expect(agent.done).rejects.toMatchObject({ code: 'no-remote-address', item: 'source-address' });
  });
});
