import { copyFile, open, rename, rm, stat, truncate } from 'node:fs/promises';

export interface LogLimits {
  readonly maxBytes: number;
  /** Former files that stay: `<file>.1` is the newest. */
  readonly keep: number;
}

/**
 * Makes room in a log that another process appends to: it keeps its file, which is copied to `<file>.1` and emptied.
 * Answers whether it was large enough for that.
 */
export async function rotateLog(path: string, { maxBytes, keep }: LogLimits): Promise<boolean> {
  const size = await sizeOf(path);
  if (size === undefined || size <= maxBytes) return false;
  for (let n = keep - 1; n >= 1; n--) await moveIfThere(`${path}.${n}`, `${path}.${n + 1}`);
  if (keep > 0) await copyWhole(path, `${path}.1`);
  await truncate(path, 0);
  return true;
}

/** Copies what came during the copying too, so that next to nothing is written between the last look and the emptying. */
async function copyWhole(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await copyFile(from, to);
  const [source, target] = [await open(from, 'r'), await open(to, 'a')];
  try {
    for (let at = (await target.stat()).size; ;) {
      const { bytesRead, buffer } = await source.read({ position: at });
      if (bytesRead === 0) return;
      await target.write(buffer, 0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await source.close();
    await target.close();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

async function moveIfThere(from: string, to: string): Promise<void> {
  if ((await sizeOf(from)) !== undefined) await rename(from, to);
}
