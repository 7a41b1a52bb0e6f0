import { VipError } from '@volttron-ts/vip-core';

/** A process that a launcher started has ended before it served. */
export class ChildEndedError extends VipError {
  override readonly name = 'ChildEndedError';
  constructor(child: string, code: number | null, logFile: string) {
    super('child-ended', `${child} ended with ${code === null ? 'a signal' : `code ${code}`}.`, {
      item: child,
      value: code,
      remedy: `Read ${logFile}.`,
    });
  }
}

/** Another demonstration works in the folder, or processes of one that was killed. */
export class FolderInUseError extends VipError {
  override readonly name = 'FolderInUseError';
  constructor(folder: string, who: readonly { readonly name: string; readonly pid: number; readonly file: string }[]) {
    const named = who.map(({ name, pid }) => `${name} (process ${pid})`).join(', ');
    super('folder-in-use', `A demonstration runs in ${folder} already: ${named}.`, {
      item: 'folder',
      value: folder,
      remedy:
        `Stop it with Ctrl-C in its terminal, or with: kill ${who.map(({ pid }) => pid).join(' ')}. ` +
        `If these are other processes, remove ${who.map(({ file }) => file).join(' ')}.`,
    });
  }
}
