import { join } from 'node:path';
import { verifyAudit } from '@volttron-ts/auth';
import { Argument } from 'commander';
import type { Command } from 'commander';
import { callControl } from '../agents/known-agents.ts';
import type { CommandContext } from '../command-context.ts';
import { AuditFaultError } from '../errors.ts';
import type { Runner } from '../program.ts';
import { pythonText } from '../python-text.ts';
import { shutdown } from './shutdown.ts';

const STATS = ['status', 'enable', 'disable', 'dump', 'pprint'] as const;

/** `vctl shutdown`, `stats` and `audit verify`. */
export function addPlatformCommands(program: Command, run: Runner): void {
  program
    .command('shutdown')
    .description('stop all agents')
    .option('--platform', 'the platform too, and wait until it is gone')
    .action(run(shutdown));
  program
    .command('stats')
    .description('count the messages of the router')
    .addArgument(new Argument('[op]', 'what to do').choices(STATS).default('status'))
    .action(run(stats));
  program
    .command('audit')
    .description('check the audit log')
    .command('verify')
    .description("check the chain and the signatures of the home's audit log")
    .action(run(verify));
}

async function stats(context: CommandContext, [op = 'status']: readonly string[]): Promise<void> {
  if (op === 'dump' || op === 'pprint') {
    const counts = await callControl(context, 'stats.get');
    context.print(op === 'dump' ? `${pythonText(counts)}\n` : `${JSON.stringify(counts, null, 2)}\n`, counts);
    return;
  }
  if (op !== 'status') await callControl(context, `stats.${op}`);
  const enabled = (await callControl(context, 'stats.enabled')) === true;
  context.print(enabled ? 'enabled\n' : 'disabled\n', { enabled });
}

async function verify(context: CommandContext): Promise<void> {
  const verdict = await verifyAudit(context.home);
  if (!verdict.ok) throw new AuditFaultError(join(context.home, 'audit.log'), verdict);
  const { entries, signedThrough, head, unfinished } = verdict;
  if (unfinished > 0) context.note(`audit: ${unfinished} bytes at the end are no whole line\n`);
  context.print(`${entries} entries, unbroken; signed through ${signedThrough}; head ${head.hash}\n`, verdict);
}
