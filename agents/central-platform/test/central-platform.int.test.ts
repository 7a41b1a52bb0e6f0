import { describe, expect, it } from 'vitest';
import { FakePlatform, fakeRemotes, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { FakePeer, TestAgent } from '@volttron-ts/agent/testing';
import { encodeRpcRequest, encodeText, parseLooseJson } from '@volttron-ts/vip-core';
import centralPlatform from '@volttron-ts/central-platform';

const ADDRESS = 'tcp://central:22916';
const REMOTE_ID = 'node.platform.agent';

class Rig implements AsyncDisposable {
  readonly platform = new FakePlatform();
  readonly central = new FakePlatform();
  readonly agent: TestAgent;
  pid: number | null = 7;

  constructor(config: Record<string, unknown> = { 'volttron-central-address': ADDRESS }) {
    this.platform.properties['instance-name'] = 'node';
    this.platform.play(
      'control',
      this.#answering(() => ({
        list_agents: [{ name: 'sysmon-0.1.0', uuid: 'u1', tag: null, priority: '50', identity: 'sysmon' }],
        status_agents: [['u1', 'sysmon-0.1.0', [this.pid, null], 'sysmon']],
        agent_versions: { u1: ['sysmon-0.1.0', '0.1.0'] },
        get_all_agent_publickeys: { 'platform.agent': 'k' },
      })),
    );
    this.platform.play(
      'platform.health',
      this.#answering(() => ({
        get_platform_health: { sysmon: { peer: 'sysmon', message: 'GOOD', last_heartbeat: '2026-01-01T00:00:00' } },
      })),
    );
    const remotes = fakeRemotes({ [ADDRESS]: this.central }, REMOTE_ID);
    this.agent = startTestAgent(this.platform, centralPlatform, { identity: 'platform.agent', remotes, config });
  }

  #answering(table: () => Record<string, unknown>): FakePeer {
    return (message, send) => {
      const { id, method } = parseLooseJson(texts(message)[0]!) as { id: string; method: string };
      const answer = JSON.stringify({ jsonrpc: '2.0', id, result: table()[method] ?? null });
      send({ peer: message.peer, id: message.id, subsystem: 'RPC', args: [encodeText(answer)] });
    };
  }

  get news(): Record<string, unknown>[][] {
    return this.central.publications
      .filter(({ topic }) => topic === `platforms/${REMOTE_ID}/status/agents`)
      .map(({ body }) => body['message'] as Record<string, unknown>[]);
  }

  async until(what: () => boolean): Promise<void> {
    for (let turn = 0; turn < 5000; turn++) {
      if (what()) return;
      await new Promise(setImmediate);
      if (turn % 10 === 9) this.agent.clock.step(100);
    }
    expect.unreachable('it did not become so');
  }

  /** Asks on the central's bus. */
  async ask(user: string, method: string): Promise<Record<string, unknown>> {
    this.central.play(user, () => undefined);
    const id = `ask.${this.central.received.length}`;
    this.central.send(REMOTE_ID, { peer: user, id, subsystem: 'RPC', args: [encodeRpcRequest('c', method, [])] });
    const answer = await this.central.message((message) => message.id === id && message.peer === user);
    return parseLooseJson(texts(answer)[0]!) as Record<string, unknown>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
  }
}

describe('central platform', () => {
  it('tells the central its agents at each connect, and when one comes, goes or says otherwise', async () => {
    await using rig = new Rig();
    await rig.until(() => rig.news.length === 1);
    expect(rig.news[0]).toMatchObject([
      { identity: 'sysmon', is_running: true, process_id: 7, version: '0.1.0', health: { status: 'GOOD' } },
    ]);
    rig.platform.publish('heartbeat/sysmon', 'GOOD', {}, 'sysmon');
    rig.pid = null;
    rig.platform.publish('heartbeat/other', 'BAD', {}, 'other');
    await rig.until(() => rig.news.length === 2);
    expect(rig.news[1]).toMatchObject([{ identity: 'sysmon', is_running: false, health: { status: 'UNKNOWN' } }]);
    rig.central.cut(REMOTE_ID);
    rig.central.admit(REMOTE_ID);
    await rig.until(() => rig.news.length === 3);
    expect(rig.agent.vip.health.status).toMatchObject({ status: 'GOOD', context: `Connected to address (${ADDRESS})` });
  });

  it('answers the central, and nobody else on its bus', async () => {
    await using rig = new Rig();
    await rig.until(() => rig.news.length === 1);
    expect(await rig.ask('volttron.central', 'get_instance_name')).toMatchObject({ result: 'node' });
    expect(await rig.ask('volttron.central', 'list_agents')).toMatchObject({ result: [{ identity: 'sysmon' }] });
    const refusal = await rig.ask('somebody', 'list_agents');
    expect(JSON.stringify(refusal['error'])).toContain('Only \\"volttron.central\\" may ask this');
  });

  it('takes the address from the platform where its configuration has none, and says when nobody has one', async () => {
    const nobody = new Rig({});
    await expect(nobody.agent.done).rejects.toMatchObject({
      code: 'no-remote-address',
      item: 'volttron-central-address',
    });
  });
});
