import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PartyProcess } from './party-process.ts';

export type StartParty = (file: string, config: object) => Promise<{ party: PartyProcess; ready: unknown }>;

/** Runs with party processes, which end with the run, and a folder for sockets, which goes with it. */
export async function runParties<T>(run: (start: StartParty, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    await using stack = new AsyncDisposableStack();
    const start: StartParty = async (file, config) => {
      const started = await PartyProcess.start(file, config);
      stack.use(started.party);
      return started;
    };
    return await run(start, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
