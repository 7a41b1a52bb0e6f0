import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FileMissingError,
  FileUnreadableError,
  JsonFileError,
  readJsonFile,
  writeJsonFile,
} from '@volttron-ts/storage';
import { checker, InvalidValueError, t } from '@volttron-ts/vip-core';
import type { Static } from '@volttron-ts/vip-core';
import { readProcStat } from './proc-stat.ts';

/** A process as no other ever is: pids are used again, and clock ticks begin anew with each start of the machine. */
const ProcessMark = t.Object({ pid: t.Integer({ minimum: 1 }), began: t.String(), boot: t.String() });
export type ProcessMark = Static<typeof ProcessMark>;

const checkMark = checker(ProcessMark);

/** The mark of a living process; undefined when there is none with this pid, or no `/proc`. */
export async function markOf(pid: number): Promise<ProcessMark | undefined> {
  const stat = await statOf(pid);
  return stat === undefined || stat.zombie ? undefined : { pid, began: stat.began, boot: await bootId() };
}

/** Whether that process lives; when it has ended its exit code, if the system still knows it. */
export async function lookAt(
  mark: ProcessMark,
): Promise<{ readonly lives: true } | { readonly lives: false; readonly exitCode: number | undefined }> {
  const stat = await statOf(mark.pid);
  if (stat?.began !== mark.began || (await bootId()) !== mark.boot) return { lives: false, exitCode: undefined };
  return stat.zombie ? { lives: false, exitCode: stat.exitCode } : { lives: true };
}

async function statOf(pid: number): Promise<ReturnType<typeof readProcStat>> {
  return readProcStat(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

async function bootId(): Promise<string> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return text.trim();
}

const recordPath = (folder: string): string => join(folder, 'PROCESS');

/** The file in which a process leaves its exit code for a platform that is not its parent. */
export const exitCodePath = (folder: string): string => join(folder, 'EXIT_CODE');

/** Records in an agent's folder which process runs it, for a platform that starts after this one. */
export async function writeRecord(folder: string, mark: ProcessMark): Promise<void> {
  await writeJsonFile(recordPath(folder), mark, { indent: 0 });
}

/** The recorded process; undefined when there is no record, or none that can be read. */
export async function readRecord(folder: string): Promise<ProcessMark | undefined> {
  try {
    return checkMark(await readJsonFile(recordPath(folder)), 'PROCESS');
  } catch (error) {
    if (error instanceof FileMissingError || error instanceof FileUnreadableError) return undefined;
    if (error instanceof JsonFileError || error instanceof InvalidValueError) return undefined;
    throw error;
  }
}

export async function removeRecord(folder: string): Promise<void> {
  await rm(recordPath(folder), { force: true });
  await rm(exitCodePath(folder), { force: true });
}

/** What the process itself left; undefined when a signal ended it. */
export async function readExitCode(folder: string): Promise<number | undefined> {
  const text = await readFile(exitCodePath(folder), 'utf8').catch(() => '');
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}
