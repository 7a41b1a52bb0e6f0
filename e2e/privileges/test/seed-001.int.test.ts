import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const rows = readFileSync(join(root, 'docs/seed-001.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:-|sentence)/.test(line));

it.each(rows)('%s', (row) => {
  const [, file = '', names = ''] = /`([\w./-]+\.ts)` ("[^"]+"(?:, "[^"]+")*) +\|$/.exec(row) ?? [];
  const path = join(root, file);
  expect(file !== '' && existsSync(path), file).toBe(true);
  const text = readFileSync(path, 'utf8');
  for (const [, name = ''] of names.matchAll(/"([^"]+)"/g)) expect(text).toContain(name);
});

it('docs/seed-001.md has rows', () => {
  expect(rows.length).toBeGreaterThan(30);
});
