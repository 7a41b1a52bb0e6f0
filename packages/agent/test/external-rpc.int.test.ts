import { describe, expect, it } from 'vitest';
import { defineAgent, t } from '@volttron-ts/agent';
import { FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import { encodeRpc, encodeText, parseLooseJson } from '@volttron-ts/vip-core';
import { turns, welcomed } from './helpers.ts';

interface Envelope {
  readonly to_platform: string;
  readonly to_peer: string;
  readonly from_platform: string;
  readonly from_peer: string;
  readonly args: string[];
}

const definition = defineAgent({
  name: 'tester',
  config: t.Object({}),
  methods: {
    echo: { params: t.Tuple([t.Unknown({ title: 'x' })]), call: ([x], { caller }) => [x, caller.peer, caller.user] },
    guarded: { requires: 'can', params: t.Tuple([]), call: () => 'done' },
  },
});

async function started(platform: FakePlatform): Promise<TestAgent> {
  const capabilitiesOf = (user: string): Record<string, null> =>
    ['control.connection', 'plat2.their.agent'].includes(user) ? { can: null } : {};
  const agent = startTestAgent(platform, definition, { configStore: false, capabilitiesOf });
  await welcomed(platform);
  return agent;
}

/** What the agent handed to its router for another platform. */
async function handedOn(platform: FakePlatform, nth = 0): Promise<{ id: string; operation: string; body: Envelope }> {
  const sent = await platform.until(
    () => platform.received.filter(({ peer, subsystem }) => peer === '' && subsystem === 'external_rpc')[nth],
  );
  const [operation = '', body = ''] = texts(sent);
  return { id: sent.id, operation, body: parseLooseJson(body) as Envelope };
}

/** A message of another platform, as the agent's router brings it. */
function bring(platform: FakePlatform, body: unknown, { id = 'x.1', user = '' } = {}): void {
  const args = [encodeText('send_peer'), encodeRpc(body)];
  platform.send('agent', { peer: '', id, subsystem: 'external_rpc', args }, user);
}

const answering = ({ to_platform, to_peer }: Envelope, args: unknown[]): unknown => ({
  to_platform: 'campus',
  to_peer: 'agent',
  from_platform: to_platform,
  from_peer: to_peer,
  args: args.map((one) => JSON.stringify(one)),
});

describe('rpc.call to a peer of another platform', () => {
  it('goes as Python sends it, and settles with the result', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const called = agent.vip.rpc.call('their.agent', 'm', [1, 'é'], { platform: 'plat2', kwargs: { a: 2 } });
    const { operation, body, id } = await handedOn(platform);
    expect(operation).toBe('send_platform');
    expect({ ...body, args: body.args.map(parseLooseJson) }).toEqual({
      to_platform: 'plat2',
      to_peer: 'their.agent',
      from_platform: '',
      from_peer: '',
      args: [{ jsonrpc: '2.0', id, method: 'm', params: { '*args': [1, 'é'], '**kwargs': { a: 2 } } }],
    });
    bring(platform, answering(body, [{ jsonrpc: '2.0', id, result: [1, 'é'] }]), { id: 'another' });
    expect(await called).toEqual([1, 'é']);
  });

  it('rejects with what the method threw, and with what the router answers', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const failing = agent.vip.rpc.call('their.agent', 'm', [], { platform: 'plat2' });
    const { body, id } = await handedOn(platform);
    const error = { code: -32601, message: 'unimplemented method' };
    bring(platform, answering(body, [{ jsonrpc: '2.0', id, error }]));
    await expect(failing).rejects.toMatchObject({ code: 'unknown-method' });
    await expect(agent.vip.rpc.call('x', 'm', [], { platform: '' })).rejects.toMatchObject({ code: 'invalid-value' });
  });

  it('rejects at once when the router knows no such platform', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const called = agent.vip.rpc.call('their.agent', 'm', [], { platform: 'nowhere' });
    const { id } = await handedOn(platform);
    const args = ['113', 'No route to host', 'nowhere', 'external_rpc'].map(encodeText);
    platform.send('agent', { peer: '', id, subsystem: 'error', args });
    await expect(called).rejects.toMatchObject({ code: 'unreachable', value: 'nowhere' });
  });

  it('takes an answer from nobody but the peer and the platform that were asked', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const called = agent.vip.rpc.call('their.agent', 'm', [], { platform: 'plat2', timeoutMs: 1000 });
    const { body, id } = await handedOn(platform);
    const result = [{ jsonrpc: '2.0', id, result: 666 }];
    bring(platform, answering({ ...body, to_platform: 'plat3' }, result), { id });
    bring(platform, answering({ ...body, to_peer: 'mallory' }, result), { id });
    await turns();
    agent.clock.step(1000);
    await expect(called).rejects.toMatchObject({ code: 'timeout' });
    // Late answers are for nobody.
    bring(platform, answering(body, result), { id });
    await agent.vip.ping('');
  });
});

describe('a call from another platform', () => {
  const from = { to_platform: 'campus', to_peer: 'agent', from_platform: 'plat2', from_peer: 'their.agent' };
  const request = (method: string, ...params: unknown[]): string =>
    JSON.stringify({ jsonrpc: '2.0', id: 'r1', method, params });

  it('is answered through the router, to and from swapped', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    bring(platform, { ...from, args: [request('echo', 'é'), request('nope')] });
    const { id, operation, body } = await handedOn(platform);
    expect([id, operation]).toEqual(['x.1', 'send_platform']);
    expect({ ...body, args: body.args.map(parseLooseJson) }).toEqual({
      to_platform: 'plat2',
      to_peer: 'their.agent',
      from_platform: 'campus',
      from_peer: 'agent',
      args: [
        { jsonrpc: '2.0', id: 'r1', result: ['é', 'plat2.their.agent', ''] },
        { jsonrpc: '2.0', id: 'r1', error: expect.objectContaining({ code: -32601 }) as unknown },
      ],
    });
    expect(agent.vip.identity).toBe('agent');
  });

  it('has no capabilities, whatever user and sender it claims (vip-zmq.md §7.2 item 16)', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    bring(platform, { ...from, args: [request('guarded')] }, { user: 'control.connection' });
    bring(platform, { ...from, from_platform: '', from_peer: 'platform.auth', args: [request('auth.update', {})] });
    for (const nth of [0, 1]) {
      const { body } = await handedOn(platform, nth);
      expect(parseLooseJson(body.args[0])).toMatchObject({ error: { code: -32000 } });
    }
    expect(agent.vip.identity).toBe('agent');
  });

  it.each([[null], ['text'], [{}], [{ ...from, args: 'x' }], [{ ...from, args: [1] }], [[]]])(
    'does no harm as %j',
    async (body) => {
      const platform = new FakePlatform();
      await using agent = await started(platform);
      bring(platform, body);
      platform.send('agent', { peer: '', id: '', subsystem: 'external_rpc', args: [] });
      platform.send('agent', { peer: '', id: '', subsystem: 'external_rpc', args: [encodeText('send_peer')] });
      platform.send('agent', {
        peer: 'mallory',
        id: '',
        subsystem: 'external_rpc',
        args: [encodeText('send_peer'), encodeRpc({ ...from, args: [request('echo', 1)] })],
      });
      await agent.vip.ping('');
      expect(platform.received.filter(({ subsystem }) => subsystem === 'external_rpc')).toEqual([]);
    },
  );

  it('answers text that is no call as JSON-RPC does, and a notification not at all', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    bring(platform, { ...from, args: ['{"jsonrpc":"2.0","method":"echo","params":[1]}'] });
    bring(platform, { ...from, args: ['no json'] });
    const { body } = await handedOn(platform);
    expect(body.args.map(parseLooseJson)).toMatchObject([{ id: null, error: { code: -32600 } }]);
    expect(agent.vip.identity).toBe('agent');
  });
});
