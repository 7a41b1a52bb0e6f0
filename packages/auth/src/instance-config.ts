import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

import { readFileIfThere, writeFileAtomic } from '@volttron-ts/storage';

import { canonicalKey, parseConfigText, setConfigText } from './config-text.ts';
import { InstanceConfigError } from './errors.ts';
import { instanceOptions, isInstanceKey } from './instance-options.ts';
import type { InstanceKey, InstanceOption, InstanceSettings } from './instance-options.ts';

/** Where a value comes from, strongest first. */
export type ConfigSource = 'flag' | 'environment' | 'config' | 'default';

/** An instance's configuration (design §4.11): typed values, and where each comes from. */
export interface InstanceConfig {
  readonly settings: InstanceSettings;
  readonly sources: Readonly<Record<InstanceKey, ConfigSource>>;
}

export interface InstanceConfigOptions {
  readonly home: string;
  /** Command-line flags, hyphenated or underscored, without leading hyphens. */
  readonly flags?: Readonly<Record<string, string | readonly string[]>>;
  /** `VOLTTRON_` and the key in capitals sets it; SKIP_VOLTTRON_CONFIG leaves the file out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Name of the host, which the instance has when it has no other. */
  readonly host?: string;
}

/** Texts given for one key by its strongest source. */
interface GivenTexts {
  readonly source: ConfigSource;
  /** Such as `line 3 of config` or `flag --vip-address`. */
  readonly where: string;
  readonly texts: string[];
}

/**
 * Reads an instance's configuration: flag > environment > `config` > default.
 *
 * @throws InstanceConfigError with every problem at once; FileUnreadableError
 */
export async function readInstanceConfig(options: InstanceConfigOptions): Promise<InstanceConfig> {
  const { home, flags = {}, environment = {}, host = hostname() } = options;
  const path = join(home, 'config');
  const text = environment['SKIP_VOLTTRON_CONFIG'] === undefined ? ((await readFileIfThere(path)) ?? '') : '';
  const { lines, problems } = parseConfigText(text);
  const given = new Map<InstanceKey, GivenTexts>();
  const giveAll = (source: ConfigSource, pairs: readonly NamedText[]): void => {
    problems.push(...gather(given, source, pairs));
  };
  giveAll(
    'config',
    lines.map(({ key, value, line }) => ({ key, value, where: `line ${line} of config` })),
  );
  giveAll('environment', fromEnvironment(environment));
  giveAll('flag', fromFlags(flags));

  const values = readValues(given, { ...environment, VOLTTRON_HOME: home }, problems);
  const settings = withDefaults(values, home, host);
  problems.push(...crossProblems(settings));
  if (problems.length > 0) throw new InstanceConfigError(path, problems);
  const sourceOf = (key: InstanceKey): ConfigSource => given.get(key)?.source ?? 'default';
  const keys = Object.keys(instanceOptions) as InstanceKey[];
  return {
    settings,
    sources: Object.fromEntries(keys.map((key) => [key, sourceOf(key)])) as Record<InstanceKey, ConfigSource>,
  };
}

/** Writes values back to `config`, as the platform does with its name and bus at start; other lines stay as they are. */
export async function writeInstanceConfig(
  home: string,
  values: Readonly<Partial<Record<InstanceKey, string>>>,
): Promise<void> {
  const path = join(home, 'config');
  const text = (await readFileIfThere(path)) ?? '';
  const changed = setConfigText(text, values);
  if (changed !== text) await writeFileAtomic(path, changed, { mode: 0o600 });
}

interface NamedText {
  readonly key: string;
  readonly value: string | undefined;
  readonly where: string;
}

function fromFlags(flags: Readonly<Record<string, string | readonly string[]>>): NamedText[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const key = canonicalKey(name);
    return (typeof value === 'string' ? [value] : value).map((one) => ({ key, value: one, where: `flag --${key}` }));
  });
}

/** Only keys we know: the environment is full of other people's variables. */
function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): NamedText[] {
  return Object.keys(instanceOptions).flatMap((key) => {
    const name = `VOLTTRON_${key.toUpperCase().replaceAll('-', '_')}`;
    const value = environment[name];
    return value === undefined ? [] : [{ key, value, where: `environment variable ${name}` }];
  });
}

/** Lets a source's texts take the place of weaker sources'; answers what is wrong with them. */
function gather(given: Map<InstanceKey, GivenTexts>, source: ConfigSource, pairs: readonly NamedText[]): string[] {
  const problems: string[] = [];
  for (const { key: name, value, where } of pairs) {
    const [key, text] = name === 'no-autostart' ? ['autostart', value ?? 'false'] : [name, value];
    const problem = isInstanceKey(key) ? give(given, source, key, text, where) : `"${key}" is no key`;
    if (problem !== undefined) problems.push(`${where}: ${problem}`);
  }
  return problems;
}

function give(
  given: Map<InstanceKey, GivenTexts>,
  source: ConfigSource,
  key: InstanceKey,
  value: string | undefined,
  where: string,
): string | undefined {
  const option: InstanceOption<unknown> = instanceOptions[key];
  if (option.secret && source !== 'config') return `"${key}" is a secret, which only the config file may hold`;
  const text = value ?? option.alone;
  if (text === undefined) return `"${key}" has no value`;
  const before = given.get(key);
  if (before?.source !== source) given.set(key, { source, where, texts: [text] });
  else if (option.repeatable) before.texts.push(text);
  else return `"${key}" is given twice`;
  return undefined;
}

function readValues(
  given: ReadonlyMap<InstanceKey, GivenTexts>,
  variables: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Partial<Record<InstanceKey, unknown>> {
  const values: Partial<Record<InstanceKey, unknown>> = {};
  for (const [key, { texts, where }] of given) {
    const option: InstanceOption<unknown> = instanceOptions[key];
    try {
      const read = texts.map((text) => option.read(option.expand ? expand(text, variables) : text));
      values[key] = option.repeatable ? read : read[0];
    } catch (error) {
      problems.push(`${where}: "${key}" is not valid: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return values;
}

function expand(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  return text
    .replace(/^~(?=\/|$)/, variables['HOME'] ?? homedir())
    .replace(
      /\$(?:(\w+)|\{(\w+)\})/g,
      (whole, bare?: string, braced?: string) => variables[bare ?? braced ?? ''] ?? whole,
    );
}

function withDefaults(values: Partial<Record<InstanceKey, unknown>>, home: string, host: string): InstanceSettings {
  const addresses = (values['vip-address'] ?? []) as readonly string[];
  const defaults: Partial<InstanceSettings> = {
    'vip-address': [],
    'vip-local-address': `ipc://@${home}/run/vip.socket`,
    'instance-name': addresses[0] ?? host,
    'message-bus': 'zmq',
    'allow-auth': true,
    'setup-mode': false,
    'enable-csr': false,
    'certificate-plugins': ['instance-ca'],
    'agent-monitor-frequency': 600,
    'agent-isolation-mode': false,
    'shared-agents': [],
    autostart: true,
    'log-level': [],
    verbose: false,
    quiet: false,
    monitor: false,
    msgdebug: false,
    'show-config': false,
    'publish-address': `ipc://@${home}/run/publish`,
    'subscribe-address': `ipc://@${home}/run/subscribe`,
  };
  return { ...defaults, ...values } as InstanceSettings;
}

function crossProblems(settings: InstanceSettings): string[] {
  const problems: string[] = [];
  if ((settings['web-ssl-cert'] === undefined) !== (settings['web-ssl-key'] === undefined)) {
    problems.push('"web-ssl-cert" and "web-ssl-key" go together, and one is missing');
  }
  if (
    settings['volttron-central-address']?.startsWith('tcp:') &&
    settings['volttron-central-serverkey'] === undefined
  ) {
    problems.push('a "volttron-central-address" with tcp:// needs "volttron-central-serverkey"');
  }
  if (settings['enable-csr'] && settings['bind-web-address']?.startsWith('https:') !== true) {
    problems.push('"enable-csr" needs a "bind-web-address" with https://, where certificates are asked for and given');
  }
  return problems;
}
