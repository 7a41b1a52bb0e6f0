import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyAgent } from './support/agent-archive.ts';
import { eventually } from './support/eventually.ts';
import { goldenCalls } from './support/golden-calls.ts';
import { TestPlatform } from './support/test-platform.ts';
import type { Operator } from './support/test-platform.ts';

let platform: TestPlatform;
let operator: Operator;

beforeAll(async () => {
  platform = await TestPlatform.start();
  operator = await platform.operator();
});

afterAll(async () => {
  await platform[Symbol.asyncDispose]();
});

describe('control answers as the Python service did', { timeout: 60_000 }, () => {
  it('on a platform without agents: vip/control_rpcs.json', async () => {
    const answered = goldenCalls('control_rpcs', 'control');
    expect(answered.map(({ method }) => method)).toEqual([
      ...['list_agents', 'status_agents', 'agent_status', 'peerlist', 'serverkey', 'identity_exists'],
    ]);
    for (const { method, result, error } of answered) {
      const ours = operator.call(method);
      if (error === undefined) {
        const answer = await ours;
        if (method === 'serverkey') expect(answer).toBe(platform.status.serverKey);
        else if (method === 'peerlist') expect(answer).toEqual(expect.arrayContaining(['control', 'platform.auth']));
        else expect(answer).toEqual(result);
        expect(typeof answer).toBe(typeof result);
        continue;
      }
      const { data, code } = error;
      const parameter = /'(\w+)'$/.exec(data.detail)?.[1];
      await expect(ours).rejects.toMatchObject({
        rpcCode: code,
        data: { 'exception.py': { exc_type: data['exception.py'].exc_type } },
      });
      await expect(ours).rejects.toThrow(`missing a required argument: '${parameter}'`);
    }
  });

  it('with the same methods, but for what only RabbitMQ needs and the counters: vip/rpc_inspect_control.json', async () => {
    const [golden] = goldenCalls('rpc_inspect_control', 'control');
    const theirs = (golden?.result as { methods: string[] }).methods;
    const { methods } = (await operator.call('inspect')) as { methods: string[] };
    const missing = theirs.filter((method) => !methods.includes(method));
    expect(missing.filter((method) => !method.startsWith('stats.'))).toEqual(['install_agent_rmq']);
    expect(methods.filter((method) => !theirs.includes(method) && !method.includes('.'))).toEqual([]);
  });

  it('over the life of an agent: vip/session_vctl_agent_lifecycle.json', async () => {
    const uuid = await operator.install(await tinyAgent(), { identity: 'listener1' });
    await operator.call('start_agent', uuid);
    await onTheBus('listener1');
    const session = goldenCalls('session_vctl_agent_lifecycle', 'control');
    const theirs = session.find(({ method }) => method === 'agent_status')?.params as [string];
    // Names and processes are each platform's own; what is told of them, and when, is not.
    for (const { method, params, result } of session) {
      const answer = await operator.vip.rpc.call('control', ...request(method, params, theirs[0], uuid));
      if (method === 'peerlist') expect(answer).toEqual(expect.arrayContaining(['listener1', 'control']));
      else expect(shape(answer, uuid), method).toEqual(shape(result, theirs[0]));
      if (method === 'start_agent') await onTheBus('listener1');
    }
    expect(session.map(({ method }) => method)).toEqual(expect.arrayContaining(['start_agent', 'remove_agent']));
  });
});

const onTheBus = (identity: string): Promise<true> =>
  eventually(async () => (await operator.vip.peerlist.list()).includes(identity) || undefined);

/** The captured call, about our agent: positional and named arguments, or both as Python writes them. */
function request(method: string, params: unknown, theirs: string, ours: string): [string, unknown[], object] {
  const translated = JSON.parse(JSON.stringify(params).replaceAll(theirs, ours)) as unknown[] | Record<string, unknown>;
  if (Array.isArray(translated)) return [method, translated, {}];
  const { '*args': args = [], '**kwargs': kwargs = translated } = translated;
  return [method, args as unknown[], { kwargs }];
}

/** An answer without what differs between platforms: UUIDs, names of packages, process ids. */
function shape(answer: unknown, uuid: string): unknown {
  const text = JSON.stringify(answer)
    .replaceAll(uuid, 'UUID')
    .replaceAll(/listeneragent-3\.3|tiny-agent-1\.0\.0/g, 'NAME');
  return JSON.parse(text, (_key, value: unknown) => (typeof value === 'number' && value > 255 ? 'PID' : value));
}
