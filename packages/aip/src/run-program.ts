import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ProgramEnd {
  /** Null after a signal. */
  readonly code: number | null;
  /** The end of what it printed on both streams. */
  readonly output: string;
}

const KEPT = 8192;

/**
 * Runs a program to its end and keeps what it says; it is killed after `timeoutMs`. Rejects with the system's error when it
 * cannot be started.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd, timeoutMs }: { readonly cwd: string; readonly timeoutMs: number },
): Promise<ProgramEnd> {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT);
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output.trim() };
}
