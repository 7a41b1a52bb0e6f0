import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Every `` `file` "name of a test", "name of another" `` of a document. */
function namedTests(document: string): { file: string; name: string }[] {
  const text = readFileSync(join(root, 'docs', document), 'utf8');
  return [...text.matchAll(/`([\w./-]+\.ts)` ("[^"]+"(?:, "[^"]+")*)/g)].flatMap(([, file = '', names = '']) =>
    // In a table a bar is escaped.
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => ({ file, name: name.replaceAll('\\|', '|') })),
  );
}

it.each(['divergences.md', 'weaknesses.md'])('%s names tests that exist, one at least for each row', (document) => {
  const tests = namedTests(document);
  const missing = tests.filter(({ file, name }) => {
    const path = join(root, file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(name);
  });
  expect(missing).toEqual([]);
  const rows = readFileSync(join(root, 'docs', document), 'utf8').split('\n').filter((line) => /^\| (?!-|subject|no\.)/.test(line));
  expect(rows.filter((row) => !row.includes('.ts` "'))).toEqual([]);
});
