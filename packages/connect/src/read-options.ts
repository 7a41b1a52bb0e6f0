import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { UsageError } from './errors.ts';

/** Node's `parseArgs` for one of our programs; throws UsageError. */
export function readOptions<const Config extends ParseArgsConfig>(
  program: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(program, error instanceof Error ? error.message : String(error), error);
  }
}
