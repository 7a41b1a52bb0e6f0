import type { RunningAgent } from '@volttron-ts/agent';
import { agentEntry, KeyStore } from '@volttron-ts/auth';
import { services, UnauthorizedError } from '@volttron-ts/vip-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenCalls } from './support/golden-calls.ts';
import type { GoldenCall } from './support/golden-calls.ts';
import { enterPlatform, TestPlatform } from './support/test-platform.ts';

const store = services.configStore;
let platform: TestPlatform;
let peers: Map<string, RunningAgent>;

beforeAll(async () => {
  platform = await TestPlatform.start();
  peers = new Map([['golden.cfg', await platform.enter('golden.cfg')]]);
  for (const identity of ['golden.one', 'golden.two']) peers.set(identity, await enterPowerless(identity));
});

afterAll(async () => {
  for (const identity of ['golden.one', 'golden.two']) await peers.get(identity)?.stop();
  await platform[Symbol.asyncDispose]();
});

/** A peer whose entry gives it nothing, not even its own configurations, as the capture's agents had it. */
async function enterPowerless(identity: string): Promise<RunningAgent> {
  const { publicKey } = await new KeyStore(platform.home).agent(identity);
  const entry = { ...agentEntry(identity, publicKey), capabilities: {} };
  await (await platform.operator()).vip.rpc.call(services.auth, 'auth_file.add', [entry]);
  return enterPlatform(platform.home, platform.status, identity);
}

/** Asks what the capture's caller asked, as that caller. */
function ask(service: string, { caller, method, params }: GoldenCall): Promise<unknown> {
  const { rpc } = peers.get(caller)!.vip;
  if (Array.isArray(params)) return rpc.call(service, method, params);
  const { '*args': args, '**kwargs': kwargs } = params as { '*args': unknown[]; '**kwargs': Record<string, unknown> };
  return rpc.call(service, method, args, { kwargs });
}

const methods = (answer: unknown): string[] => (answer as { methods: string[] }).methods;

describe('the services answer as the Python ones did', { timeout: 60_000 }, () => {
  it('an agent about its own configurations: vip/config_store_set_own.json', async () => {
    const calls = goldenCalls('config_store_set_own', store);
    expect(calls.map(({ method }) => method)).toEqual([
      ...['set_config', 'set_config', 'get_config', 'get_config', 'list_configs', 'list_stores'],
    ]);
    for (const call of calls) expect(await ask(store, call), call.method).toEqual(call.result);
  });

  it('what is not there: vip/config_store_get_missing.json', async () => {
    const [call] = goldenCalls('config_store_get_missing', store);
    const { code, data } = call!.error!;
    await expect(ask(store, call!)).rejects.toMatchObject({
      rpcCode: code,
      data: { detail: data.detail, 'exception.py': { exc_type: data['exception.py'].exc_type } },
    });
  });

  it.each([
    'config_store_manage',
    'config_store_other_identity_denied',
    'rpc_config_store_denied',
    'rpc_config_store_own',
  ])('what they refuse, in the same words: vip/%s.json', async (file) => {
    const [call] = goldenCalls(file, store);
    const refused = ask(store, call!);
    await expect(refused).rejects.toThrow(UnauthorizedError);
    await expect(refused).rejects.toThrow(`: ${call!.error!.data.detail}`);
  });

  it.each([
    ['rpc_inspect_config.store', 'config.store'],
    ['rpc_inspect_platform.health', 'platform.health'],
  ])('what they can: vip/%s.json', async (file, service) => {
    const [call] = goldenCalls(file, service);
    const ours = methods(await ask(service, call!));
    const missing = methods(call!.result).filter((method) => !ours.includes(method));
    expect(missing.filter((method) => !method.startsWith('stats.'))).toEqual([]);
  });
});
