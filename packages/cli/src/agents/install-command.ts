import { readFile } from 'node:fs/promises';
import { checkPriority, checkTag, packAgent } from '@volttron-ts/aip';
import { InvalidValueError, parseLooseJson, VipError } from '@volttron-ts/vip-core';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { ArgumentsError, InputFileError, InstallError, NotStartedError } from '../errors.ts';
import type { Runner } from '../runner.ts';
import { agentOf, callControl } from './known-agents.ts';
import { waitUntilReady } from './readiness.ts';
import { sendAgent } from './send-agent.ts';

interface InstallOptions {
  readonly tag?: string;
  readonly vipIdentity?: string;
  readonly agentConfig?: string;
  readonly force?: true;
  readonly priority?: string;
  readonly start?: true;
  readonly enable?: true;
  readonly csv?: true;
  readonly agentStartTime?: string;
}

/** `vctl install` (reference/agents-cli.md §7.3). */
export function addInstallCommand(program: Command, run: Runner): void {
  program
    .command('install <agent>')
    .description('install an agent: a folder, an archive of npm pack, or the name of an npm package')
    .option('--tag <tag>', 'its tag')
    .option('--vip-identity <identity>', 'its VIP identity, in place of one made of its name')
    .option('--agent-config <file>', 'its configuration, a JSON object')
    .option('-f, --force', 'also when the identity is installed; its keys, data, tag and priority are kept')
    .option('--priority <number>', 'let it start with the platform: 00 to 99, of which the higher start first')
    .option('--enable', 'let it start with the platform, with the priority 50 unless another is given')
    .option('--start', 'start it, and wait until it answers')
    .option('--csv', 'print the result as CSV')
    .option('--agent-start-time <seconds>', 'wait so long for its answer; also -st')
    .action(run(install));
}

interface Wishes {
  readonly tag: string | undefined;
  readonly priority: string | undefined;
  readonly config: string | undefined;
  /** How long to wait for a started agent's hello; undefined when it is not to be started. */
  readonly startMs: number | undefined;
}

/** What a platform did, in the words of the original. */
interface Report {
  agent_uuid: string;
  tag?: string;
  enabling?: true;
  priority?: string;
  starting?: true;
  started?: boolean;
  pid?: number;
}

async function install(
  context: CommandContext,
  [source = '']: readonly string[],
  options: InstallOptions,
): Promise<void> {
  const wishes = await readWishes(context, options);
  const uuid = await packAndSend(context, source, { options, config: wishes.config });
  const report: Report = { agent_uuid: uuid };
  await mark(context, report, wishes);
  if (wishes.startMs !== undefined) await start(context, report, wishes.startMs);
  const { pid } = report;
  const text = pid === undefined ? installedText(uuid) : `Agent ${uuid} installed and started [${pid}]\n`;
  context.print(options.csv === true ? csvOf(report) : text, report);
}

const installedText = (uuid: string): string => `Agent ${uuid} installed\n`;

const csvOf = (report: Report): string => `${Object.keys(report).join(',')}\n${Object.values(report).join(',')}\n`;

/** Everything that can be wrong is told before anything is done. */
async function readWishes(context: CommandContext, options: InstallOptions): Promise<Wishes> {
  const { tag, enable, agentConfig, agentStartTime } = options;
  const priority = options.priority ?? (enable === true ? '50' : undefined);
  return {
    tag: tag === undefined ? undefined : checkTag(tag),
    // The original's own default, which means none.
    priority: priority === undefined || priority === '-1' ? undefined : checkPriority(priority),
    config: agentConfig === undefined ? undefined : await readConfig(agentConfig),
    startMs: options.start === true ? startTime(context, agentStartTime) : undefined,
  };
}

function startTime({ global }: CommandContext, text: string | undefined): number {
  if (text === undefined) return global.timeoutMs;
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text) * 1000;
  throw new ArgumentsError('install', `"${text}" is no number of seconds`);
}

async function readConfig(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputFileError(file, error);
  });
  try {
    const value = parseLooseJson(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return text;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidValueError('config', file, `${file}: ${why}`, 'Write {"key": value, …}.');
  }
  throw new InvalidValueError('config', file, `${file} holds no JSON object.`, 'Write {"key": value, …}.');
}

interface Packing {
  readonly options: InstallOptions;
  readonly config: string | undefined;
}

async function packAndSend(context: CommandContext, source: string, { options, config }: Packing): Promise<string> {
  // First, since packing may take long.
  await context.platform();
  const { vipIdentity: identity, force } = options;
  try {
    const packed = await packAgent(source);
    try {
      return await sendAgent(context, { file: packed.file, identity, config, force: force === true });
    } finally {
      await packed.cleanup();
    }
  } catch (error) {
    throw isInstallFailure(error) ? new InstallError(error) : error;
  }
}

/** What is about the agent, not about reaching or being let into the platform. */
function isInstallFailure(error: unknown): error is VipError {
  return error instanceof VipError && !['timeout', 'unauthorized', 'unreachable', 'closed'].includes(error.code);
}

async function mark(context: CommandContext, report: Report, { tag, priority }: Wishes): Promise<void> {
  if (tag !== undefined) {
    await callControl(context, 'tag_agent', report.agent_uuid, tag);
    report.tag = tag;
  }
  if (priority !== undefined) {
    await callControl(context, 'prioritize_agent', report.agent_uuid, priority);
    report.enabling = true;
    report.priority = priority;
  }
}

async function start(context: CommandContext, report: Report, startMs: number): Promise<void> {
  report.starting = true;
  try {
    const agent = await agentOf(context, report.agent_uuid);
    await callControl(context, 'start_agent', agent.uuid);
    report.pid = await waitUntilReady(context, agent, { command: 'install', limitMs: startMs });
    report.started = true;
  } catch (error) {
    report.started = false;
    context.tell(installedText(report.agent_uuid));
    throw new NotStartedError({ ...report }, error);
  }
}
