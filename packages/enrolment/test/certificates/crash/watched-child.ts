import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import type { Ledger } from './ledger.ts';
import type { Reply, Told } from './link.ts';

export interface ChildEnd {
  readonly told: readonly Told[];
  /** The exit code, or the signal that ended it. */
  readonly end: number | string;
}

interface Watch {
  /** Before the node and its script, such as strace. */
  readonly wrapper?: readonly string[];
  readonly ledger: Ledger;
  /** Asked after each line; an answer of true kills the child, and with it all that it has not written. */
  readonly kill?: (lines: number) => boolean;
}

/** Runs a script until its end, and answers for its CA; settles when nothing of it is left to hear. */
export async function runChild(script: string, args: readonly string[], watch: Watch): Promise<ChildEnd> {
  const { wrapper = [], ledger, kill = () => false } = watch;
  const [command = '', ...rest] = [...wrapper, process.execPath, script, ...args];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  // A child that is dead hears no more answers.
  child.stdin.on('error', () => undefined);
  const told: Told[] = [];
  for await (const line of createInterface(child.stdout)) {
    const message = read(line);
    if (message === undefined) continue;
    told.push(message);
    if (message.told === 'ask') child.stdin.write(`${JSON.stringify(await answer(ledger, message))}\n`);
    if (kill(told.length)) child.kill('SIGKILL');
  }
  const [code, signal] = await closed;
  return { told, end: signal ?? code ?? -1 };
}

/** A line that the end of its writer cut off was never told. */
function read(line: string): Told | undefined {
  try {
    return JSON.parse(line) as Told;
  } catch {
    return undefined;
  }
}

async function answer(ledger: Ledger, { number, orderId, csr }: Extract<Told, { told: 'ask' }>): Promise<Reply> {
  if (csr === undefined) return { number, certificate: (await ledger.look(orderId)) ?? null };
  await ledger.issue(orderId, csr);
  return { number, certificate: null };
}
