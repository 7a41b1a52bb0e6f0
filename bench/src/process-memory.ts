import { readFileSync } from 'node:fs';

/** Memory of a process that is in RAM, pages that it shares with others included, in MB (VmRSS). */
export const residentMb = (pid: number): number => statusMb(pid, 'VmRSS');

/** The part of it that is no file's, such as the pages of Node's program, in MB (RssAnon). */
export const anonymousMb = (pid: number): number => statusMb(pid, 'RssAnon');

function statusMb(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}

/** The processes that the process has started, and those that they have. */
export function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const own = children === '' ? [] : children.split(' ').map(Number);
  return own.flatMap((child) => [child, ...descendants(child)]);
}
