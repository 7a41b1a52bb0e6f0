import process from 'node:process';
import { pathToFileURL } from 'node:url';

/*
 * A program of its own, so that an agent's code never runs in the platform: imports the module its argument names, and
 * ends with 0 when that is an agent, else says why not.
 */
const [, , file = ''] = process.argv;
try {
  const { default: agent } = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  if (typeof agent !== 'object' || agent === null || !('run' in agent) || !('methods' in agent))
    throw new Error('its default export is not what defineAgent answers');
  process.exit(0);
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error), () => process.exit(1));
}
