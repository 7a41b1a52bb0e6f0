import type { CommandContext } from '../command-context.ts';

/** Names the patterns that choose no agent, as the original does: on the errors, with exit code 0. */
export function tellMissed(context: CommandContext, command: string, missed: readonly string[]): void {
  for (const pattern of missed) context.terminal.complain(`${command}: error: agent not found: ${pattern}\n`);
}
