const units = [
  { seconds: 86_400, name: 'day' },
  { seconds: 3600, name: 'hour' },
  { seconds: 60, name: 'minute' },
  { seconds: 1, name: 'second' },
] as const;

/** How long ago, in the largest unit that fits: `3 minutes`. Both in ms since 1970. */
export function formatAge(from: number, now: number): string {
  const age = Math.max(0, Math.floor((now - from) / 1000));
  const unit = units.find(({ seconds }) => age >= seconds) ?? units[3];
  const count = Math.floor(age / unit.seconds);
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}
