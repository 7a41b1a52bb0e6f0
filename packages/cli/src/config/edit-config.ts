import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checker, RemoteError, t } from '@volttron-ts/vip-core';
import type { CommandContext } from '../command-context.ts';
import { EditorError, NotStoredError } from '../errors.ts';
import { callStore, typeOf } from './config-commands.ts';
import type { TypeOptions } from './config-commands.ts';

interface EditOptions extends TypeOptions {
  readonly editor?: string;
  readonly new?: true;
}

interface Stored {
  readonly type: string;
  readonly data: string;
}

const asStored = checker(t.Object({ type: t.String(), data: t.String() }, { additionalProperties: true }));

/** `config edit`: the time a person takes is no waiting for the platform. */
export async function edit(
  context: CommandContext,
  [identity = '', name = '']: readonly string[],
  options: EditOptions,
): Promise<void> {
  const stored = await before(context, [identity, name], options);
  const folder = await mkdtemp(join(tmpdir(), 'vctl-edit-'));
  const file = join(folder, `${name.replaceAll(/[^\w.-]/g, '_')}.txt`);
  await writeFile(file, stored.data, { mode: 0o600 });
  const editor = options.editor ?? context.environment['EDITOR'] ?? 'nano';
  const code = await runEditor(editor, file);
  const contents = await readFile(file, 'utf8');
  const isChanged = contents !== stored.data;
  if (code !== 0) {
    if (!isChanged) await rm(folder, { recursive: true });
    throw new EditorError(editor, code, isChanged ? file : undefined);
  }
  if (!isChanged) {
    context.refuse('No changes detected.', 'unchanged');
  } else {
    await save(context, { identity, name, contents, type: stored.type, file });
    context.print('', { identity, name, type: stored.type });
  }
  await rm(folder, { recursive: true });
}

async function before(
  context: CommandContext,
  [identity, name]: readonly string[],
  options: EditOptions,
): Promise<Stored> {
  const empty = { type: typeOf(options), data: '' };
  if (options.new === true) return empty;
  try {
    return asStored(await callStore(context, 'get_metadata', identity, name), 'the answer of config.store');
  } catch (error) {
    if (isMissing(error)) return empty;
    throw error;
  }
}

/** Python's store answers a KeyError for a configuration that it does not have. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof RemoteError)) return false;
  return /No configuration file|KeyError/.test(`${error.message} ${JSON.stringify(error.data)}`);
}

/** The editor may be a command with options; the file stands after them. Answers its exit code, or what ended it. */
async function runEditor(editor: string, file: string): Promise<number | string> {
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return code ?? signal ?? 'nothing';
}

interface Edited {
  readonly identity: string;
  readonly name: string;
  readonly contents: string;
  readonly type: string;
  readonly file: string;
}

/** What the store refuses is not lost. */
async function save(context: CommandContext, { identity, name, contents, type, file }: Edited): Promise<void> {
  try {
    await callStore(context, 'set_config', identity, name, contents, type);
  } catch (error) {
    throw new NotStoredError(error, { name, type, file });
  }
}
