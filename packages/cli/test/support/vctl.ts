import { spawn } from 'node:child_process';
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
export async function vctl(args: readonly string[], { home, input = '', environment, merged }: Run): Promise<Ended> {
  const command = [process.execPath, SOURCES, VCTL, ...args];
  const [program = '', ...rest] = merged === true ? ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...command] : command;
  const child = spawn(program, rest, { env: { ...process.env, VOLTTRON_HOME: home, ...environment } });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}
