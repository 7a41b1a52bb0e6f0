import { execFile, fork } from 'node:child_process';
import type { ChildProcess, Serializable } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { agentEntry, AuthFile, ensureEntries, KeyStore } from '@volttron-ts/auth';
import type { Comparison, Measurement } from '../compare.ts';
import { BenchError } from '../errors.ts';
import { descendants, proportionalMb, residentMb } from '../process-memory.ts';
import { runParties } from '../run-parties.ts';
import { sharedRuns } from '../shared-runs.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PLATFORM = join(ROOT, 'packages/platform/bin/volttron.js');
const AGENT = join(ROOT, 'packages/connect/bin/volttron-agent.js');
const VCTL = join(ROOT, 'packages/cli/bin/vctl.js');
const LISTENER = join(ROOT, 'agents/listener');

const AGENTS = ['one', 'two', 'three', 'four', 'five', 'six'];
const MEMORY = [
  { name: 'agent process', goal: { atMost: 60 } },
  { name: 'router process', goal: { atMost: 75 } },
  { name: 'platform and 6 agents that share a process', goal: { atMost: 350 } },
  { name: 'agent process, shared pages whole', goal: null },
  { name: 'router process, shared pages whole', goal: null },
  { name: 'platform process, shared pages whole', goal: null },
  { name: 'platform and 6 agents, shared pages whole', goal: null },
];
/** What is only needed to start is free again after it. */
const SETTLE_MS = 3000;

/** In MB: its own and its share of shared pages; all that is mapped to it, shared pages whole. */
interface Memory {
  readonly pss: number;
  readonly rss: number;
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
    const child = fork(program, args, { env: this.#environment, execArgv: [], silent: true });
    this.#children.push(child);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [Serializable];
    if (typeof message !== 'object') throw new BenchError(`${program} ended early. ${said.trim()}`);
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
  const platform = await cold.start(PLATFORM, []);
  const agent = await cold.start(AGENT, ['--identity', 'first', '@volttron-ts/listener']);
  await wait(SETTLE_MS);
  const pid = platform.child.pid ?? 0;
  const agentPid = agent.child.pid ?? 0;
  const alone = { agent: memoryOf(agentPid), platform: memoryOf(pid) };
  for (const identity of AGENTS) await cold.vctl('install', LISTENER, '--vip-identity', identity, '--start');
  await wait(SETTLE_MS);
  const all = [pid, ...descendants(pid)];
  const installed = await readdir(join(cold.home, 'agents'));
  if (installed.length !== AGENTS.length || all.length !== 2)
    throw new BenchError('The agents do not share a process.');
  return {
    ...alone,
    all: all.map(memoryOf).reduce((sum, one) => ({ pss: sum.pss + one.pss, rss: sum.rss + one.rss })),
    router: await routerAlone(),
    platformSeconds: platform.seconds,
    agentSeconds: agent.seconds,
    messages: 0,
    seconds: platform.seconds,
    cpu: { router: 0, sink: 0, source: 0 },
  };
}

const memoryOf = (pid: number): Memory => ({ pss: proportionalMb(pid), rss: residentMb(pid) });

/** A process that is a router and nothing else. */
const routerAlone = (): Promise<Memory> =>
  runParties(async (start, folder) => {
    const { party } = await start('vip-router.ts', { bind: `ipc://${folder}/router.sock`, subscribers: 1 });
    await wait(SETTLE_MS);
    return memoryOf(party.pid);
  });

/** What was built, from the first line of its code: how soon it is there, and what it takes of the machine. */
export function startup(): Comparison[] {
  const [platform, agent, ...memory] = sharedRuns(run, [
    ({ platformSeconds }) => platformSeconds,
    ({ agentSeconds }) => agentSeconds,
    (figures) => figures.agent.pss,
    (figures) => figures.router.pss,
    (figures) => figures.all.pss,
    (figures) => figures.agent.rss,
    (figures) => figures.router.rss,
    (figures) => figures.platform.rss,
    (figures) => figures.all.rss,
  ]);
  return [
    { name: 'platform serves, cold', unit: 's', ours: platform, goal: { atMost: 1.2 }, peers: [] },
    { name: 'agent has its first hello, cold', unit: 's', ours: agent, goal: { atMost: 1.2 }, peers: [] },
    ...memory.map((ours, index) => ({ ...MEMORY[index]!, unit: 'MB', ours, peers: [] })),
  ];
}
