import type { RunningAgent } from '@volttron-ts/agent';
import { services } from '@volttron-ts/vip-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenCalls } from './support/golden-calls.ts';
import { TestPlatform } from './support/test-platform.ts';

const web = services.web;
let platform: TestPlatform;
let one: RunningAgent;

beforeAll(async () => {
  platform = await TestPlatform.start({ config: 'bind-web-address = https://localhost:0' });
  one = await platform.enter('golden.one');
});

afterAll(() => platform[Symbol.asyncDispose]());

const call = (agent: RunningAgent, method: string, ...args: readonly unknown[]): Promise<unknown> =>
  agent.vip.rpc.call(web, method, args);

describe('platform_web on the bus', () => {
  it('can what the Python one could, but for what belongs to certificates: vip/rpc_inspect_platform_web.json', async () => {
    const [golden] = goldenCalls('rpc_inspect_platform_web', web);
    const { methods: theirs } = golden!.result as { methods: string[] };
    const { methods: ours } = (await call(one, 'inspect')) as { methods: string[] };
    expect(theirs.filter((method) => !ours.includes(method))).toEqual(['auto_allow_csr', 'is_auto_allow_csr']);
  });
});
