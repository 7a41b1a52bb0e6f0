/** Time, given to whoever needs it, so that tests can step it. */
export interface Clock {
  /** Wall clock, ms since 1970 UTC, with fractions where the platform has them. */
  now(): number;
  /** Monotonic, ms from an arbitrary start. */
  monotonic(): number;
  /** Calls back once after so many ms; the function it answers cancels. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Timestamp text as VOLTTRON writes it: six fractional digits and `+00:00` (reference/vip-zmq.md §2.14). */
export function formatTimestamp(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const fraction = String(Math.floor(microseconds) - milliseconds * 1000).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${fraction}+00:00`;
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/** Reads ISO 8601 text to µs since 1970; text without zone is UTC. Undefined when it is no timestamp. */
export function parseTimestamp(text: string): number | undefined {
  const [, date = '', time = '', fraction = '', zone = 'Z'] = TIMESTAMP.exec(text) ?? [];
  if (!isCalendarDate(date)) return undefined;
  const milliseconds = Date.parse(`${date}T${time}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return milliseconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** Date.parse takes 30 February for 1 March. */
function isCalendarDate(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
}
