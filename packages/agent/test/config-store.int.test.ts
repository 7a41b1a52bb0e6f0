import { describe, expect, it } from 'vitest';
import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentContext, ConfigChange, Vip } from '@volttron-ts/agent';
import { FakeConfigStore, FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import { encodeRpc, encodeText } from '@volttron-ts/vip-core';
import { agentThat, callAgent, turns, welcomed } from './helpers.ts';

interface Rig extends AsyncDisposable {
  readonly platform: FakePlatform;
  readonly store: FakeConfigStore;
  readonly agent: TestAgent;
  readonly vip: Vip;
}

async function rigOf(stored: Record<string, unknown> = {}): Promise<Rig> {
  const platform = new FakePlatform();
  const store = new FakeConfigStore(platform, { agent: stored });
  const agent = startTestAgent(platform, agentThat());
  await welcomed(platform);
  return { platform, store, agent, vip: agent.vip, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() };
}

/** Notes what a subscriber is told. */
function heardOf(vip: Vip, options: Parameters<Vip['config']['subscribe']>[0] = {}): string[] {
  const heard: string[] = [];
  vip.config.subscribe(options, ({ name, action, contents }) => {
    heard.push(`${action} ${name} ${JSON.stringify(contents)}`);
  });
  return heard;
}

const push = async (
  store: FakeConfigStore,
  action: 'NEW' | 'UPDATE',
  name: string,
  contents: unknown,
): Promise<void> => {
  await store.push('agent', { action, name, contents });
};

describe('vip.config', () => {
  it('fetches once on each connection and serves the store while it waits for it', async () => {
    await using rig = await rigOf({ config: { a: 1 }, 'Rows.csv': [] });
    expect(rig.vip.config.list()).toEqual(['Rows.csv', 'config']);
    expect([rig.vip.config.get(), rig.vip.config.get('rows.CSV'), rig.vip.config.get('x')]).toEqual([
      { a: 1 },
      [],
      undefined,
    ]);
    expect(rig.store.calls).toEqual([{ method: 'initialize_configs', args: ['agent'], kwargs: {} }]);
  });

  it('tells a subscriber what there is, config first, then each change', async () => {
    await using rig = await rigOf({ b: 1, config: { c: 'config://B' } });
    const heard = heardOf(rig.vip);
    await turns();
    expect(heard).toEqual(['NEW config {"c":1}', 'NEW b 1']);
    await push(rig.store, 'UPDATE', 'B', 2);
    await rig.store.push('agent', { action: 'DELETE', name: 'b' });
    await turns();
    expect(heard.slice(2)).toEqual([
      'UPDATE config {"c":2}',
      'UPDATE B 2',
      'UPDATE config {"c":null}',
      'DELETE B undefined',
    ]);
    await rig.store.push('agent', { action: 'DELETE_ALL', name: null });
    await turns();
    expect(heard.slice(6)).toEqual(['DELETE config undefined']);
  });

  it('tells a reconnected agent only what differs (the original tells everything again)', async () => {
    await using rig = await rigOf({ a: { x: [1] }, b: 1, c: 1 });
    const heard = heardOf(rig.vip);
    await turns();
    heard.length = 0;
    rig.platform.cut('agent');
    rig.store.stored.agent = { a: { x: [1] }, b: 2, d: 1 };
    rig.platform.admit('agent');
    await welcomed(rig.platform, 2);
    expect(rig.store.calls).toHaveLength(2);
    expect(heard).toEqual(['UPDATE b 2', 'DELETE c undefined', 'NEW d 1']);
  });

  it('chooses by pattern and action, whatever the case', async () => {
    await using rig = await rigOf({ 'Devices/AHU1': 1, other: 2 });
    const heard = heardOf(rig.vip, { pattern: 'devices/*', actions: ['UPDATE', 'DELETE'] });
    await push(rig.store, 'UPDATE', 'devices/ahu1', 3);
    await push(rig.store, 'NEW', 'devices/ahu2', 3);
    await push(rig.store, 'UPDATE', 'other', 3);
    await turns();
    expect(heard).toEqual(['UPDATE devices/ahu1 3']);
  });

  it('takes a change without calling back when the store says so', async () => {
    await using rig = await rigOf();
    const heard = heardOf(rig.vip);
    await rig.store.push('agent', { action: 'NEW', name: 'a', contents: 1, trigger: false });
    await turns();
    expect([rig.vip.config.get('a'), heard]).toEqual([1, []]);
  });

  it('overlays defaults', async () => {
    await using rig = await rigOf({ stored: 1 });
    rig.vip.config.setDefault('config', { limit: 1 });
    rig.vip.config.setDefault('Stored', 0);
    const heard = heardOf(rig.vip);
    await turns();
    expect(heard).toEqual(['NEW config {"limit":1}', 'NEW stored 1']);
    await push(rig.store, 'NEW', 'config', { limit: 2 });
    await rig.store.push('agent', { action: 'DELETE', name: 'config' });
    await turns();
    expect(heard.slice(2).at(-1)).toBe('UPDATE config {"limit":1}');
    expect(rig.vip.config.list()).toEqual(['config', 'stored']);
  });

  it('calls back one after another, and goes on after one that fails', async () => {
    await using rig = await rigOf({ a: 1, b: 2 });
    const order: string[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    rig.vip.config.subscribe({}, async ({ name }) => {
      order.push(`begin ${name}`);
      if (name === 'a') await promise;
      order.push(`end ${name}`);
      throw new Error(`no ${name}`);
    });
    await turns();
    // The store is answered while the callback still runs.
    await push(rig.store, 'UPDATE', 'a', 3);
    await push(rig.store, 'UPDATE', 'a', 4);
    expect(order).toEqual(['begin a']);
    resolve(undefined);
    await turns();
    expect(order).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin a', 'end a']);
    const failed = rig.agent.log.lines.filter(({ message }) => message === 'a callback for a configuration failed');
    expect(failed.map(({ fields }) => fields.reason)).toEqual(['no a', 'no b', 'no a']);
  });

  it('stops calling back', async () => {
    await using rig = await rigOf({ a: 1 });
    const heard: ConfigChange[] = [];
    const stop = rig.vip.config.subscribe({}, (change) => {
      heard.push(change);
    });
    await turns();
    stop();
    await push(rig.store, 'UPDATE', 'a', 2);
    await turns();
    expect(heard).toHaveLength(1);
  });

  it('writes text, JSON and deletions as line 9 takes them', async () => {
    await using rig = await rigOf();
    await rig.vip.config.set('notes', 'plain');
    await rig.vip.config.set('config', { é: 1 }, { triggerCallback: true });
    await rig.vip.config.delete('notes');
    expect(rig.store.calls.slice(1)).toEqual([
      {
        method: 'set_config',
        args: ['agent', 'notes', 'plain'],
        kwargs: { config_type: 'raw', trigger_callback: false },
      },
      {
        method: 'set_config',
        args: ['agent', 'config', '{"é":1}'],
        kwargs: { config_type: 'json', trigger_callback: true },
      },
      { method: 'delete_config', args: ['agent', 'notes'], kwargs: { trigger_callback: false } },
    ]);
    await expect(rig.vip.config.set('n', 5)).rejects.toMatchObject({ code: 'invalid-value' });
  });

  it('refuses to be changed from inside a callback, and only from there', async () => {
    await using rig = await rigOf({ a: 1 });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    let later: Promise<void> = Promise.reject(new Error('not begun'));
    later.catch(() => undefined);
    rig.vip.config.subscribe({}, async () => {
      later = promise.then(turns).then(() => rig.vip.config.set('later', 'x'));
      await turns();
      const refused = await rig.vip.config.set('a', 'x').catch((error: unknown) => error);
      const refusedToo = await rig.vip.config.delete('a').catch((error: unknown) => error);
      resolve([refused, refusedToo]);
    });
    const outside = rig.vip.config.set('b', 'x');
    const code = expect.objectContaining({ code: 'config-callback' }) as unknown;
    expect(await promise).toEqual([code, code]);
    await outside;
    // What a callback has started may, once the callback has ended.
    await later;
  });

  it('finds the store by its later name, and speaks as that of 10.1 does (vip-zmq.md §8)', async () => {
    const platform = new FakePlatform();
    const said: unknown[] = [];
    platform.play('platform.config_store', ({ peer, id, args }, send) => {
      const call = JSON.parse(texts({ args } as never)[0]) as { id: string; method: string; params: unknown };
      if (!('method' in call)) return;
      said.push([call.method, call.params]);
      const known = call.method !== 'initialize_configs';
      const answer = known ? { result: null } : { error: { code: -32601, message: 'unimplemented method' } };
      send({ peer, id, subsystem: 'RPC', args: [encodeRpc({ jsonrpc: '2.0', id: call.id, ...answer })] });
    });
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    await agent.vip.config.set('config', { a: 1 });
    expect(said).toEqual([
      ['initialize_configs', ['agent']],
      ['get_configs', []],
      ['set_config', { '*args': ['config', { a: 1 }], '**kwargs': { trigger_callback: false } }],
    ]);
  });

  it('asks a store that comes after the agent', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    const store = new FakeConfigStore(platform, { agent: { a: 1 } });
    const args = ['add', 'config.store'].map(encodeText);
    platform.send('agent', { peer: '', id: '', subsystem: 'peerlist', args });
    await turns();
    expect([store.calls.length, agent.vip.config.get('a')]).toEqual([1, 1]);
  });
});

describe('who may push configurations', () => {
  const update = { params: ['NEW', 'config', { a: 1 }, true] };

  it('is who holds sync_agent_config, whatever its name', async () => {
    const platform = new FakePlatform();
    const capabilitiesOf = (user: string): Record<string, null> =>
      user === 'keeper' ? { sync_agent_config: null } : {};
    await using agent = startTestAgent(platform, agentThat(), { capabilitiesOf });
    await welcomed(platform);
    const refused = {
      error: { data: { 'exception.py': { exc_args: [-32001, expect.stringContaining('sync_agent_config')] } } },
    };
    for (const from of ['caller', 'config.store']) {
      expect(await callAgent(platform, 'config.update', update.params, { from })).toMatchObject(refused);
      expect(await callAgent(platform, 'config.initial_update', [{ a: 1 }], { from })).toMatchObject(refused);
    }
    expect(agent.vip.config.list()).toEqual([]);
    expect(await callAgent(platform, 'config.update', update.params, { from: 'keeper' })).toMatchObject({
      result: null,
    });
    expect(agent.vip.config.get()).toEqual({ a: 1 });
  });

  it('is the store itself where the platform cannot say who may', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    expect(await callAgent(platform, 'config.update', update.params)).toMatchObject({ error: { code: -32000 } });
    const store = { from: 'platform.config_store' };
    expect(await callAgent(platform, 'config.update', update.params, store)).toMatchObject({ result: null });
    expect(agent.vip.config.get()).toEqual({ a: 1 });
  });

  it.each([[['EXPLODE', 'config']], [['NEW', null, 1]], [['NEW', ' / ', 1]], [['NEW', 5, 1]], [[]]])(
    'is answered an error for %j',
    async (params) => {
      const platform = new FakePlatform();
      await using agent = startTestAgent(platform, agentThat());
      await welcomed(platform);
      const answer = await callAgent(platform, 'config.update', params, { from: 'config.store' });
      expect(answer).toMatchObject({ error: { code: -32000 } });
      expect(agent.vip.config.list()).toEqual([]);
    },
  );
});

describe('an agent’s typed configuration', () => {
  const definition = (run: (context: AgentContext<{ limit: number }>) => void): ReturnType<typeof defineAgent> =>
    defineAgent({
      name: 'watch',
      config: t.Object({ limit: t.Number({ default: 75 }) }),
      run: (context) => {
        run(context);
        return Promise.resolve();
      },
    });

  it('has the store’s values before run begins, and follows them', async () => {
    const platform = new FakePlatform();
    const store = new FakeConfigStore(platform, { agent: { Config: { limit: 50 } } });
    const seen: number[] = [];
    const agentDefinition = definition(({ config }) => {
      seen.push(config.limit);
      config.onChange(() => seen.push(config.limit));
    });
    await using agent = startTestAgent(platform, agentDefinition, { config: { limit: 60 } });
    await welcomed(platform);
    await push(store, 'UPDATE', 'config', { limit: 40 });
    await store.push('agent', { action: 'DELETE', name: 'config' });
    expect(seen).toEqual([50, 40, 60]);
    expect(agent.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('keeps the old values and says why when the store’s do not fit, until they do', async () => {
    const platform = new FakePlatform();
    const store = new FakeConfigStore(platform);
    let limit = (): number => 0;
    const agentDefinition = definition(({ config }) => {
      limit = () => config.limit;
    });
    await using agent = startTestAgent(platform, agentDefinition);
    await welcomed(platform);
    expect(await store.push('agent', { action: 'NEW', name: 'config', contents: { limit: 'hot' } })).toMatchObject({
      result: null,
    });
    expect(limit()).toBe(75);
    // What the agent's own work says meanwhile does not hide it.
    agent.vip.health.setStatus('GOOD', 'storing');
    expect(agent.vip.health.status).toMatchObject({
      status: 'BAD',
      context: expect.stringContaining('limit must be number') as unknown,
    });
    await push(store, 'UPDATE', 'config', { limit: 30 });
    expect([limit(), agent.vip.health.status.status]).toEqual([30, 'GOOD']);
  });

  it('does not take back bad health of another kind', async () => {
    const platform = new FakePlatform();
    const store = new FakeConfigStore(platform);
    await using agent = startTestAgent(
      platform,
      definition(() => undefined),
    );
    await welcomed(platform);
    await push(store, 'NEW', 'config', { limit: 'hot' });
    agent.vip.health.setStatus('BAD', 'on fire');
    await push(store, 'UPDATE', 'config', { limit: 30 });
    expect(agent.vip.health.status).toMatchObject({ status: 'BAD', context: 'on fire' });
  });

  it('may come from the store alone; what is missing in the end ends the agent with its reason', async () => {
    const needy = defineAgent({
      name: 'needy',
      config: t.Object({ database: t.String() }),
      run: ({ config, vip }) => {
        vip.health.setStatus('GOOD', config.database);
        return Promise.resolve();
      },
    });
    const platform = new FakePlatform();
    new FakeConfigStore(platform, { agent: { config: { database: 'x' } } });
    await using agent = startTestAgent(platform, needy);
    await welcomed(platform);
    expect(agent.vip.health.status.context).toBe('x');
    const other = startTestAgent(platform, needy, { identity: 'other' });
    await expect(other.done).rejects.toThrow(/needy is not valid.*database/);
    expect(() => startTestAgent(platform, needy, { identity: 'third', config: { databse: 'x' } })).toThrow('databse');
  });

  it('is not waited for when there is no store, when it refuses, and for more than 5 s when it is silent', async () => {
    const platform = new FakePlatform();
    let runs = 0;
    const counting = definition(() => runs++);
    await using alone = startTestAgent(platform, counting);
    await welcomed(platform);
    expect(runs).toBe(1);
    const store = new FakeConfigStore(platform);
    store.silent = true;
    await using agent = startTestAgent(platform, counting, { identity: 'two' });
    await welcomed(platform, 1, 'two');
    agent.clock.step(4999);
    await turns();
    expect(runs).toBe(1);
    agent.clock.step(1);
    await turns();
    expect(runs).toBe(2);
    expect(agent.log.lines.at(-1)?.message).toContain('begins without it');
    platform.play('config.store', ({ peer, id, args }, send) => {
      const call = JSON.parse(texts({ args } as never)[0]) as { id: string };
      const error = { code: -32000, message: 'unhandled exception', data: { detail: 'edit_config_store' } };
      send({ peer, id, subsystem: 'RPC', args: [encodeRpc({ jsonrpc: '2.0', id: call.id, error })] });
    });
    await using refused = startTestAgent(platform, counting, { identity: 'three' });
    await welcomed(platform, 1, 'three');
    expect(runs).toBe(3);
    const warned = refused.log.lines.find(({ level }) => level === 'warn');
    expect(String(warned?.fields.reason)).toContain('edit_config_store');
    expect(alone.vip.identity).toBe('agent');
  });

  it('leaves the store alone for a platform’s own services, and where it is told to', async () => {
    const platform = new FakePlatform();
    const store = new FakeConfigStore(platform);
    await using service = startTestAgent(platform, agentThat(), { identity: 'platform.health' });
    await using other = startTestAgent(platform, agentThat(), { identity: 'other', configStore: false });
    await welcomed(platform, 1, 'platform.health');
    await welcomed(platform, 1, 'other');
    expect(store.calls).toEqual([]);
    const { result } = await callAgent(platform, 'inspect', [], { to: 'other' });
    expect((result as { methods: string[] }).methods).not.toContain('config.update');
    expect([service.vip.identity, other.vip.identity]).toEqual(['platform.health', 'other']);
  });
});
