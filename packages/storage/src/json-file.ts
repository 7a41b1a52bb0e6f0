import { readFile } from 'node:fs/promises';

import { writeFileAtomic } from './atomic-file.ts';
import type { WriteFileOptions } from './atomic-file.ts';
import { FileMissingError, FileUnreadableError, JsonFileError, JsonValueError } from './errors.ts';
import { findJsonFault } from './json-fault.ts';

/**
 * Reads a JSON file (UTF-8).
 *
 * @throws FileMissingError, FileUnreadableError, JsonFileError with line and column
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = findJsonFault(text) ?? { line: 1, column: 1, problem: 'unreadable text' };
    throw new JsonFileError(path, fault, error);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new FileMissingError(path, error);
    throw new FileUnreadableError(path, error);
  }
}

export interface WriteJsonOptions extends WriteFileOptions {
  /** Blanks per level; 2 unless given, 0 for one line. */
  readonly indent?: number;
}

/**
 * Writes a JSON file atomically, ending in a newline.
 *
 * @throws JsonValueError, FileUnwritableError
 */
export async function writeJsonFile(
  path: string,
  value: unknown,
  { indent = 2, ...options }: WriteJsonOptions = {},
): Promise<void> {
  await writeFileAtomic(path, `${toJson(path, value, indent)}\n`, options);
}

function toJson(path: string, value: unknown, indent: number): string {
  let text: unknown;
  try {
    text = JSON.stringify(value, null, indent);
  } catch (error) {
    throw new JsonValueError(path, error);
  }
  // The declared type hides that functions and undefined have no JSON form.
  if (typeof text !== 'string') throw new JsonValueError(path, `it is ${typeof value}`);
  return text;
}
