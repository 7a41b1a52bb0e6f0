import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { HomeForeignError, HomeUnusableError } from './errors.ts';
import { isCode } from './exclusive-file.ts';

/** The home an environment names: `VOLTTRON_HOME`, else `~/.volttron`. */
export function homeOf(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['VOLTTRON_HOME'] ?? '';
  return resolve((named === '' ? '~/.volttron' : named).replace(/^~(?=\/|$)/, environment['HOME'] ?? homedir()));
}

/**
 * Makes sure of a home: a missing one is made with mode 0700.
 *
 * @throws HomeForeignError when another user owns it; HomeUnusableError
 */
export async function openHome(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw unusable(path, 'it cannot be made', error);
  }
  await checkOwner(path);
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(path, 'it cannot be read and written', error);
  }
}

async function checkOwner(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw unusable(path, 'it cannot be looked at', error);
  });
  if (!found.isDirectory())
    throw new HomeUnusableError(path, 'it is no folder', 'Move the file away, or name a folder.');
  const user = process.getuid?.();
  if (user !== undefined && found.uid !== user) throw new HomeForeignError(path, found.uid, user);
}

function unusable(path: string, why: string, cause: unknown): HomeUnusableError {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new HomeUnusableError(path, `${why}${reason}`, `Check its owner and mode: chmod 700 ${path}`, cause);
}
