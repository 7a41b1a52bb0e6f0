import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/* Stands in the place of volttron-agent: runs the default export of the module with its surroundings. */
const { default: agent } = await import(pathToFileURL(process.argv[2]).href);
agent.run({ say: (text) => appendFileSync(1, `${text}\n`) });
