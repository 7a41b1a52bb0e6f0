import { readFile } from 'node:fs/promises';
import { FileMissingError, FileUnreadableError } from '@volttron-ts/storage';
import { InvalidValueError, parseLooseJson } from '@volttron-ts/vip-core';

/** The object that an agent's configuration file holds. Throws InvalidValueError, FileMissingError, FileUnreadableError. */
export async function readAgentConfig(file: string): Promise<Record<string, unknown>> {
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
