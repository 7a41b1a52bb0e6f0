import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** From where npm links programs. */
const pathOf = (program: string): string =>
  fileURLToPath(new URL(`../../../../node_modules/.bin/${program}`, import.meta.url));

export const SOURCES = '--conditions=@volttron-ts/source';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run {
  readonly home: string;
  /** What stands in the input, which then ends. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs; here when absent. */
  readonly folder?: string;
  /** Errors go to the output, as on a terminal. */
  readonly merged?: true;
}

/** Runs `vctl` in a process of its own. */
export async function vctl(args: readonly string[], run: Run): Promise<Ended> {
  return endOf(spawnProgram('vctl', args, run), run.input);
}

/** The same by the name that VOLTTRON's documents give it. */
export async function volttronCtl(args: readonly string[], run: Run): Promise<Ended> {
  return endOf(spawnProgram('volttron-ctl', args, run), run.input);
}

/** Runs any of the linked programs, without a home in its environment. */
export async function runLinked(program: string, ...args: readonly string[]): Promise<Ended> {
  return endOf(spawnProgram(program, args, { home: '' }));
}

/** Runs `vcfg` in a process of its own, without a home in its environment. */
export async function vcfg(args: readonly string[], input = ''): Promise<Ended> {
  return endOf(spawnProgram('vcfg', args, { home: '' }), input);
}

async function endOf(child: ChildProcessWithoutNullStreams, input = ''): Promise<Ended> {
  child.stdin.end(input);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

function spawnProgram(
  name: string,
  args: readonly string[],
  { home, environment, merged, folder }: Run,
): ChildProcessWithoutNullStreams {
  const command = [process.execPath, SOURCES, pathOf(name), ...args];
  const [program = '', ...rest] = merged === true ? ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...command] : command;
  const env = { ...process.env, VOLTTRON_HOME: home, ...environment };
  const child = spawn(program, rest, { env, ...(folder === undefined ? {} : { cwd: folder }) });
  child.stdin.on('error', () => undefined);
  return child;
}

/** A `vctl` that goes on until its input ends. */
export interface RunningVctl {
  /** Settles when its output has this in it; rejects when it ends before. */
  says(part: string): Promise<void>;
  /** Writes into its input, ends that, and answers its exit code. */
  end(input?: string): Promise<number | null>;
}

export function startVctl(args: readonly string[], run: Run): RunningVctl {
  const child = spawnProgram('vctl', args, run);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.resume();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    says: (part) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (said.includes(part)) resolve();
        };
        child.stdout.on('data', look);
        look();
        void ended.then(() => {
          reject(new Error(`it ended without "${part}": ${said}`));
        });
      }),
    end: (input = '') => {
      child.stdin.end(input);
      return ended;
    },
  };
}
