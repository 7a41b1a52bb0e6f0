import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Documents whose rows name the tests of a seed's sentences, and how many rows each has at least. */
describe.each([
  ['docs/seed-001.md', 30],
  ['docs/seed-003.md', 9],
])('%s', (document, least) => {
  const rows = readFileSync(join(root, document), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:-|sentence)/.test(line));

  it.each(rows)('%s', (row) => {
    const [, file = '', names = ''] = /`([\w./-]+\.ts)` ("[^"]+"(?:, "[^"]+")*) +\|$/.exec(row) ?? [];
    const path = join(root, file);
    expect(file !== '' && existsSync(path), file).toBe(true);
    const text = readFileSync(path, 'utf8');
    for (const [, name = ''] of names.matchAll(/"([^"]+)"/g)) expect(text).toContain(name);
  });

  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(least);
  });
});
