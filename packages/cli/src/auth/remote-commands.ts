import { checker, t } from '@volttron-ts/vip-core';
import type { Static } from '@volttron-ts/vip-core';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { Runner } from '../runner.ts';
import { columns, columnWidths } from '../table.ts';
import { callAuth } from './auth-contents.ts';

const Request = t.Object({ user_id: t.String(), address: t.String() }, { additionalProperties: true });
const asRequests = checker(t.Array(Request));
type Request = Static<typeof Request>;

/** In the order of the original. */
const STATUSES = ['approved', 'denied', 'pending'] as const;
type Status = (typeof STATUSES)[number];

const isStatus = (text: string): text is Status => (STATUSES as readonly string[]).includes(text);

/** `auth remote list`, `approve`, `deny` and `delete`. */
export function addRemoteCommands(remote: Command, run: Runner): void {
  remote
    .command('list')
    .description('list the keys that asked to connect')
    .option('--status <status>', 'only approved, denied or pending ones')
    .action(run(list));
  remote.command('approve <user_id>').description('let a key in').action(run(approve));
  remote
    .command('deny <user_id>')
    .description('keep a key out, and end its sessions')
    .action(run((context, [id = '']) => decide(context, 'deny', id)));
  remote
    .command('delete <user_id>')
    .description('forget a request and its decision; the key may ask anew')
    .action(run((context, [id = '']) => decide(context, 'delete', id)));
}

async function list(
  context: CommandContext,
  _: readonly string[],
  { status }: { readonly status?: string },
): Promise<void> {
  if (status !== undefined && !isStatus(status)) {
    const text = "Invalid parameter. Please use 'approved', 'denied', 'pending', or leave blank to list all.";
    context.print(`${text}\n`, { error: { code: 'usage', message: text } });
    return;
  }
  const found: (Request & { status: Status })[] = [];
  for (const one of status === undefined ? STATUSES : [status]) {
    found.push(...(await requests(context, one)).map((request) => ({ ...request, status: one })));
  }
  const none = `No ${status === undefined ? '' : `${status} `}remote certificates or credentials\n`;
  const rows = found.map((request) => [request.user_id, request.address, request.status.toUpperCase()]);
  const headings = ['USER_ID', 'ADDRESS', 'STATUS'];
  const widths = columnWidths([headings, ...rows]);
  if (found.length > 0) context.note(columns(headings, widths));
  context.print(found.length === 0 ? none : rows.map((row) => columns(row, widths)).join(''), found);
}

async function requests(context: CommandContext, status: Status): Promise<Request[]> {
  return asRequests(await callAuth(context, `get_${status}_authorizations`), `the ${status} requests`);
}

async function approve(context: CommandContext, [id = '']: readonly string[]): Promise<void> {
  const wasDenied = (await requests(context, 'denied')).some((request) => request.user_id === id);
  await decide(context, 'approve', id);
  if (!wasDenied) return;
  context.note('The key was denied before: an agent of Python VOLTTRON (libzmq) has given up and must be restarted.\n');
}

async function decide(context: CommandContext, verb: 'approve' | 'deny' | 'delete', id: string): Promise<void> {
  await callAuth(context, `${verb}_authorization`, id);
  context.print('', { user_id: id, status: { approve: 'approved', deny: 'denied', delete: 'deleted' }[verb] });
}
