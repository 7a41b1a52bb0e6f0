import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/*
 * Loaded into an agent's process before its program. A platform that took the agent back is not its parent, so the system
 * never tells it the exit code; the process leaves it in the file AGENT_EXIT_FILE names. Its workers and children, which
 * inherit the flag that loads this, find the variable gone.
 */
const file = process.env['AGENT_EXIT_FILE'];
if (isMainThread && file !== undefined) {
  delete process.env['AGENT_EXIT_FILE'];
  process.on('exit', (code) => {
    try {
      writeFileSync(file, String(code), { mode: 0o600 });
    } catch {
      // The folder went with the agent; nobody will ask.
    }
  });
}
