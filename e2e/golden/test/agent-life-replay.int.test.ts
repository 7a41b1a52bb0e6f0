import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import { FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import { PortConnection, PortListener, Router } from '@volttron-ts/router';
import { decodeText, parseLooseJson } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { readScript, saidBy, ScriptedPeers } from '../src/agent-script.ts';
import type { ScriptLine } from '../src/agent-script.ts';
import { FakeListener } from '../src/fake-listener.ts';
import { goldenTwo } from '../src/golden-agent.ts';
import { readScenario } from '../src/golden-files.ts';
import { silent } from '../src/replay.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const plain = (name: string): AgentDefinition => defineAgent({ name, config: t.Object({}) });

interface Life {
  readonly file: string;
  readonly identity: string;
  readonly definition: AgentDefinition;
  /** The Python agent was written without one. */
  readonly configStore?: false;
  readonly begin?: (agent: TestAgent) => void;
}

/** What ours says on purpose otherwise: a beat (theirs had none), a subscription that is also asked for by itself. */
const isOurs = ([, subsystem, operation]: unknown[]): boolean =>
  subsystem === 'pubsub' && (operation === 'publish' || operation === 'subscribe');

/** Theirs twice asks what ours knows, and has a question of its author's own. */
const isTheirs = ([, subsystem, said]: unknown[]): boolean =>
  subsystem === 'query' || (said as { method?: string }).method === 'get_user_to_capabilities';

/** Python tells its subscriptions twice on each connection. */
const isFirst = (one: unknown, index: number, all: readonly unknown[]): boolean =>
  !JSON.stringify(one).includes('"synchronize"') || JSON.stringify(one) !== JSON.stringify(all[index - 1]);

const REPORT = 'update_id_rpc_authorizations';

/** Lives our agent through what the Python agent of a capture lived through; answers what both said, in order. */
async function live({ file, identity, definition, configStore, begin }: Life): Promise<[unknown[][], unknown[][]]> {
  const script = readScript(file, identity);
  const platform = new FakePlatform();
  const peers = new ScriptedPeers(platform, script, identity);
  const options = { identity, ...(configStore === false && { configStore }) };
  await using agent = startTestAgent(platform, definition, options);
  begin?.(agent);
  await platform.message((message) => texts(message)[0] === 'synchronize');
  await turn();
  const theirs = script.filter(({ byAgent }) => byAgent).map(said);
  // Some captures begin in the middle of the agent's life.
  const from = theirs.some(([, subsystem]) => subsystem === 'hello') ? 0 : platform.received.length;
  await peers.rest(REPORT);
  if (theirs.some((one) => (one[2] as { method?: string }).method === REPORT)) agent.clock.step(1000);
  await turn();
  await peers.rest();
  const ours = platform.received.slice(from).map(({ peer, subsystem, args }) => saidBy(peer, subsystem, args));
  const kept = (one: unknown[]): boolean => !isOurs(one) && !isTheirs(one);
  return [ours.filter(kept), theirs.filter(kept).filter(isFirst)];
}

const said = ({ peer, frames }: ScriptLine): unknown[] => saidBy(peer, decodeText(frames[4]!), frames.slice(5));

const lives: Life[] = [
  {
    file: 'vip/agent_startup_with_config_store.json',
    identity: 'golden.cs',
    definition: plain('Cs'),
  },
  { file: 'vip/config_store_push_update.json', identity: 'golden.cs', definition: plain('Cs') },
  {
    file: 'vip/connect_ipc_golden.two_with_rpc_update.json',
    identity: 'golden.two',
    definition: goldenTwo(() => undefined),
    configStore: false,
  },
  {
    file: 'vip/auth_push_on_auth_file_change.json',
    identity: 'golden.two',
    definition: plain('Two'),
    configStore: false,
  },
  { file: 'vip/connect_tcp_golden.tcp.json', identity: 'golden.tcp', definition: plain('Tcp'), configStore: false },
  {
    file: 'vip/connect_tcp_golden.tcp.json',
    identity: 'golden.two',
    definition: goldenTwo(() => undefined),
    configStore: false,
  },
  {
    file: 'vip/session_vctl_agent_lifecycle.json',
    identity: 'listener1',
    definition: plain('Listener'),
    begin: (agent) => {
      agent.vip.pubsub.subscribe('', { allPlatforms: true });
    },
  },
];

describe('our agent in the place of a Python agent', () => {
  it.each(lives)('says what $identity said: $file', async (life) => {
    const [ours, theirs] = await live(life);
    expect(theirs.length).toBeGreaterThan(0);
    expect(ours).toEqual(theirs);
  });

  it('has what the store pushed, and hears of each push: vip/config_store_push_update.json', async () => {
    const platform = new FakePlatform();
    const peers = new ScriptedPeers(
      platform,
      readScript('vip/config_store_push_update.json', 'golden.cs'),
      'golden.cs',
    );
    await using agent = startTestAgent(platform, plain('Cs'), { identity: 'golden.cs' });
    const heard: unknown[] = [];
    agent.vip.config.subscribe({ pattern: 'config' }, ({ name, action, contents }) => {
      heard.push([name, action, contents]);
    });
    await platform.message((message) => texts(message)[0] === 'synchronize');
    await peers.rest();
    expect(heard).toEqual([
      ['config', 'NEW', { z: 1 }],
      ['config', 'DELETE', undefined],
    ]);
  });

  it('exports the same methods: vip/rpc_inspect_peer.json', async () => {
    const script = readScript('vip/rpc_inspect_peer.json', 'golden.two');
    const platform = new FakePlatform();
    const options = { identity: 'golden.two', configStore: false };
    await using agent = startTestAgent(
      platform,
      goldenTwo(() => undefined),
      options,
    );
    await platform.message((message) => texts(message)[0] === 'synchronize');
    await new ScriptedPeers(platform, script, 'golden.two').rest();
    const answer = platform.received.find(({ peer }) => peer === 'golden.one')!;
    const methodsOf = (one: unknown[]): string[] => (one[2] as { result: { methods: string[] } }).result.methods.sort();
    const theirs = said(script.find(({ byAgent }) => byAgent)!);
    expect(methodsOf(saidBy(answer.peer, 'RPC', answer.args))).toEqual(methodsOf(theirs));
    expect(agent.vip.identity).toBe('golden.two');
  });

  it('brings bytes both ways over a channel: vip/channel.json', async () => {
    const [data, back] = readScript('vip/channel.json', 'golden.two');
    const platform = new FakePlatform();
    platform.play('golden.one', () => undefined);
    await using agent = startTestAgent(platform, plain('Two'), { identity: 'golden.two' });
    await platform.message((message) => texts(message)[0] === 'synchronize');
    const channel = agent.vip.channel.create('golden.one', 'chan');
    platform.send('golden.two', { peer: 'golden.one', id: '', subsystem: 'channel', args: data!.frames.slice(5) });
    for await (const frames of channel) {
      expect(frames).toEqual(data!.frames.slice(6));
      break;
    }
    const answering = agent.vip.channel.create('golden.one', 'chan');
    await answering.send(...back!.frames.slice(6));
    const { id, args } = await platform.message(({ subsystem }) => subsystem === 'channel');
    expect([id, args]).toEqual(['', back!.frames.slice(5)]);
  });

  it('rejects a publication to a protected topic with what the router says: vip/protected_topic_publish_denied.json', async () => {
    const answers = readScenario('vip/protected_topic_publish_denied.json').filter(
      ({ direction }) => direction === 'out',
    );
    const platform = new FakePlatform();
    platform.verdict = () => 'lose';
    await using agent = startTestAgent(platform, plain('One'), { identity: 'golden.one' });
    await platform.message((message) => texts(message)[0] === 'synchronize');
    const ledger = agent.vip.pubsub.ledger('prot/');
    const published = agent.vip.pubsub.publish('prot/foo', 'x');
    const { id } = await platform.message((message) => texts(message)[1] === 'prot/foo');
    for (const { frames } of answers) {
      const [, , , , subsystem, ...args] = frames;
      platform.send('golden.one', { peer: '', id, subsystem: decodeText(subsystem!), args });
    }
    await expect(published).rejects.toMatchObject({
      code: 'unauthorized',
      message:
        'to publish to topic "prot/foo" requires capabilities [\'can_prot\'], but capability list {} was provided',
    });
    expect(ledger.acknowledged()).toMatchObject({ messages: 0 });
  });

  it('calls a peer of a platform by its name, in the form of vip/raw_external_rpc.json', async () => {
    const [captured] = readScenario('vip/raw_external_rpc.json');
    const listener = new FakeListener();
    const ports = new PortListener();
    const dial = (): never => {
      throw new Error('there is no other platform');
    };
    const external = { instance: 'campus', dial, random: () => 0.5 };
    const router = new Router({ routingId: 'router', log: silent, properties: () => ({}), external });
    await router.listen(listener);
    await router.listen(ports);
    listener.connect('raw.two');
    const agents = ['golden.one', 'golden.two'].map((identity) => {
      const { port1, port2 } = new MessageChannel();
      ports.accept(port1, identity);
      const bus = new PortConnection(port2, identity);
      const capabilitiesOf = (user: string): Record<string, null> =>
        user === 'golden.one' ? { can_secret: null } : {};
      const options = { bus, log: silent, clock: new SteppedClock(), configStore: false, capabilitiesOf };
      return startAgent(
        goldenTwo(() => undefined),
        options,
      );
    });
    const { rpc } = agents[0]!.vip;
    expect(await rpc.call('golden.two', 'echo', ['é'], { platform: 'campus' })).toEqual(['é', 2]);
    await expect(rpc.call('golden.two', 'secret', [], { platform: 'campus' })).rejects.toMatchObject({
      code: 'unauthorized',
    });
    await expect(rpc.call('x', 'echo', [], { platform: 'nowhere' })).rejects.toMatchObject({ code: 'unreachable' });
    rpc.call('raw.two', 'echo', [], { platform: 'campus' }).catch(() => undefined);
    const { frames } = await listener.until(
      (sent) => sent.peer === 'raw.two' && decodeText(sent.frames[4]!) === 'external_rpc',
    );
    const names = Object.keys(parseLooseJson(decodeText(frames[6]!)) as object);
    expect(names).toEqual(
      expect.arrayContaining(Object.keys(parseLooseJson(decodeText(captured!.frames[6]!)) as object)),
    );
    expect(decodeText(captured!.frames[5]!)).toBe('send_platform');
    await Promise.all(agents.map((agent) => agent.stop()));
    await router.close();
  });
});
