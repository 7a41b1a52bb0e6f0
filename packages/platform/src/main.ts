import { realpathSync } from 'node:fs';
import { homeOf, instanceOptions, openHome, readInstanceConfig, writeInstanceConfig } from '@volttron-ts/auth';
import type { InstanceConfig } from '@volttron-ts/auth';
import { createLog, exitCodeOf, exitCodes, failureLine, readOptions, systemClock } from '@volttron-ts/connect';
import type { Logger, LogLevel } from '@volttron-ts/vip-core';
import { Platform } from './platform.ts';
import type { PlatformStatus } from './platform.ts';

const USAGE = `Usage: volttron [options]

Runs a platform on a home: $VOLTTRON_HOME, or ~/.volttron.

  --home DIR             the home
  --vip-address ADDRESS  bind a further address; may be given several times
  -v, --verbose          log INFO; -vv logs DEBUG
  --show-config          print every setting with its source, and end
  --help                 print this, and end

Every key of the [volttron] section of the home's file "config" is an option too.
`;

interface Arguments {
  readonly home: string;
  readonly level: LogLevel;
  readonly flags: Readonly<Record<string, string | string[]>>;
  readonly showConfig: boolean;
  readonly help: boolean;
}

/** Runs the platform until it is told to stop; sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const parsed = readArguments(args);
    if (parsed.help) process.stdout.write(USAGE);
    else await run(parsed);
  } catch (error) {
    process.stderr.write(`volttron: ${failureLine(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

function readArguments(args: readonly string[]): Arguments {
  const settings = Object.fromEntries(
    Object.keys(instanceOptions)
      .filter((key) => key !== 'verbose' && key !== 'show-config')
      .map((key) => [key, { type: 'string', multiple: key === 'vip-address' } as const]),
  );
  const { values } = readOptions('volttron', {
    args: [...args],
    options: {
      ...settings,
      home: { type: 'string' },
      verbose: { type: 'boolean', short: 'v', multiple: true },
      'show-config': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const { home, verbose, 'show-config': showConfig, help, ...flags } = values as Record<string, unknown>;
  const verbosity = Array.isArray(verbose) ? verbose.length : 0;
  return {
    home: typeof home === 'string' ? home : homeOf(process.env),
    level: (['warn', 'info', 'debug'] as const)[Math.min(verbosity, 2)] ?? 'warn',
    flags: flags as Record<string, string | string[]>,
    showConfig: showConfig === true,
    help: help === true,
  };
}

async function run({ home: named, level, flags, showConfig }: Arguments): Promise<void> {
  await openHome(named);
  // The name of the local socket holds the home's path, and agents find it by the real one.
  const home = realpathSync(named);
  const config = await readInstanceConfig({ home, flags, environment: process.env });
  if (showConfig) {
    process.stdout.write(showSettings(config));
    return;
  }
  const log = (name: string): Logger =>
    createLog({
      name,
      level,
      format: process.stderr.isTTY ? 'terminal' : 'json',
      write: (text) => process.stderr.write(text),
    });
  const main = log('volttron.platform');
  await writeInstanceConfig(home, {
    'instance-name': config.settings['instance-name'],
    'message-bus': config.settings['message-bus'],
  });
  const ended = Promise.withResolvers<boolean>();
  const stopBySignal = (): void => {
    ended.resolve(false);
  };
  // A terminal and npm each send one; the second must not end the process half stopped.
  process.on('SIGINT', stopBySignal).on('SIGTERM', stopBySignal);
  const { platform, status } = await Platform.start({
    home,
    settings: config.settings,
    clock: systemClock,
    log,
    fault: process.env['VOLTTRON_TEST_FAULT'],
    onEnd: (reason, failed) => {
      if (failed) main.error('the platform ends', { reason });
      else main.info('the platform ends', { reason });
      ended.resolve(failed);
    },
  });
  // After the start, so that one that fails says nothing but why.
  if (process.getuid?.() === 0) main.warn('the platform runs as root; give it a user of its own');
  announce(status, main);
  const failed = await ended.promise;
  await platform.stop();
  process.exitCode = failed ? exitCodes.failure : exitCodes.ok;
  if (process.connected) process.disconnect();
}

/** Says where it serves: in the log, to a launcher that listens, and the first password once, to the terminal. */
function announce(status: PlatformStatus, log: Logger): void {
  const { instance, addresses, webAddress, firstPassword } = status;
  log.info(`instance ${instance} serves`, { addresses, webAddress });
  if (process.send === undefined) {
    if (firstPassword !== undefined && webAddress !== undefined) {
      process.stdout.write(`The first password of "admin" for ${webAddress} is ${firstPassword}\n`);
    }
  } else process.send(status);
}

function showSettings({ settings, sources }: InstanceConfig): string {
  const lines = Object.entries(sources).flatMap(([key, source]) => {
    const value = settings[key as keyof typeof settings];
    if (value === undefined) return [];
    return `${key} = ${key.includes('secret') ? '***' : String(value)}  (${source})\n`;
  });
  return lines.join('');
}
