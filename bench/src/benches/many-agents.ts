import { setTimeout as wait } from 'node:timers/promises';
import { decodeKey, encodeKey } from '@volttron-ts/vip-core';
import { curveKeyPair } from 'zeromq';
import type { Comparison, Measurement } from '../compare.ts';
import type { PartyProcess } from '../party-process.ts';
import { runParties } from '../run-parties.ts';
import type { StartParty } from '../run-parties.ts';
import { sharedRuns } from '../shared-runs.ts';

const AGENTS = 1000;
const LOADS = 4;
const EARLY_MS = 10_000;
const LATE_MS = 60_000;
/** For what is under way when the publishers stop. */
const DRAIN_MS = 2000;

interface Figures extends Omit<Measurement, 'value'> {
  readonly lost: number;
  readonly growth: number;
}

interface Parties {
  readonly router: PartyProcess;
  readonly subscriber: PartyProcess;
  readonly loads: readonly PartyProcess[];
}

async function startAll(start: StartParty, folder: string): Promise<Parties> {
  const server = curveKeyPair();
  const clients = Array.from({ length: AGENTS }, (_, n) => ({ ...curveKeyPair(), identity: `agent${n}` }));
  const client = curveKeyPair();
  const { party: router, ready } = await start('auth-router.ts', {
    bind: `ipc://${folder}/router.sock`,
    curve: { serverKey: server.publicKey, serverSecret: server.secretKey },
    keys: [...clients, client].map(({ publicKey }) => encodeKey(decodeKey(publicKey))),
    entries: AGENTS + 1,
  });
  const common = { ...(ready as { endpoint: string }), serverKey: server.publicKey };
  const { party: subscriber } = await start('counting-subscriber.ts', { ...common, client });
  const share = AGENTS / LOADS;
  const loads: PartyProcess[] = [];
  for (let load = 0; load < LOADS; load++) {
    const own = clients.slice(load * share, (load + 1) * share);
    loads.push((await start('steady-agents.ts', { ...common, clients: own })).party);
  }
  return { router, subscriber, loads };
}

async function run(): Promise<Figures> {
  return runParties(async (start, folder) => {
    const { router, subscriber, loads } = await startAll(start, folder);
    await Promise.all(loads.map(async (load) => load.ask('go')));
    const before = [router, subscriber, ...loads].map((party) => party.cpuSeconds());
    await wait(EARLY_MS);
    const early = router.residentMb();
    await wait(LATE_MS - EARLY_MS);
    const growth = router.residentMb() / early;
    const sent = await Promise.all(loads.map(async (load) => (await load.ask('stop')) as number));
    await wait(DRAIN_MS);
    const messages = sent.reduce((sum, count) => sum + count, 0);
    const used = [router, subscriber, ...loads].map((party, index) => party.cpuSeconds() - (before[index] ?? 0));
    const [routerCpu = 0, sink = 0, ...sources] = used;
    return {
      lost: messages - ((await subscriber.ask('count')) as number),
      growth,
      messages,
      seconds: LATE_MS / 1000,
      cpu: { router: routerCpu, sink, source: sources.reduce((sum, one) => sum + one, 0) },
    };
  });
}

/** 1,000 connections with CURVE and keys of their own, a message a second each, one subscriber to all, for a minute. */
export function manyAgents(): Comparison[] {
  const [lost, growth] = sharedRuns(run, [({ lost }) => lost, ({ growth }) => growth]);
  return [
    { name: 'lost or out of order', unit: 'messages', ours: lost, goal: { atMost: 0 }, peers: [] },
    { name: 'memory, 60 s / 10 s', unit: 'times', ours: growth, goal: { atMost: 1.1 }, peers: [] },
  ];
}
