import { join } from 'node:path';
import { verifyAudit } from '@volttron-ts/auth';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { AuditFaultError } from '../errors.ts';
import type { Runner } from '../runner.ts';
import { shutdown } from './shutdown.ts';

/** `vctl shutdown` and `audit verify`. */
export function addPlatformCommands(program: Command, run: Runner): void {
  program
    .command('shutdown')
    .description('stop all agents')
    .option('--platform', 'the platform too, and wait until it is gone')
    .action(run(shutdown));
  program
    .command('audit')
    .description('check the audit log')
    .command('verify')
    .description("check the chain and the signatures of the home's audit log")
    .action(run(verify));
}

async function verify(context: CommandContext): Promise<void> {
  const verdict = await verifyAudit(context.home);
  if (!verdict.ok) throw new AuditFaultError(join(context.home, 'audit.log'), verdict);
  const { entries, signedThrough, head, unfinished } = verdict;
  if (unfinished > 0) context.note(`audit: ${unfinished} bytes at the end are no whole line\n`);
  context.print(`${entries} entries, unbroken; signed through ${signedThrough}; head ${head.hash}\n`, verdict);
}
