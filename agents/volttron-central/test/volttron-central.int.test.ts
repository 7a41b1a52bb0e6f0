import { describe, expect, it } from 'vitest';
import { FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { FakePeer, TestAgent } from '@volttron-ts/agent/testing';
import { encodeRpcRequest, encodeText, parseLooseJson } from '@volttron-ts/vip-core';
import central from '@volttron-ts/volttron-central';

const NODE = 'node.platform.agent';
const agent = (status: string) => ({
  ...{ name: 'sysmon-0.1.0', uuid: 'u1', identity: 'sysmon', is_running: true, version: '0.1.0' },
  health: { status },
});
const answers: Record<string, unknown> = {
  get_instance_name: 'node',
  get_vip_addresses: ['tcp://10.0.0.1:22916'],
  get_health: { status: 'GOOD', context: null, last_updated: null },
  list_agents: [agent('GOOD')],
};

/** A platform that answers by this table. */
const played =
  (table: Record<string, unknown>): FakePeer =>
  (message, send) => {
    const { id, method } = parseLooseJson(texts(message)[0]!) as { id: string; method: string };
    const answer = JSON.stringify({ jsonrpc: '2.0', id, result: table[method] ?? null });
    send({ peer: message.peer, id: message.id, subsystem: 'RPC', args: [encodeText(answer)] });
  };

class Rig implements AsyncDisposable {
  readonly platform = new FakePlatform();
  readonly agent: TestAgent;

  constructor() {
    this.agent = startTestAgent(this.platform, central, { identity: 'volttron.central' });
  }

  tell(change: 'add' | 'drop', peer: string): void {
    const args = [change, peer].map(encodeText);
    this.platform.send('volttron.central', { peer: '', id: '', subsystem: 'peerlist', args }, '');
  }

  async ask(method: string, args: readonly unknown[] = []): Promise<unknown> {
    this.platform.play('asker', () => undefined);
    const id = `ask.${this.platform.received.length}`;
    const request = [encodeRpcRequest('c', method, args)];
    this.platform.send('volttron.central', { peer: 'asker', id, subsystem: 'RPC', args: request });
    const answer = await this.platform.message((message) => message.id === id && message.peer === 'asker');
    return (parseLooseJson(texts(answer)[0]!) as { result: unknown }).result;
  }

  async until(isSo: (platforms: Record<string, unknown>[]) => boolean): Promise<Record<string, unknown>[]> {
    for (let turn = 0; turn < 500; turn++) {
      // Until the agent runs, it has no such method.
      const platforms = ((await this.ask('list_platforms')) ?? []) as Record<string, unknown>[];
      if (isSo(platforms)) return platforms;
      await new Promise(setImmediate);
      this.agent.clock.step(100);
    }
    return expect.unreachable('it did not become so');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
  }
}

describe('volttron.central', () => {
  it('registers the platforms on its bus, and forgets those that leave', async () => {
    await using rig = new Rig();
    rig.platform.play(NODE, played(answers));
    const [node] = await rig.until(({ length }) => length === 1);
    const uuid = Buffer.from(NODE).toString('base64');
    expect(node).toMatchObject({ uuid, identity: NODE, name: 'node', agents: [{ identity: 'sysmon' }] });
    expect(await rig.ask('is_registered', [uuid])).toBe(true);
    expect(await rig.ask('is_registered', [null, 'tcp://10.0.0.1:22916'])).toBe(true);
    expect(await rig.ask('is_registered', [null, 'tcp://10.0.0.2:22916'])).toBe(false);
    rig.tell('drop', NODE);
    await rig.until(({ length }) => length === 0);
    expect(await rig.ask('is_registered', [uuid])).toBe(false);
    rig.tell('add', 'vcp-old');
    rig.platform.play('vcp-old', played({ ...answers, get_instance_name: 'old' }));
    expect(await rig.until(({ length }) => length === 1)).toMatchObject([{ name: 'old' }]);
  });

  it('asks again a platform whose answers are none', async () => {
    await using rig = new Rig();
    rig.platform.play(NODE, played({ ...answers, list_agents: 'none' }));
    await rig.platform.message((message) => message.peer === NODE);
    expect(await rig.ask('list_platforms')).toEqual([]);
    rig.platform.play(NODE, played(answers));
    await rig.until(({ length }) => length === 1);
    expect(rig.agent.log.lines.some(({ message }) => message === 'a platform does not say what it is')).toBe(true);
  });

  it('hears of agents from the platform itself, from nobody else', async () => {
    await using rig = new Rig();
    rig.platform.play(NODE, played(answers));
    await rig.until(({ length }) => length === 1);
    const topic = `platforms/${NODE}/status/agents`;
    rig.platform.publish(topic, [agent('STOLEN')], {}, 'somebody');
    rig.platform.publish(topic, 'nonsense', {}, NODE);
    rig.platform.publish(topic, [agent('BAD')], {}, NODE);
    const [node] = await rig.until(([one]) => JSON.stringify(one).includes('"BAD"'));
    expect(JSON.stringify(node)).not.toContain('STOLEN');
  });
});
