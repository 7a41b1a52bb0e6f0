import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem, uptime } from 'node:os';
import type { HostSample } from './sample.ts';

/** Looks at this host; `path` names the file system. */
export async function lookAtHost(path: string): Promise<HostSample> {
  const { bsize, blocks, bavail } = await statfs(path);
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, cpu) => sum + cpu.idle, 0);
  const total = times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle);
  return {
    idle,
    total,
    load: loadavg(),
    memory: { total: totalmem(), available: await availableMemory() },
    disk: { total: blocks * bsize, available: bavail * bsize },
    uptime: uptime(),
  };
}

/** Linux counts what caches would give back; elsewhere free memory is all there is to know. */
async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}
