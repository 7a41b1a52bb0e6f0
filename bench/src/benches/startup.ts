import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { agentEntry, AuthFile, ensureEntries, KeyStore } from '@volttron-ts/auth';
import type { Comparison, Measurement } from '../compare.ts';
import { BenchError } from '../errors.ts';
import { anonymousMb, descendants, residentMb } from '../process-memory.ts';
import { startReady } from '../ready-child.ts';
import { sharedRuns } from '../shared-runs.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PLATFORM = join(ROOT, 'packages/platform/bin/volttron.js');
const AGENT = join(ROOT, 'packages/connect/bin/volttron-agent.js');
const VCTL = join(ROOT, 'packages/cli/bin/vctl.js');
const LISTENER = join(ROOT, 'agents/listener');
const ROUTER = join(ROOT, 'bench/peers/built-router.js');

const AGENTS = ['one', 'two', 'three', 'four', 'five', 'six'];
const MEMORY = [
  { name: 'router process', goal: { atMost: 75 } },
  { name: 'agent process', goal: { atMost: 60 } },
  { name: 'platform and 6 agents that share a process', goal: { atMost: 350 } },
  { name: 'platform process', goal: null },
  { name: 'router process, of its own', goal: null },
  { name: 'agent process, of its own', goal: null },
  { name: 'platform and 6 agents, of their own', goal: null },
];
/** What is only needed to start is free again after it. */
const SETTLE_MS = 3000;

/** In MB: all that is in RAM; of that, what no other process can share. */
interface Memory {
  readonly resident: number;
  readonly own: number;
}

interface Figures extends Omit<Measurement, 'value'> {
  readonly platformSeconds: number;
  readonly agentSeconds: number;
  readonly agent: Memory;
  readonly router: Memory;
  readonly platform: Memory;
  /** The platform and the process that its six agents share. */
  readonly all: Memory;
}

/** What `npm run build` made, with nothing compiled before: what the compilers leave in the home is thrown away. */
class ColdHome implements AsyncDisposable {
  readonly home: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #children: ChildProcess[] = [];

  private constructor(home: string) {
    this.home = home;
    this.#environment = { ...process.env, VOLTTRON_HOME: home, NODE_COMPILE_CACHE: join(home, 'compile-cache') };
  }

  static async make(): Promise<ColdHome> {
    const home = await mkdtemp(join(tmpdir(), 'bench-'));
    const shared = AGENTS.join(', ');
    await writeFile(join(home, 'config'), `[volttron]\ninstance-name = campus\nshared-agents = "${shared}"\n`);
    const { publicKey } = await new KeyStore(home).agent('first');
    await ensureEntries(await AuthFile.open(join(home, 'auth.json')), [agentEntry('first', publicKey)]);
    return new ColdHome(home);
  }

  /** Starts it; settles with the seconds until it says that it serves, or that it was welcomed. */
  async start(program: string, args: readonly string[]): Promise<{ child: ChildProcess; seconds: number }> {
    const began = performance.now();
    const { child } = await startReady(program, args, this.#environment);
    this.#children.push(child);
    return { child, seconds: (performance.now() - began) / 1000 };
  }

  async vctl(...args: readonly string[]): Promise<void> {
    await promisify(execFile)(process.execPath, [VCTL, ...args], { env: this.#environment });
  }

  /** The last started first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.toReversed()) {
      if (child.exitCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(this.home, { recursive: true, force: true });
  }
}

async function run(): Promise<Figures> {
  await using cold = await ColdHome.make();
  const router = await cold.start(ROUTER, [cold.home]);
  const platform = await cold.start(PLATFORM, []);
  const agent = await cold.start(AGENT, ['--identity', 'first', '@volttron-ts/listener']);
  await wait(SETTLE_MS);
  const pid = platform.child.pid ?? 0;
  const agentPid = agent.child.pid ?? 0;
  const alone = {
    router: memoryOf(router.child.pid ?? 0),
    agent: memoryOf(agentPid),
    platform: memoryOf(pid),
  };
  for (const identity of AGENTS) await cold.vctl('install', LISTENER, '--vip-identity', identity, '--start');
  await wait(SETTLE_MS);
  const all = [pid, ...descendants(pid)];
  const installed = await readdir(join(cold.home, 'agents'));
  if (installed.length !== AGENTS.length || all.length !== 2)
    throw new BenchError('The agents do not share a process.');
  return {
    ...alone,
    all: all.map(memoryOf).reduce((sum, one) => ({ resident: sum.resident + one.resident, own: sum.own + one.own })),
    platformSeconds: platform.seconds,
    agentSeconds: agent.seconds,
    messages: 0,
    seconds: platform.seconds,
    cpu: { router: 0, sink: 0, source: 0 },
  };
}

const memoryOf = (pid: number): Memory => ({ resident: residentMb(pid), own: anonymousMb(pid) });

/** What was built, from the first line of its code: how soon it is there, and what it takes of the machine. */
export function startup(): Comparison[] {
  const [platform, agent, both, ...memory] = sharedRuns(run, [
    ({ platformSeconds }) => platformSeconds,
    ({ agentSeconds }) => agentSeconds,
    ({ platformSeconds, agentSeconds }) => platformSeconds + agentSeconds,
    (figures) => figures.router.resident,
    (figures) => figures.agent.resident,
    (figures) => figures.all.resident,
    (figures) => figures.platform.resident,
    (figures) => figures.router.own,
    (figures) => figures.agent.own,
    (figures) => figures.all.own,
  ]);
  const inTime = { unit: 's', goal: { atMost: 1.2 }, peers: [] };
  return [
    { ...inTime, name: 'platform serves, cold', ours: platform },
    { ...inTime, name: 'agent has its first hello, cold', ours: agent },
    { ...inTime, name: 'both, one after the other', ours: both },
    ...memory.map((ours, index) => ({ ...MEMORY[index]!, unit: 'MB', ours, peers: [] })),
  ];
}
