import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const packages = new URL('../../../../packages/', import.meta.url);
const SOURCES = '--conditions=@volttron-ts/source';
const programs = {
  volttron: 'platform/bin/volttron.js',
  vctl: 'cli/bin/vctl.js',
  vcfg: 'cli/bin/vcfg.js',
  'volttron-agent': 'connect/bin/volttron-agent.js',
} as const;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** What the program told its launcher when it served. */
  readonly status: unknown;
  readonly pid: number;
  /** Ends it by SIGTERM, and answers its end. */
  stop(): Promise<Ended>;
}

function start(program: keyof typeof programs, args: readonly string[], environment: Record<string, string>) {
  const path = fileURLToPath(new URL(programs[program], packages));
  const child = spawn(process.execPath, [SOURCES, path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...environment },
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ended = Promise.all([closed, text(child.stdout!), text(child.stderr!)]).then(
    ([[code], stdout, stderr]): Ended => ({ code, stdout, stderr }),
  );
  return { child, ended };
}

/** Runs a program on a home to its end. */
export async function run(program: 'vctl' | 'vcfg', home: string, ...args: readonly string[]): Promise<Ended> {
  return start(program, args, { VOLTTRON_HOME: home }).ended;
}

/** Starts a program that goes on; settles when it serves, rejects with what it said when it ends before. */
export async function launch(
  program: 'volttron' | 'volttron-agent',
  args: readonly string[],
  environment: Record<string, string>,
): Promise<Running> {
  const { child, ended } = start(program, args, environment);
  const [status] = (await Promise.race([
    once(child, 'message'),
    ended.then(({ stderr }) => {
      throw new Error(`${program} ended: ${stderr}`);
    }),
  ])) as [unknown];
  return {
    status,
    pid: child.pid!,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Starts a platform; settles when it serves and has started its agents, which VOLTTRON_PID says. */
export async function startPlatform(home: string): Promise<Running> {
  const platform = await launch('volttron', ['--home', home], { VOLTTRON_HOME: home });
  const path = join(home, 'VOLTTRON_PID');
  const isStarted = (): boolean => existsSync(path) && readFileSync(path, 'utf8') === String(platform.pid);
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!isStarted()) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(home, look);
    look();
  });
  return platform;
}
