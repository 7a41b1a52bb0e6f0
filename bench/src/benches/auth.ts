import { setTimeout as wait } from 'node:timers/promises';
import { decodeKey, encodeKey } from '@volttron-ts/vip-core';
import { curveKeyPair } from 'zeromq';
import type { Comparison, Measurement } from '../compare.ts';
import { runParties } from '../run-parties.ts';

const ENTRIES = 100_000;
/** Keys that the load connects with in turn. */
const CLIENTS = 1000;
const WARM_MS = 2000;
const MEASURED_MS = 3000;

async function lookups(): Promise<Measurement> {
  return runParties(async (start) => {
    const { party } = await start('lookups.ts', { entries: ENTRIES });
    await party.ask('warm');
    const before = party.cpuSeconds();
    const value = (await party.ask('p99')) as number;
    const used = party.cpuSeconds() - before;
    return { value, messages: 50_000, seconds: used, cpu: { router: used, sink: 0, source: 0 } };
  });
}

async function handshakes(): Promise<Measurement> {
  return runParties(async (start, folder) => {
    const server = curveKeyPair();
    const clients = Array.from({ length: CLIENTS }, () => curveKeyPair());
    const { party: router, ready } = await start('auth-router.ts', {
      bind: `ipc://${folder}/router.sock`,
      curve: { serverKey: server.publicKey, serverSecret: server.secretKey },
      keys: clients.map(({ publicKey }) => encodeKey(decodeKey(publicKey))),
      entries: ENTRIES,
    });
    const { endpoint } = ready as { endpoint: string };
    const { party: load } = await start('handshakes.ts', { endpoint, serverKey: server.publicKey, clients });
    await load.ask('go');
    await wait(WARM_MS);
    const [before, first] = [router.cpuSeconds(), (await load.ask('count')) as number];
    await wait(MEASURED_MS);
    const [used, count] = [router.cpuSeconds() - before, ((await load.ask('count')) as number) - first];
    return {
      value: count / used,
      messages: count,
      seconds: MEASURED_MS / 1000,
      cpu: { router: used, sink: 0, source: load.cpuSeconds() },
    };
  });
}

/** CURVE with ZAP decisions over 100,000 entries, every tenth with an expression for its addresses. */
export function auth(): Comparison[] {
  return [
    {
      name: 'look-up, 100,000 entries',
      unit: 'µs, p99',
      ours: { name: 'authenticator', run: lookups },
      goal: { atMost: 50 },
      peers: [],
    },
    {
      name: 'handshakes, 100,000 entries',
      unit: 'handshakes/router CPU s',
      ours: { name: 'router', run: handshakes },
      goal: { atLeast: 1000 },
      peers: [],
    },
  ];
}
