import { readFileSync } from 'node:fs';
import type { Difference } from './snapshot.ts';

/** A row of the table in docs/take-over.md. */
export interface Row {
  /** `<uuid>`, `<identity>` and `<instance>` stand for any name. */
  readonly file: string;
  readonly what: string;
  readonly when: string;
  readonly mode: string;
}

/** What docs/take-over.md says that becomes of a home. */
export function documentedRows(): readonly Row[] {
  const text = readFileSync(new URL('../../../../docs/take-over.md', import.meta.url), 'utf8');
  const [, section = ''] = /\n## What changes in the home\n(.*?)(?=\n## |$)/s.exec(text) ?? [];
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const [, file = '', what = '', when = '', mode = ''] = line.split('|').map((cell) => cell.trim());
    return { file: file.replaceAll('`', ''), what, when, mode: mode.replaceAll('`', '') };
  });
}

/** A difference as the table says it, with the words for names; the same for the rows. */
export const lineOf = ({ path, what, mode }: Difference): string => `${withoutNames(path)} ${what} ${mode}`.trim();

/** One line for each way in which a row may come true. */
export const linesOf = ({ file, what, mode }: Row): string[] =>
  what.split(' or ').map((one) => `${file} ${one} ${one === 'removed' ? '' : mode}`.trim());

const withoutNames = (path: string): string =>
  path
    .replace(/\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.bak$/, '.<uuid>.bak')
    .replace(/^(configuration_store\/).+\.store$/, '$1<identity>.store')
    .replace(/[^/]+(-root-ca\.(crt|pem))$/, '<instance>$1');
