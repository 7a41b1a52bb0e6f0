import { describe, expect, it } from 'vitest';
import { defineAgent, t } from '@volttron-ts/agent';
import { FakePlatform, startTestAgent } from '@volttron-ts/agent/testing';
import type { TestAgent, TestAgentOptions } from '@volttron-ts/agent/testing';
import { decodeText, encodeRpc, parseLooseJson } from '@volttron-ts/vip-core';
import { callAgent, turns, welcomed } from './helpers.ts';

const definition = defineAgent({
  name: 'guarded',
  config: t.Object({}),
  methods: {
    open: { params: t.Tuple([]), call: () => 'open' },
    edit: { requires: 'can_edit', params: t.Tuple([t.String({ title: 'name' })]), call: ([name]) => name },
  },
});

interface AuthRig {
  readonly reports: unknown[];
  /** What platform.auth answers to a report, as a JSON-RPC member. */
  answer: Record<string, unknown>;
  capabilities: Record<string, unknown>;
}

/** A platform.auth that hears reports and knows who may do what. */
function playAuth(platform: FakePlatform): AuthRig {
  const rig: AuthRig = { reports: [], answer: { result: {} }, capabilities: {} };
  platform.play('platform.auth', ({ peer, id, args }, send) => {
    const call = parseLooseJson(decodeText(args[0])) as { id: string; method: string; params: unknown };
    if (!('method' in call)) return;
    const isReport = call.method === 'update_id_rpc_authorizations';
    if (isReport) rig.reports.push(call.params);
    const answer = isReport ? rig.answer : { result: rig.capabilities };
    send({ peer, id, subsystem: 'RPC', args: [encodeRpc({ jsonrpc: '2.0', id: call.id, ...answer })] });
  });
  return rig;
}

async function started(platform: FakePlatform, options: TestAgentOptions = {}): Promise<TestAgent> {
  const agent = startTestAgent(platform, definition, { configStore: false, ...options });
  await welcomed(platform, 1, options.identity ?? 'agent');
  return agent;
}

async function afterReport(agent: TestAgent): Promise<void> {
  agent.clock.step(1000);
  await turns();
}

const setters = { modifier: { modify_rpc_method_allowance: null } };
const modifier = { from: 'modifier' };
const refused = { error: { data: { 'exception.py': { exc_args: [-32001, expect.any(String)] } } } };

describe('the report of what methods require', () => {
  it('names the author’s methods, 1 s after each connection', async () => {
    const platform = new FakePlatform();
    const auth = playAuth(platform);
    await using agent = await started(platform);
    agent.clock.step(999);
    await turns();
    expect(auth.reports).toEqual([]);
    agent.clock.step(1);
    await turns();
    expect(auth.reports).toEqual([['agent', { open: [], edit: ['can_edit'] }]]);
    platform.cut('agent');
    platform.admit('agent');
    await welcomed(platform, 2);
    await afterReport(agent);
    expect(auth.reports).toHaveLength(2);
  });

  it('takes what the operator has decided from the answer', async () => {
    const platform = new FakePlatform();
    const auth = playAuth(platform);
    auth.answer = { result: { open: ['can_open'], edit: [''], later: ['x'] } };
    await using agent = await started(platform);
    await afterReport(agent);
    expect(await callAgent(platform, 'open')).toMatchObject(refused);
    expect(await callAgent(platform, 'edit', ['a'])).toMatchObject({ result: 'a' });
    agent.vip.rpc.export('later', { params: t.Tuple([]), call: () => 1 });
    expect(await callAgent(platform, 'later')).toMatchObject(refused);
  });

  it('warns when the agent has no auth entry to keep them in', async () => {
    const platform = new FakePlatform();
    playAuth(platform).answer = { result: null };
    await using agent = await started(platform);
    await afterReport(agent);
    expect(agent.log.lines.map(({ message }) => message)).toContain(
      'Auth entry not found for agent: rpc_method_authorizations not updated.',
    );
    expect(await callAgent(platform, 'open')).toMatchObject({ result: 'open' });
  });

  it.each([
    [{ error: { code: -32601, message: 'unimplemented method' } }, 'debug'],
    [{ result: { 'auth.set_rpc_authorizations': [''] } }, 'warn'],
    [{ result: 'nonsense' }, 'warn'],
  ])('goes on when it is answered %j', async (answer, level) => {
    const platform = new FakePlatform();
    playAuth(platform).answer = answer;
    await using agent = await started(platform);
    await afterReport(agent);
    const told = agent.log.lines.find(({ message }) => message.includes('could not be told'));
    expect(told?.level).toBe(level);
    expect(await callAgent(platform, 'open')).toMatchObject({ result: 'open' });
  });

  it('is not made by a platform’s own services', async () => {
    const platform = new FakePlatform();
    const auth = playAuth(platform);
    await using service = await started(platform, { identity: 'platform.health' });
    await using historian = await started(platform, { identity: 'platform.historian' });
    await afterReport(service);
    expect(auth.reports).toEqual([]);
    await afterReport(historian);
    expect(auth.reports).toHaveLength(1);
  });
});

describe('auth.* of an agent', () => {
  it('tells what methods require', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const ask = async (method: string, ...params: unknown[]): Promise<unknown> =>
      (await callAgent(platform, method, params)).result;
    expect(await ask('auth.get_rpc_authorizations', 'edit')).toEqual(['can_edit']);
    expect(await ask('auth.get_rpc_authorizations', 'open')).toEqual([]);
    expect(await ask('auth.get_rpc_authorizations', 'nope')).toEqual([]);
    expect(await ask('auth.get_all_rpc_authorizations')).toEqual({ open: [], edit: ['can_edit'] });
    expect(agent.vip.identity).toBe('agent');
  });

  it('lets who may modify require other capabilities, argument patterns included', async () => {
    const platform = new FakePlatform();
    const auth = playAuth(platform);
    auth.capabilities = { ...setters, ada: { can_open: null, can_name: { name: '/a.*/' } } };
    await using agent = await started(platform);
    const set = 'auth.set_rpc_authorizations';
    expect(await callAgent(platform, set, ['open', 'can_open'], modifier)).toMatchObject({ result: null });
    const many = { edit: ['can_name'] };
    expect(await callAgent(platform, 'auth.set_multiple_rpc_authorizations', [many], modifier)).toMatchObject({
      result: null,
    });
    expect(await callAgent(platform, 'open')).toMatchObject(refused);
    expect(await callAgent(platform, 'open', [], { from: 'ada' })).toMatchObject({ result: 'open' });
    expect(await callAgent(platform, 'edit', ['abc'], { from: 'ada' })).toMatchObject({ result: 'abc' });
    expect(await callAgent(platform, 'edit', ['babc'], { from: 'ada' })).toMatchObject(refused);
    expect(agent.vip.identity).toBe('agent');
  });

  it('lets nobody else', async () => {
    const platform = new FakePlatform();
    playAuth(platform).capabilities = setters;
    await using agent = await started(platform);
    for (const [method, params] of [
      ['auth.set_rpc_authorizations', ['edit', ['']]],
      ['auth.set_multiple_rpc_authorizations', [{ edit: [''] }]],
    ] as const) {
      expect(await callAgent(platform, method, [...params])).toMatchObject(refused);
    }
    expect(await callAgent(platform, 'edit', ['a'])).toMatchObject(refused);
    expect(agent.vip.identity).toBe('agent');
  });

  it('lets nobody open what guards the rest', async () => {
    const platform = new FakePlatform();
    playAuth(platform).capabilities = setters;
    await using agent = await started(platform);
    for (const name of ['auth.set_rpc_authorizations', 'auth.update', 'config.update']) {
      const answer = await callAgent(platform, 'auth.set_rpc_authorizations', [name, ['']], modifier);
      expect(answer).toMatchObject({ error: { data: { detail: expect.stringContaining(name) as unknown } } });
    }
    expect(agent.vip.identity).toBe('agent');
  });

  it('can close what every agent leaves open, such as heartbeat.stop', async () => {
    const platform = new FakePlatform();
    playAuth(platform).capabilities = setters;
    await using agent = await started(platform);
    expect(await callAgent(platform, 'heartbeat.stop')).toMatchObject({ result: null });
    await callAgent(platform, 'auth.set_rpc_authorizations', ['heartbeat.stop', ['can_stop']], modifier);
    expect(await callAgent(platform, 'heartbeat.stop')).toMatchObject(refused);
    expect(agent.vip.identity).toBe('agent');
  });
});

describe('publishing methods', () => {
  it.each(['publishing.pause', 'publishing.counts'])('%s is for operators', async (method) => {
    const { publishingMethods } = await import('@volttron-ts/agent');
    const publisher = defineAgent({
      name: 'publisher',
      config: t.Object({ paused: t.Boolean({ default: false }) }),
      methods: publishingMethods<{ paused: boolean }>(() => 'devices/'),
    });
    const platform = new FakePlatform();
    playAuth(platform).capabilities = { ada: { manage_agents: null }, bob: {} };
    await using agent = startTestAgent(platform, publisher);
    await welcomed(platform);
    expect(await callAgent(platform, method, [], { from: 'bob' })).toMatchObject(refused);
    expect(agent.vip.pubsub.outstanding).toBe(0);
    expect(await callAgent(platform, method, [], { from: 'ada' })).toHaveProperty('result');
    expect(await callAgent(platform, method, [], { from: 'control.connection' })).toHaveProperty('result');
  });
});
