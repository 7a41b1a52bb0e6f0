import { curveKeyPair } from 'zeromq';
import type { Comparison, Goal, Measurement } from '../compare.ts';
import { runParties } from '../run-parties.ts';

/** What peers/caller.ts measured. */
interface Calls {
  readonly calls: number;
  readonly seconds: number;
  readonly p50Ms: number;
}

interface Case {
  readonly name: string;
  readonly unit: string;
  readonly inFlight: number;
  readonly goal: Goal;
  readonly of: (calls: Calls) => number;
}

const cases: readonly Case[] = [
  { name: '1 in flight', unit: 'ms, median', inFlight: 1, goal: { atMost: 0.6 }, of: ({ p50Ms }) => p50Ms },
  {
    name: '64 in flight',
    unit: 'calls/s',
    inFlight: 64,
    goal: { atLeast: 15_000 },
    of: ({ calls, seconds }) => calls / seconds,
  },
];

async function measure({ inFlight, of }: Case): Promise<Measurement> {
  return runParties(async (start, folder) => {
    const server = curveKeyPair();
    const curve = { serverKey: server.publicKey, serverSecret: server.secretKey };
    const { party: router, ready } = await start('vip-router.ts', { bind: `ipc://${folder}/router.sock`, curve });
    const agent = { ...(ready as { endpoint: string }), serverKey: server.publicKey };
    const { party: callee } = await start('callee.ts', agent);
    const { party: caller } = await start('caller.ts', { ...agent, inFlight });
    await caller.ask('warm');
    const parties = [router, callee, caller];
    const before = parties.map((party) => party.cpuSeconds());
    const calls = (await caller.ask('measure')) as Calls;
    const used = parties.map((party, index) => party.cpuSeconds() - (before[index] ?? 0));
    const [routerCpu = 0, sink = 0, source = 0] = used;
    return {
      value: of(calls),
      messages: calls.calls,
      seconds: calls.seconds,
      cpu: { router: routerCpu, sink, source },
    };
  });
}

/** Calls from agent to agent over ipc with CURVE, each a process: agent → router → agent and back. */
export function rpc(): Comparison[] {
  return cases.map((one) => ({
    name: one.name,
    unit: one.unit,
    ours: { name: 'agents', run: async () => measure(one) },
    goal: one.goal,
    peers: [],
  }));
}
