import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const VCTL = fileURLToPath(new URL('../../bin/vctl.js', import.meta.url));

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
  /** Errors go to the output, as on a terminal. */
  readonly merged?: true;
}

/** Runs `vctl` in a process of its own. */
export async function vctl(args: readonly string[], run: Run): Promise<Ended> {
  const child = spawnVctl(args, run);
  child.stdin.end(run.input ?? '');
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

function spawnVctl(args: readonly string[], { home, environment, merged }: Run): ChildProcessWithoutNullStreams {
  const command = [process.execPath, SOURCES, VCTL, ...args];
  const [program = '', ...rest] = merged === true ? ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...command] : command;
  const child = spawn(program, rest, { env: { ...process.env, VOLTTRON_HOME: home, ...environment } });
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
  const child = spawnVctl(args, run);
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
