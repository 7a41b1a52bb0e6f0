import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

interface Held {
  /** Permissions, such as `0600`. */
  readonly mode: string;
  /** Undefined for a folder. */
  readonly content: Buffer | undefined;
}

/** Every file and folder of a home, by its path; of folders it ends in `/`. */
export type Snapshot = ReadonlyMap<string, Held>;

export interface Difference {
  readonly path: string;
  readonly what: 'created' | 'changed' | 'removed';
  /** The mode it has now; '' when it is gone. */
  readonly mode: string;
}

export function snapshot(home: string): Snapshot {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true });
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const mode = (statSync(path).mode & 0o7777).toString(8).padStart(4, '0');
      const isFolder = entry.isDirectory();
      const content = isFolder ? undefined : readFileSync(path);
      return [`${relative(home, path)}${isFolder ? '/' : ''}`, { mode, content }];
    }),
  );
}

/** Of content and of modes, by path. */
export function differences(before: Snapshot, after: Snapshot): Difference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths.flatMap((path): Difference[] => {
    const [was, is] = [before.get(path), after.get(path)];
    if (is === undefined) return [{ path, what: 'removed', mode: '' }];
    const { mode } = is;
    if (was === undefined) return [{ path, what: 'created', mode }];
    const isSame =
      was.mode === mode && (was.content ?? '').toString('latin1') === (is.content ?? '').toString('latin1');
    return isSame ? [] : [{ path, what: 'changed', mode }];
  });
}
