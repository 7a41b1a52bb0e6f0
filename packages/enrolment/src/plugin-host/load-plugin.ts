import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { acme, instanceCa, manual } from '@volttron-ts/pki';
import type { CertificatePlugin, CertificatePluginDefinition, JsonObject, PluginContext } from '@volttron-ts/pki';

import { PluginUnloadableError } from '../errors.ts';
import type { HostStart } from './host-messages.ts';

const builtIn: readonly CertificatePluginDefinition[] = [instanceCa, manual, acme];

/** Makes the plugin of a name: one that comes with the platform, or an npm package of the instance. */
export async function loadPlugin(
  name: string,
  { home, instanceName }: HostStart,
  log: PluginContext['log'],
): Promise<CertificatePlugin> {
  const definition = builtIn.find((candidate) => candidate.name === name) ?? (await importDefinition(name, home));
  const directory = join(home, 'certificate-plugins', fileNameOf(name));
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const config = await readConfig(name, `${directory}.json`);
  return definition.create({ config, directory, home, instanceName, clock: { now: () => Date.now() }, log });
}

/** Of `@scope/name` too. */
const fileNameOf = (name: string): string => name.replaceAll('/', '+');

async function importDefinition(name: string, home: string): Promise<CertificatePluginDefinition> {
  const module = (await import(resolved(name, home))) as { readonly default?: unknown };
  if (isDefinition(module.default)) return module.default;
  throw new PluginUnloadableError(name, 'its default export is no certificate plugin');
}

/** What the instance has installed comes before what the platform has. */
function resolved(name: string, home: string): string {
  for (const from of [join(home, 'package.json'), import.meta.url]) {
    try {
      return pathToFileURL(createRequire(from).resolve(name)).href;
    } catch (error) {
      if (from === import.meta.url) throw new PluginUnloadableError(name, 'there is no such package', error);
    }
  }
  throw new PluginUnloadableError(name, 'there is no such package');
}

function isDefinition(value: unknown): value is CertificatePluginDefinition {
  return typeof value === 'object' && value !== null && 'name' in value && 'create' in value;
}

async function readConfig(name: string, path: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw new PluginUnloadableError(name, `${path} cannot be read`, error);
  });
  const config = parse(text);
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as JsonObject;
  throw new PluginUnloadableError(name, `${path} holds no JSON object`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
