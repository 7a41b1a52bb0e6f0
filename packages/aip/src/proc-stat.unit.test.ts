import { expect, it } from 'vitest';
import { readProcStat } from './proc-stat.ts';

const line = (name: string, state: string, began: string, status: string): string => {
  const rest = ['1', ...Array.from({ length: 17 }, () => '0'), began, ...Array.from({ length: 29 }, () => '0'), status];
  return `4711 (${name}) ${state} ${rest.join(' ')}\n`;
};

it('finds when a process began, whatever it calls itself', () => {
  expect(readProcStat(line('node', 'S', '123456', '0'))).toEqual({ began: '123456', zombie: false, exitCode: 0 });
  expect(readProcStat(line(') R 1 (x', 'S', '9', '0'))?.began).toBe('9');
});

it('tells how a zombie ended: its code, or the signal as Python does', () => {
  expect(readProcStat(line('node', 'Z', '1', String(5 << 8)))).toMatchObject({ zombie: true, exitCode: 5 });
  expect(readProcStat(line('node', 'Z', '1', '9'))).toMatchObject({ zombie: true, exitCode: -9 });
});

it.each(['', 'nonsense', '1 (x) S 1'])('makes nothing of %j', (text) => {
  expect(readProcStat(text)).toBeUndefined();
});
