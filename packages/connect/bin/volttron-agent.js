#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import process from 'node:process';

enableCompileCache();
// Before the modules load, so that an agent which is told to stop at once ends well too. A launcher and a terminal may
// each send a signal; the second must not end the process half stopped.
const stopping = new globalThis.AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort());
const args = process.argv.slice(2);
if (args.length === 1 && args[0] === '--shared') {
  const { main } = await import('#shared');
  await main(stopping.signal);
} else {
  const { main } = await import('@volttron-ts/connect');
  await main(args, stopping.signal);
}
