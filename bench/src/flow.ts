import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { curveKeyPair } from 'zeromq';
import type { Measurement } from './compare.ts';
import { BenchError } from './errors.ts';
import { PYTHON } from './party-process.ts';
import type { PartyProcess } from './party-process.ts';
import { runParties } from './run-parties.ts';
import type { StartParty } from './run-parties.ts';

/** One flow of messages: source → router → sink, each a process of its own, on loopback or ipc. */
export interface Flow {
  /** The router under test: a file of bench/peers. */
  readonly router: string;
  readonly transport: 'ipc' | 'tcp';
  readonly curve: boolean;
  /** `direct`: 7 frames to the peer `sink`; `publish`: a pub/sub publish of 8 frames to the router. 200 bytes each. */
  readonly kind: 'direct' | 'publish';
  /** Whose DEALERs make the load. */
  readonly client: 'zmtp' | 'zeromq';
  /** To whom each publication goes; 1 when not given. */
  readonly subscribers?: number;
}

/** Warm-up (compilers, buffers) and measured time of a run. */
const WARM_MS = 1000;
const MEASURED_MS = 3000;
/** Messages under way at most: below every high-water mark, so no router may drop any. */
const WINDOW = 1000;
const FANOUT_WINDOW = 200;

interface Count {
  readonly count: number;
  readonly atMs: number;
}

/** Routers with an event loop tell its delay. */
const hasLoop = (router: string): boolean => router.endsWith('.ts');

/** The figures of one run, where `messages` counts deliveries; the caller makes its unit of them. */
export async function runFlow(flow: Flow): Promise<Omit<Measurement, 'value'>> {
  return runParties(async (start, folder) => runWith(start, folder, flow));
}

async function runWith(start: StartParty, dir: string, flow: Flow): Promise<Omit<Measurement, 'value'>> {
  const server = curveKeyPair();
  const { party: router, ready } = await start(flow.router, {
    bind: flow.transport === 'ipc' ? `ipc://${dir}/router.sock` : 'tcp://127.0.0.1:*',
    subscribers: flow.subscribers ?? 1,
    ...(flow.curve ? { curve: { serverKey: server.publicKey, serverSecret: server.secretKey } } : {}),
  });
  const client = async (file: string): Promise<PartyProcess> => {
    const { publicKey, secretKey } = curveKeyPair();
    const { party } = await start(file, {
      ...(ready as { endpoint: string }),
      kind: flow.kind,
      client: flow.client,
      window: flow.subscribers === undefined ? WINDOW : FANOUT_WINDOW,
      subscribers: flow.subscribers ?? 1,
      ...(flow.curve ? { curve: { serverKey: server.publicKey, publicKey, secretKey } } : {}),
    });
    return party;
  };
  const sink = await client('sink.ts');
  return await sample(flow, { router, sink, source: await client('source.ts') });
}

async function sample(
  flow: Flow,
  parties: Record<'router' | 'sink' | 'source', PartyProcess>,
): Promise<Omit<Measurement, 'value'>> {
  const cpu = (): Record<'router' | 'sink' | 'source', number> => ({
    router: parties.router.cpuSeconds(),
    sink: parties.sink.cpuSeconds(),
    source: parties.source.cpuSeconds(),
  });
  await parties.source.ask('go');
  await wait(WARM_MS);
  if (hasLoop(flow.router)) await parties.router.ask('reset');
  const [first, before] = [(await parties.sink.ask('count')) as Count, cpu()];
  await wait(MEASURED_MS);
  const [last, after] = [(await parties.sink.ask('count')) as Count, cpu()];
  const messages = last.count - first.count;
  if (messages === 0) throw new BenchError(`No message came through ${flow.router} in ${MEASURED_MS / 1000} s.`);
  return {
    messages,
    seconds: (last.atMs - first.atMs) / 1000,
    cpu: {
      router: after.router - before.router,
      sink: after.sink - before.sink,
      source: after.source - before.source,
    },
    ...(hasLoop(flow.router) ? { delayMs: (await parties.router.ask('delay')) as { p99: number; max: number } } : {}),
  };
}

/** A peer that is not there is a failure, never a skip. */
export function requirePyzmq(python = PYTHON): void {
  if (spawnSync(python, ['-c', 'import zmq'], { stdio: 'ignore' }).status === 0) return;
  throw new BenchError(`${python} cannot import zmq.`, 'Install it with: apt-get install -y python3-zmq');
}
