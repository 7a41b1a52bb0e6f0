import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition, Rpc, RunningAgent } from '@volttron-ts/agent';
import { systemClock } from '@volttron-ts/connect';
import { RemoteError, services, UnauthorizedError } from '@volttron-ts/vip-core';
import type { Clock } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defineConfigStore } from '../src/services/config-store-service.ts';
import { AgentPushes } from '../src/services/config-store/agent-pushes.ts';
import { ConfigFiles } from '../src/services/config-store/config-files.ts';
import { ConfigStore } from '../src/services/config-store/config-store.ts';
import { keepingLog, ServiceBus } from './service-bus.ts';

const OPERATOR = services.controlConnection;
const held = {
  [OPERATOR]: { edit_config_store: { identity: '/.*/' } },
  [services.configStore]: { sync_agent_config: null },
  'agent.one': { edit_config_store: { identity: 'agent.one' } },
};

interface Rig {
  readonly bus: ServiceBus;
  readonly folder: string;
  readonly operator: Rpc;
  readonly lines: string[];
}

/** `config.store` on a bus of its own, with files that are there before it starts. */
async function rig(files: Readonly<Record<string, string>> = {}, clock: Clock = systemClock): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'config-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const bus = await ServiceBus.open(held);
  const { log, lines } = keepingLog();
  const store = new ConfigFiles(folder, (identity, problem) => void lines.push(`${identity}: ${problem}`));
  await store.open();
  const pushes = new AgentPushes({ rpc: () => service.vip.rpc, clock, log });
  const service: RunningAgent = await bus.join(
    services.configStore,
    defineConfigStore(new ConfigStore({ files: store, pushes, clock: systemClock })),
  );
  service.vip.peerlist.onChange((change, peer) => {
    if (change === 'drop') pushes.dropped(peer);
  });
  await store.check();
  const operator = (await bus.join(OPERATOR)).vip.rpc;
  return { bus, folder, operator, lines };
}

const ask = (rpc: Rpc, method: string, ...args: unknown[]): Promise<unknown> =>
  rpc.call(services.configStore, method, args);

/** An agent that keeps what it is told, and answers when it is let. */
function told(answer: () => Promise<void> = () => Promise.resolve()): {
  heard: unknown[];
  definition: AgentDefinition;
} {
  const heard: unknown[] = [];
  const any = (title: string) => t.Unknown({ title, default: null });
  const definition = defineAgent({
    name: 'told',
    config: t.Object({}),
    methods: {
      'config.initial_update': {
        params: t.Tuple([any('configs')]),
        call: async ([configs]) => {
          heard.push(configs);
          await answer();
        },
      },
      'config.update': {
        requires: 'sync_agent_config',
        params: t.Tuple([any('action'), any('config_name'), any('contents'), any('trigger_callback')]),
        call: async (args) => {
          heard.push(args);
          await answer();
        },
      },
    },
  });
  return { heard, definition };
}

describe('config.store', () => {
  it('keeps what it is given in the file that Python reads, and answers it', async () => {
    const { folder, operator } = await rig();
    await ask(operator, 'set_config', 'agent.one', ' /devices\\', '{"a": 1, "é": 2} # note', 'json');
    await ask(operator, 'set_config', 'agent.one', 'reg.csv', 'A,B\n1,2\n', 'csv');
    const text = await readFile(join(folder, 'agent.one.store'), 'utf8');
    const modified = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/) as unknown;
    expect(JSON.parse(text)).toEqual({
      devices: { type: 'json', modified, data: '{"a": 1, "é": 2} # note' },
      'reg.csv': { type: 'csv', modified, data: 'A,B\n1,2\n' },
    });
    expect(text).toMatch(
      /^\{"devices":\{"type":"json","modified":"[^"]+","data":"\{\\"a\\": 1, \\"\\u00e9\\": 2\} # note"\}/,
    );
    expect(await ask(operator, 'get_config', 'agent.one', 'DEVICES', false)).toEqual({ a: 1, é: 2 });
    expect(await ask(operator, 'get_config', 'agent.one', 'reg.csv', false)).toEqual([{ A: '1', B: '2' }]);
    expect(await ask(operator, 'get_config', 'agent.one', 'reg.csv')).toBe('A,B\n1,2\n');
    expect(await ask(operator, 'get_metadata', 'agent.one', 'reg.csv')).toEqual({
      ...{ type: 'csv', modified, data: 'A,B\n1,2\n' },
    });
    expect(await ask(operator, 'list_configs', 'agent.one')).toEqual(['devices', 'reg.csv']);
    expect(await ask(operator, 'list_stores')).toEqual(['agent.one']);
  });

  it('deletes the file with its last configuration', async () => {
    const { folder, operator } = await rig();
    await ask(operator, 'set_config', 'agent.one', 'config', 'x');
    await ask(operator, 'delete_config', 'agent.one', 'CONFIG');
    expect(await readdir(folder)).toEqual([]);
    await ask(operator, 'set_config', 'agent.one', 'config', 'x');
    await ask(operator, 'delete_store', 'agent.one');
    expect(await readdir(folder)).toEqual([]);
    expect(await ask(operator, 'delete_store', 'agent.one')).toBeNull();
    expect(await ask(operator, 'list_configs', 'agent.one')).toEqual([]);
  });

  it.each(['get_config', 'delete_config', 'get_metadata'])('names what %s does not find', async (method) => {
    const { operator } = await rig();
    const failed = ask(operator, method, 'agent.one', 'nope');
    await expect(failed).rejects.toThrow(`'No configuration file "nope" for VIP IDENTIY agent.one'`);
    await expect(failed).rejects.toMatchObject({ data: { 'exception.py': { exc_type: 'builtins.KeyError' } } });
  });

  it.each([
    ['5', 'json', 'Configuration must be a list or object.'],
    ['{', 'json', 'The configuration "config" is no JSON'],
    ['x', 'yaml', 'Unsupported configuration type.'],
    ['{"a": [{"b": "config://Config"}]}', 'json', 'Recursive configuration references detected.'],
  ])('refuses %s as %s and changes nothing', async (contents, type, text) => {
    const { operator, folder } = await rig();
    const failed = ask(operator, 'set_config', 'agent.one', 'config', contents, type);
    await expect(failed).rejects.toThrow(text);
    await expect(failed).rejects.toMatchObject({ data: { 'exception.py': { exc_type: 'builtins.ValueError' } } });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['../x', '.', '..'])(
    'refuses the identity %s, which is none and could lead out of its folder',
    async (id) => {
      const { operator } = await rig();
      await expect(ask(operator, 'set_config', id, 'config', '')).rejects.toThrow('no VIP identity');
      await expect(ask(operator, 'get_config', id, 'config')).rejects.toThrow('no VIP identity');
    },
  );

  it('knows the deprecated names of its methods', async () => {
    const { operator } = await rig();
    await ask(operator, 'manage_store', 'agent.one', 'config', '{"a": 1}', 'json');
    expect(await ask(operator, 'manage_list_stores')).toEqual(['agent.one']);
    expect(await ask(operator, 'manage_list_configs', 'agent.one')).toEqual(['config']);
    expect(await ask(operator, 'manage_get', 'agent.one', 'config', false)).toEqual({ a: 1 });
    expect(await ask(operator, 'manage_get_metadata', 'agent.one', 'config')).toMatchObject({ type: 'json' });
    await ask(operator, 'manage_delete_config', 'agent.one', 'config');
    await ask(operator, 'manage_delete_store', 'agent.one');
    expect(await ask(operator, 'list_stores')).toEqual([]);
  });

  it('lets an agent edit its own store, others none, and everybody read', async () => {
    const { bus, operator } = await rig();
    const own = (await bus.join('agent.one')).vip.rpc;
    const other = (await bus.join('agent.two')).vip.rpc;
    await ask(own, 'set_config', 'agent.one', 'config', '{}', 'json');
    expect(await ask(other, 'get_config', 'agent.one', 'config')).toBe('{}');
    for (const [method, ...args] of [
      ['set_config', 'config', 'x'],
      ['delete_config', 'config'],
      ['delete_store'],
      ['initialize_configs'],
      ['manage_store', 'config', 'x'],
      ['manage_delete_config', 'config'],
      ['manage_delete_store'],
    ] as const) {
      await expect(ask(other, method, 'agent.two', ...args)).rejects.toBeInstanceOf(UnauthorizedError);
      await expect(ask(own, method, 'agent.two', ...args)).rejects.toThrow(
        `User agent.one can call method ${method} only with identity=agent.one`,
      );
    }
    expect(await ask(operator, 'list_configs', 'agent.one')).toEqual(['config']);
    expect(await ask(operator, 'list_stores')).toEqual(['agent.one']);
  });
});

describe('what agents are told', () => {
  it('is every change in its order, before the caller is answered', async () => {
    const { bus, operator } = await rig();
    const { heard, definition } = told();
    await bus.join('agent.one', definition);
    await ask(operator, 'set_config', 'agent.one', 'config', '{"z": 1}', 'json');
    await operator.call(services.configStore, 'set_config', ['agent.one', 'CONFIG', 'x'], {
      kwargs: { trigger_callback: false },
    });
    await operator.call(services.configStore, 'set_config', ['agent.one', 'quiet', 'x'], {
      kwargs: { send_update: false },
    });
    await ask(operator, 'delete_config', 'agent.one', 'Config');
    await ask(operator, 'delete_store', 'agent.one');
    expect(heard).toEqual([
      ['NEW', 'config', { z: 1 }, true],
      ['UPDATE', 'CONFIG', 'x', false],
      ['DELETE', 'Config', null, true],
      ['DELETE_ALL', null, null, true],
    ]);
  });

  it('is all of its configurations within initialize_configs', async () => {
    const { bus, operator } = await rig();
    await ask(operator, 'set_config', 'agent.one', 'Config', '{"z": "config://reg"}', 'json');
    await ask(operator, 'set_config', 'agent.one', 'reg', 'A\n1\n', 'csv');
    const { heard, definition } = told();
    const agent = await bus.join('agent.one', definition);
    expect(await ask(agent.vip.rpc, 'initialize_configs', 'agent.one')).toBeNull();
    expect(heard).toEqual([{ Config: { z: 'config://reg' }, reg: [{ A: '1' }] }]);
  });

  it('holds up nobody when the agent leaves in the middle', async () => {
    const { bus, operator } = await rig();
    const { heard, definition } = told(() => new Promise(() => undefined));
    const agent = await bus.join('agent.one', definition);
    const answered = ask(operator, 'set_config', 'agent.one', 'config', 'x');
    await expect.poll(() => heard.length).toBe(1);
    await agent.stop();
    expect(await answered).toBeNull();
  });

  it('holds up nobody for longer than 30 s when the agent does not answer', async () => {
    const clock = new SteppedClock();
    const { bus, operator } = await rig({}, clock);
    const { heard, definition } = told(() => new Promise(() => undefined));
    await bus.join('agent.one', definition);
    const answers = ['a', 'b'].map((name) => ask(operator, 'set_config', 'agent.one', name, 'x'));
    await expect.poll(() => heard.length).toBe(1);
    await expect.poll(() => ask(operator, 'list_configs', 'agent.one')).toEqual(['a', 'b']);
    await expect.poll(() => clock.pending).toBe(2);
    clock.step(30_000);
    expect(await Promise.all(answers)).toEqual([null, null]);
  });

  it('is nothing when the agent has no configuration store, and the caller is answered', async () => {
    const { bus, operator, lines } = await rig();
    await bus.join('agent.one');
    expect(await ask(operator, 'set_config', 'agent.one', 'config', 'x')).toBeNull();
    expect(lines).toEqual([expect.stringMatching(/^Agent agent.one failure when told of NEW config: /)]);
  });
});

describe('the files of config.store', () => {
  const entry = (data: string, type = 'json', further: object = {}) => ({ type, modified: 'then', data, ...further });

  it('keep what cannot be used, which is told by its name', async () => {
    const before = {
      config: entry('{"a": 1}', 'json', { origin: 'site' }),
      Config: entry('{"a": 2}'),
      broken: entry('{'),
      loop: entry('{"a": "config://loop"}'),
      odd: 5,
    };
    const { operator, folder, lines } = await rig({ 'agent.one.store': JSON.stringify(before) });
    const told = lines.map((line) => /^agent.one: configuration "(.*)": /.exec(line)?.[1]);
    expect(told).toEqual(['Config', 'broken', 'loop', 'odd']);
    expect(await ask(operator, 'list_configs', 'agent.one')).toEqual(['config']);
    await ask(operator, 'set_config', 'agent.one', 'new', 'x');
    const after = JSON.parse(await readFile(join(folder, 'agent.one.store'), 'utf8')) as object;
    expect(after).toMatchObject(before);
    await ask(operator, 'set_config', 'agent.one', 'CONFIG', '[]', 'json');
    await ask(operator, 'set_config', 'agent.one', 'broken', '[]', 'json');
    const { config, ...kept } = JSON.parse(await readFile(join(folder, 'agent.one.store'), 'utf8')) as typeof before;
    expect(config).toBeUndefined();
    expect(Object.keys(kept).sort()).toEqual(['CONFIG', 'broken', 'loop', 'new', 'odd']);
    expect(kept).toMatchObject({ CONFIG: { data: '[]', origin: 'site' }, broken: { data: '[]' } });
  });

  it('stop one agent only when one cannot be read, and that one is never written over', async () => {
    const { operator, folder, lines } = await rig({ 'agent.one.store': '{"config": {', 'agent.two.store': '{}' });
    expect(lines).toEqual([
      expect.stringMatching(/^agent.one: The configuration store ".*agent.one.store" cannot be read/),
    ]);
    for (const [method, ...args] of [
      ['set_config', 'agent.one', 'config', 'x'],
      ['delete_store', 'agent.one'],
      ['get_config', 'agent.one', 'config'],
    ] as const) {
      await expect(ask(operator, method, ...args)).rejects.toThrow('Correct the file, or move it away');
    }
    expect(await readFile(join(folder, 'agent.one.store'), 'utf8')).toBe('{"config": {');
    await ask(operator, 'set_config', 'agent.two', 'config', 'x');
    expect(await ask(operator, 'get_config', 'agent.two', 'config')).toBe('x');
  });

  it('count as they are at the next call, when somebody edits them', async () => {
    const { operator, folder } = await rig();
    await ask(operator, 'set_config', 'agent.one', 'config', 'x');
    await writeFile(join(folder, 'agent.one.store'), JSON.stringify({ config: entry('edited', 'raw') }));
    expect(await ask(operator, 'get_config', 'agent.one', 'config')).toBe('edited');
    await ask(operator, 'set_config', 'agent.one', 'other', 'y');
    expect(await ask(operator, 'get_config', 'agent.one', 'config')).toBe('edited');
    await writeFile(join(folder, 'agent.new.store'), JSON.stringify({ config: entry('new', 'raw') }));
    expect(await ask(operator, 'list_stores')).toEqual(['agent.new', 'agent.one']);
  });

  it('are cleared of what a crash in the middle of writing left', async () => {
    const left = '.agent.one.store.0123456789ab.tmp';
    const { folder } = await rig({ [left]: '{"con', 'agent.one.store.tmp': 'of Python' });
    expect(await readdir(folder)).toEqual(['agent.one.store.tmp']);
  });

  it('hold a registry of 10 MB', async () => {
    const { operator } = await rig();
    const registry = `Point,Unit\n${'temperature,C\n'.repeat(750_000)}`;
    await ask(operator, 'set_config', 'agent.one', 'registry.csv', registry, 'csv');
    expect(await ask(operator, 'get_config', 'agent.one', 'registry.csv')).toBe(registry);
  });

  it('hold every change of many callers at once', async () => {
    const { operator } = await rig();
    const names = Array.from({ length: 50 }, (_, n) => `c${n}`).sort();
    await Promise.all(names.map((name) => ask(operator, 'set_config', 'agent.one', name, name)));
    expect(await ask(operator, 'list_configs', 'agent.one')).toEqual(names);
    await Promise.all(names.slice(1).map((name) => ask(operator, 'delete_config', 'agent.one', name)));
    expect(await ask(operator, 'list_configs', 'agent.one')).toEqual(['c0']);
    await expect(ask(operator, 'get_config', 'agent.one', 'c1')).rejects.toBeInstanceOf(RemoteError);
  });
});
