import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentContext, AgentDefinition } from '@volttron-ts/agent';
import type { FakePlatform } from '@volttron-ts/agent/testing';
import { decodeText, encodeRpcRequest, parseLooseJson } from '@volttron-ts/vip-core';

/** An agent that does what the test says. */
export function agentThat(
  run: (context: AgentContext<object>) => Promise<void> = () => Promise.resolve(),
): AgentDefinition {
  return defineAgent({ name: 'tester', version: '1.2.3', config: t.Object({}), run });
}

/** Settles when the agent was welcomed and has told its subscriptions. */
export async function welcomed(platform: FakePlatform, times = 1, identity = 'agent'): Promise<void> {
  await platform.until(() => {
    const told = platform.received.filter(({ from, args }) => from === identity && isSynchronize(args));
    return told.length >= times ? true : undefined;
  });
  await turns();
}

const isSynchronize = (args: readonly Uint8Array[]): boolean =>
  args.length === 3 && decodeText(args[0]) === 'synchronize';

/** Lets everything run that is ready to run. */
export function turns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

let calls = 0;

/** Calls a method of an agent as another peer would, and answers the JSON-RPC response. */
export async function callAgent(
  platform: FakePlatform,
  method: string,
  params: unknown[] = [],
  { from = 'caller', to = 'agent' } = {},
): Promise<Record<string, unknown>> {
  platform.play(from, () => undefined);
  const id = `call.${++calls}`;
  platform.send(to, { peer: from, id, subsystem: 'RPC', args: [encodeRpcRequest('c', method, params)] });
  const { args } = await platform.message((message) => message.id === id && message.peer === from);
  return parseLooseJson(decodeText(args[0])) as Record<string, unknown>;
}
