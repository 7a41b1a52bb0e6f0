import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rpc } from '@volttron-ts/agent';
import { AgentInstaller, restartLimits, Supervisor } from '@volttron-ts/aip';
import { AuthFile } from '@volttron-ts/auth';
import type { AuditEntry } from '@volttron-ts/auth';
import { systemClock } from '@volttron-ts/connect';
import { RemoteError, services, UnauthorizedError } from '@volttron-ts/vip-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AgentRuns } from '../src/services/control/agent-runs.ts';
import type { Launcher } from '../src/services/control/agent-runs.ts';
import { defineControlService } from '../src/services/control/control-service.ts';
import { ServiceBus, silent } from './service-bus.ts';

const idle: Launcher = {
  start: () => Promise.resolve(0),
  stop: () => Promise.resolve(),
  statuses: () => [],
  clearStatus: () => Promise.resolve(),
};

/** `control` over a home without agents; what it tells the router is kept. */
async function busWithControl(): Promise<{
  readonly bus: ServiceBus;
  readonly told: string[];
  readonly home: string;
  readonly recorded: AuditEntry[];
}> {
  const home = await mkdtemp(join(tmpdir(), 'control-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const bus = await ServiceBus.open({
    manager: { manage_agents: null },
    'control.connection': { manage_agents: null },
  });
  const told: string[] = [];
  const recorded: AuditEntry[] = [];
  const nothing = (): void => undefined;
  const supervisor = new Supervisor({
    ...{ clock: systemClock, log: silent, random: () => 0, limits: restartLimits },
    ...{ start: () => Promise.resolve(), alert: nothing },
  });
  const definition = defineControlService({
    home,
    runs: new AgentRuns({ own: idle, shared: idle, sharing: [], supervisor }),
    installer: new AgentInstaller({ home }),
    authFile: await AuthFile.open(join(home, 'auth.json')),
    audit: { record: (entry) => Promise.resolve(void recorded.push(entry)) },
    agentStop: (identity) => told.push(`agentstop ${identity}`),
    quit: () => told.push('quit'),
  });
  await bus.join(services.control, definition);
  return { bus, told, home, recorded };
}

const call = (rpc: Rpc, method: string, args: readonly unknown[]): Promise<unknown> =>
  rpc.call(services.control, method, args);

interface Asked {
  readonly method: string;
  readonly args: readonly unknown[];
}
const asked = (method: string, ...args: readonly unknown[]): Asked => ({ method, args });

/** What changes agents or the platform, with arguments that would do. */
const changing: readonly Asked[] = [
  asked('start_agent', 'some-uuid'),
  asked('stop_agent', 'some-uuid'),
  asked('restart_agent', 'some-uuid'),
  asked('tag_agent', 'some-uuid', 'roof'),
  asked('prioritize_agent', 'some-uuid', '5'),
  asked('remove_agent', 'some-uuid'),
  asked('install_agent', 'agent.tgz', 'agent_sender'),
  asked('clear_status', true),
  asked('shutdown'),
  asked('stop_platform'),
];

const reading: readonly (Asked & { readonly answer: unknown })[] = [
  { ...asked('list_agents'), answer: [] },
  { ...asked('status_agents'), answer: [] },
  { ...asked('agent_versions'), answer: {} },
  { ...asked('get_all_agent_publickeys'), answer: {} },
  { ...asked('agent_status', 'some-uuid'), answer: [null, null] },
  { ...asked('identity_exists', 'meter'), answer: null },
  { ...asked('peerlist'), answer: expect.arrayContaining(['control', 'stranger']) as unknown },
];

describe('control', () => {
  it.each(changing)('lets nobody call $method without manage_agents', async ({ method, args }) => {
    const { bus, told, home } = await busWithControl();
    const stranger = await bus.join('stranger');
    const refused = call(stranger.vip.rpc, method, args);
    await expect(refused).rejects.toBeInstanceOf(UnauthorizedError);
    await expect(refused).rejects.toThrow(/manage_agents/);
    expect(told).toEqual([]);
    expect(await readdir(home)).toEqual([]);
  });

  it.each(changing)('lets who has manage_agents call $method', async ({ method, args }) => {
    const { bus } = await busWithControl();
    const manager = await bus.join('manager');
    // A sender that is not there is another matter.
    const work = method === 'install_agent' ? Promise.resolve() : call(manager.vip.rpc, method, args);
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (args[0] === 'some-uuid') expect(error).toBeInstanceOf(RemoteError);
    else expect(error).toBeUndefined();
  });

  it.each(reading)('answers $method to everybody', async ({ method, args, answer }) => {
    const { bus } = await busWithControl();
    const stranger = await bus.join('stranger');
    expect(await call(stranger.vip.rpc, method, args)).toEqual(answer);
  });

  it.each(['agent_name', 'agent_version', 'agent_vip_identity'])('answers %s to everybody', async (method) => {
    const { bus } = await busWithControl();
    const stranger = await bus.join('stranger');
    await expect(call(stranger.vip.rpc, method, ['some-uuid'])).rejects.toThrow(/No agent with the UUID some-uuid/);
  });

  it('has no method that is in neither of these lists', async () => {
    const { bus } = await busWithControl();
    const stranger = await bus.join('stranger');
    const { methods } = (await call(stranger.vip.rpc, 'inspect', [])) as { methods: string[] };
    const own = methods.filter((method) => !method.includes('.'));
    const listed = [...changing, ...reading].map(({ method }) => method);
    const named = ['agent_name', 'agent_version', 'agent_vip_identity', 'serverkey'];
    expect(own.toSorted()).toEqual([...listed, ...named].toSorted());
  });

  it('records who changed what, once it is done', async () => {
    const { bus, recorded } = await busWithControl();
    const manager = await bus.join('manager');
    await expect(call(manager.vip.rpc, 'tag_agent', ['some-uuid', 'roof'])).rejects.toThrow();
    expect(recorded).toEqual([]);
    await call(manager.vip.rpc, 'clear_status', [true]);
    const record = {
      actor: 'manager',
      action: 'control.clear_status',
      item: 'platform',
      details: { arguments: [true] },
    };
    expect(recorded).toEqual([record]);
  });

  it('tells the router to end for stop_platform only', async () => {
    const { bus, told } = await busWithControl();
    const manager = await bus.join('manager');
    await call(manager.vip.rpc, 'shutdown', []);
    expect(told).toEqual([]);
    await call(manager.vip.rpc, 'stop_platform', []);
    expect(told).toEqual(['quit']);
  });
});
