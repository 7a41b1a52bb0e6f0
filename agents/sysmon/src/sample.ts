/** What one look at the host gives. */
export interface HostSample {
  /** Time that the processors spent idle and altogether since start, ms. */
  readonly idle: number;
  readonly total: number;
  readonly load: readonly number[];
  readonly memory: { readonly total: number; readonly available: number };
  readonly disk: { readonly total: number; readonly available: number };
  /** Seconds since the host started. */
  readonly uptime: number;
}

const GIGABYTE = 1e9;

const share = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : 0);

const round = (value: number): number => Math.round(value * 100) / 100;

/** The figures of a host between two looks. */
export function figuresOf(before: HostSample, now: HostSample): Record<string, number> {
  const elapsed = now.total - before.total;
  const figures = {
    cpu_percent: share(elapsed - (now.idle - before.idle), elapsed),
    load1: now.load[0] ?? 0,
    load5: now.load[1] ?? 0,
    load15: now.load[2] ?? 0,
    memory_percent: share(now.memory.total - now.memory.available, now.memory.total),
    memory_available: now.memory.available / GIGABYTE,
    disk_percent: share(now.disk.total - now.disk.available, now.disk.total),
    disk_available: now.disk.available / GIGABYTE,
    uptime: now.uptime,
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
}

const metadata = (units: string): { units: string; type: string; tz: string } => ({ units, type: 'float', tz: 'UTC' });

/** Metadata of the figures, as drivers write it. */
export const figureMetadata = {
  cpu_percent: metadata('%'),
  load1: metadata('processes'),
  load5: metadata('processes'),
  load15: metadata('processes'),
  memory_percent: metadata('%'),
  memory_available: metadata('GB'),
  disk_percent: metadata('%'),
  disk_available: metadata('GB'),
  uptime: metadata('s'),
} as const;
