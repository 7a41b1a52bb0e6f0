import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UnknownCommandError } from './errors.ts';

/** From the package, which stands one folder above the sources and above what is built of them. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Failures are thrown, so that they are told in one place and one manner. */
export function prepare(command: Command, above: readonly string[] = []): void {
  const path = [...above, command.name()];
  command
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .helpCommand(false);
  if (command.commands.length === 0) return;
  command.on('command:*', ([given = '']: readonly string[]) => {
    throw new UnknownCommandError(
      path,
      given,
      command.commands.map((one) => one.name()),
    );
  });
  for (const one of command.commands) prepare(one, path);
}
