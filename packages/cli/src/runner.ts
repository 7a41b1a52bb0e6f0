import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

/** What a command does: its arguments, in their order, and its own options. */
export type Action<Options> = (context: CommandContext, args: readonly string[], options: Options) => Promise<void>;

/** Makes of an action what commander calls. */
export type Runner = <Options>(action: Action<Options>) => (this: Command, ...given: unknown[]) => Promise<void>;
