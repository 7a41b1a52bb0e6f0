import { checker, t } from '@volttron-ts/vip-core';
import type { Static } from '@volttron-ts/vip-core';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { PlatformLink } from '../platform-link.ts';
import type { Runner } from '../runner.ts';
import { pythonText } from '../python-text.ts';

interface ListOptions {
  readonly vip?: true;
}

const Description = t.Object(
  { params: t.Optional(t.Record(t.String(), t.Unknown())), doc: t.Optional(t.Union([t.String(), t.Null()])) },
  { additionalProperties: true },
);
type Description = Static<typeof Description>;

const asDescription = checker(Description);
const asMethods = checker(t.Object({ methods: t.Array(t.String()) }, { additionalProperties: true }));

/** A peer, and its methods with what it says of them, when it was asked. */
interface InspectedPeer {
  readonly peer: string;
  readonly methods: Readonly<Record<string, Description | undefined>>;
}

/** `vctl rpc list` and `rpc code`: what peers answer to `inspect` (reference/vip-zmq.md §2.12.5). */
export function addRpcInspection(rpc: Command, run: Runner): void {
  rpc
    .command('list [pattern...]')
    .description('list the methods of all peers, of one, or what one says of some of its methods')
    .option('-i, --vip', 'every word is a peer')
    .addHelpText('after', '\nMethods with a dot, which every peer has, are shown with -v.')
    .action(run(list));
  rpc
    .command('code [pattern...]')
    .description('print how an agent in Python calls the methods')
    .addHelpText('after', '\nMethods with a dot, which every peer has, are shown with -v.')
    .action(run((context, words) => code(context, words)));
}

async function list(context: CommandContext, words: readonly string[], { vip }: ListOptions): Promise<void> {
  const found = await inspect(context, words, vip === true);
  const text = found.flatMap(({ peer, methods }) => [`${peer}\n`, ...Object.entries(methods).map(describe)]);
  const listed = found.map(({ peer, methods }) => {
    return [peer, Object.values(methods).some(Boolean) ? methods : Object.keys(methods)];
  });
  context.print(text.join(''), Object.fromEntries(listed));
}

function describe([method, description]: [string, Description | undefined]): string {
  const name = `\t${method}\n`;
  if (description === undefined) return name;
  const { doc, params = {} } = description;
  const about = (doc ?? 'No documentation for this method.').trim().replaceAll('\n', '\n\t\t');
  const rows = Object.entries(params).map(([param, details]) => `\t\t${param}:\n\t\t\t${pythonText(details)}\n`);
  const parameters = rows.length === 0 ? ['\t\tNo parameters for this method.\n'] : rows;
  return [name, `\tDocumentation:\n\t\t${about}\n`, '\tParameters:\n', ...parameters].join('');
}

async function code(context: CommandContext, words: readonly string[]): Promise<void> {
  const calls = (await inspect(context, words, false)).flatMap(({ peer, methods }) =>
    Object.entries(methods).map(([method, description]) => {
      const params = Object.keys(description?.params ?? {});
      return `self.vip.rpc.call(${[peer, method, ...params].join(', ')}).get()`;
    }),
  );
  context.print(calls.map((call) => `${call}\n`).join(''), calls);
}

/** Without `arePeers` the words after the first are methods of the peer that the first names. */
async function inspect(context: CommandContext, words: readonly string[], arePeers: boolean): Promise<InspectedPeer[]> {
  const platform = await context.platform();
  const known = await platform.peers();
  const wanted = words.length === 0 ? known : arePeers ? words : words.slice(0, 1);
  for (const peer of wanted.filter((one) => !known.includes(one))) {
    context.note(`rpc: no peer "${peer}" is connected; vctl peerlist shows those that are\n`);
  }
  const methods = arePeers ? [] : words.slice(1);
  const own = platform.identity;
  const asked = wanted.filter((peer) => known.includes(peer) && peer !== own);
  return Promise.all(asked.map((peer) => inspectPeer(context, platform, peer, methods)));
}

async function inspectPeer(
  context: CommandContext,
  platform: PlatformLink,
  peer: string,
  wanted: readonly string[],
): Promise<InspectedPeer> {
  if (wanted.length > 0) {
    const described = await Promise.all(wanted.map((method) => describeMethod(platform, peer, method)));
    return { peer, methods: Object.fromEntries(described) };
  }
  const { methods } = asMethods(await platform.call(peer, 'inspect'), `the methods of ${peer}`);
  const shown = methods.filter((method) => context.global.verbosity > 0 || !method.includes('.'));
  return { peer, methods: Object.fromEntries(shown.toSorted().map((method) => [method, undefined])) };
}

async function describeMethod(platform: PlatformLink, peer: string, method: string): Promise<[string, Description]> {
  const answer = await platform.call(peer, `${method}.inspect`);
  return [method, asDescription(answer, `what ${peer} says of ${method}`)];
}
