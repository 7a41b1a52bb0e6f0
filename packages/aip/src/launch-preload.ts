import { closeSync, readSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/*
 * Loaded into an agent's process before its program. Its workers and children, which inherit the flag that loads this,
 * find the variable gone.
 */
const file = process.env['AGENT_EXIT_FILE'];
if (isMainThread && file !== undefined) {
  delete process.env['AGENT_EXIT_FILE'];
  awaitGo();
  recordExit(file);
}

/** A platform that dies before it has recorded this process would never find it again: the process then ends too. */
function awaitGo(): void {
  const go = 3;
  if (readSync(go, Buffer.alloc(1)) === 0) process.exit();
  closeSync(go);
}

/**
 * A platform that took the agent back is not its parent, so the system never tells it the exit code; the process leaves
 * it in a file.
 */
function recordExit(path: string): void {
  process.on('exit', (code) => {
    try {
      writeFileSync(path, String(code), { mode: 0o600 });
    } catch {
      // The folder went with the agent; nobody will ask.
    }
  });
}
