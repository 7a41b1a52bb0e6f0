import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HelloTimeoutError, startAgent } from '@volttron-ts/agent';
import type { AgentDefinition, RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import { homeOf } from '@volttron-ts/auth';
import { FileMissingError, FileUnreadableError } from '@volttron-ts/storage';
import { checkIdentity, InvalidValueError, parseLooseJson } from '@volttron-ts/vip-core';
import type { LogLevel, VipError } from '@volttron-ts/vip-core';
import { AgentModuleError, UsageError } from './errors.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { failureLine } from './failure-line.ts';
import { openLocalPlatform } from './local-platform.ts';
import { createLog } from './log.ts';
import { readOptions } from './read-options.ts';
import { systemClock } from './system-clock.ts';
import { ToldBus } from './told-bus.ts';

const USAGE = `Usage: volttron-agent [options] MODULE

Runs an agent: MODULE is an npm package, a file or a URL whose default export is defineAgent(…).

  --identity NAME   its VIP identity; else $AGENT_VIP_IDENTITY, else the agent's own name
  --config FILE     its configuration, JSON; else $AGENT_CONFIG
  --no-wait         end when the platform denies this key or has another server key, or does not answer within 10 s
  -v, --verbose     log INFO (the default); -vv logs DEBUG
  --help            print this, and end

The platform is the one of $VOLTTRON_HOME, or ~/.volttron.
`;

interface Arguments {
  readonly module: string;
  readonly identity: string | undefined;
  readonly config: string | undefined;
  readonly wait: boolean;
  readonly level: LogLevel;
}

/** Runs one agent until it is told to stop; sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const parsed = readArguments(args);
    if (parsed === 'help') process.stdout.write(USAGE);
    else await run(parsed);
  } catch (error) {
    process.stderr.write(`volttron-agent: ${failureLine(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
  if (process.connected) process.disconnect();
}

function readArguments(args: readonly string[]): Arguments | 'help' {
  const { values, positionals } = readOptions('volttron-agent', {
    args: [...args],
    allowPositionals: true,
    options: {
      identity: { type: 'string' },
      config: { type: 'string' },
      'no-wait': { type: 'boolean' },
      verbose: { type: 'boolean', short: 'v', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  const [module, ...more] = positionals;
  if (module === undefined || more.length > 0) {
    throw new UsageError('volttron-agent', `${positionals.length} agents are named instead of one MODULE`);
  }
  return {
    module,
    identity: values.identity ?? process.env['AGENT_VIP_IDENTITY'],
    config: values.config ?? process.env['AGENT_CONFIG'],
    wait: values['no-wait'] !== true,
    level: (values.verbose?.length ?? 0) > 1 ? 'debug' : 'info',
  };
}

async function run({ module, identity, config, wait, level }: Arguments): Promise<void> {
  const definition = await loadAgent(module);
  const name = checkIdentity(identity ?? definition.name);
  const log = createLog({
    name,
    level,
    format: process.stderr.isTTY ? 'terminal' : 'json',
    write: (text) => process.stderr.write(text),
  });
  const local = await openLocalPlatform({
    home: homeOf(process.env),
    identity: name,
    environment: process.env,
    clock: systemClock,
  });
  const given = config === undefined ? {} : await readConfig(config);
  let hopeless: VipError | undefined;
  const giveUp = (reason: VipError): void => {
    hopeless = reason;
    void agent.stop();
  };
  const bus = new ToldBus(local.bus, { log, onHopeless: wait ? undefined : giveUp });
  const agent = start(
    definition,
    { bus, remotes: local.remotes, config: given, log, clock: systemClock, wait },
    config,
  );
  try {
    await stopOnSignal(agent);
  } catch (error) {
    // What the bus says explains a hello that was not answered.
    throw error instanceof HelloTimeoutError ? (bus.reason ?? error) : error;
  }
  if (hopeless !== undefined) throw hopeless;
}

function start(definition: AgentDefinition, options: StartAgentOptions, file: string | undefined): RunningAgent {
  try {
    return startAgent(definition, options);
  } catch (error) {
    if (!(error instanceof InvalidValueError) || file === undefined) throw error;
    const remedy = 'Correct these keys, or take them out.';
    throw new InvalidValueError('config', file, `${file}: ${error.message}`, error.remedy ?? remedy);
  }
}

/** Tells a launcher when the platform has welcomed the agent, and ends with the agent or a signal. */
async function stopOnSignal(agent: RunningAgent): Promise<void> {
  // A launcher and a terminal may each send one; the second must not end the process half stopped.
  const stop = (): void => void agent.stop();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // Timers of the clock keep nobody alive; the agent lives until it is done.
  const alive = setInterval(() => undefined, 60_000);
  try {
    if (process.send !== undefined) {
      void agent.vip.query('instance-name', { timeoutMs: 2 ** 31 - 1 }).then(
        (instance) => process.send?.({ agent: agent.vip.identity, instance }),
        () => undefined,
      );
    }
    await agent.done;
    process.exitCode = exitCodes.ok;
  } finally {
    clearInterval(alive);
  }
}

async function loadAgent(module: string): Promise<AgentDefinition> {
  const specifier = /^[./]/.test(module) ? pathToFileURL(resolve(module)).href : module;
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(specifier)) as typeof loaded;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AgentModuleError(module, why, 'Name an installed npm package, a file or a URL.', error);
  }
  const agent = loaded.default;
  if (typeof agent === 'object' && agent !== null && 'run' in agent && 'methods' in agent)
    return agent as AgentDefinition;
  throw new AgentModuleError(module, 'it is no agent', 'Its default export must be what defineAgent answers.');
}

async function readConfig(file: string): Promise<Record<string, unknown>> {
  const value = parseConfig(file, await readText(file));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidValueError('config', file, `${file} holds no JSON object.`, 'Write {"key": value, …}.');
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw missing ? new FileMissingError(file, error) : new FileUnreadableError(file, error);
  }
}

function parseConfig(file: string, text: string): unknown {
  try {
    return parseLooseJson(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidValueError('config', file, `${file}: ${why}`, 'Write {"key": value, …}.');
  }
}
