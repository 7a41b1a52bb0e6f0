import type { LivePoint } from '@volttron-ts/vip-core';

/** A value as text; numbers with at most four digits behind the point. */
export function formatValue(value: LivePoint['value']): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value;
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-3)) return value.toExponential(3);
  return value.toLocaleString(undefined, { maximumFractionDigits: 4 });
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const shortClock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** Time of day in the viewer's zone. */
export function formatTime(seconds: number): string {
  return clock.format(seconds * 1000);
}

/** Labels of a time axis: as fine as its steps; the first one, and each new day's, with the date below. */
export function formatTicks(seconds: readonly number[], step: number): string[] {
  let before = '';
  return seconds.map((tick) => {
    const date = day.format(tick * 1000);
    const text = (step < 60 ? clock : shortClock).format(tick * 1000);
    const label = date === before ? text : `${text}\n${date}`;
    before = date;
    return label;
  });
}

/** The viewer's zone, such as `Europe/Berlin`. */
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The part of a topic after the shared beginning, and that beginning. */
export function splitTopic(topic: string): { readonly path: string; readonly point: string } {
  const at = topic.lastIndexOf('/');
  return { path: topic.slice(0, at + 1), point: topic.slice(at + 1) };
}
