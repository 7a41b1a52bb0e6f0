import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../../../../docs/privileges.md', import.meta.url));

/** Who may call a method of a service, as the document has it. */
export interface Privilege {
  readonly service: string;
  readonly method: string;
  /** Whom the call is about, where that matters. */
  readonly about: string;
  readonly who: string;
  readonly capability: string;
  /** What the others get. */
  readonly others: string;
}

/** What becomes of the connection of a kind of peer. */
export interface Admission {
  readonly peer: string;
  readonly meets: string;
}

/** What a capability with a limit allows. */
export interface Limit {
  readonly held: string;
  readonly store: string;
  readonly result: string;
}

/** The tables of docs/privileges.md, known by their first column. */
export function readPrivileges(): {
  readonly admissions: readonly Admission[];
  readonly privileges: readonly Privilege[];
  readonly limits: readonly Limit[];
} {
  const text = readFileSync(path, 'utf8');
  return {
    admissions: rowsOf(text, 'peer').map(([peer = '', , meets = '']) => ({ peer, meets })),
    privileges: rowsOf(text, 'service').flatMap(
      ([of = '', method = '', about = '', who = '', capability = '', others = '']) =>
        of.split(', ').map((service) => ({ service, method, about, who, capability, others })),
    ),
    limits: rowsOf(text, 'capability held').map(([held = '', store = '', result = '']) => ({ held, store, result })),
  };
}

function rowsOf(text: string, first: string): string[][] {
  const tables = text.split('\n\n').filter((block) => block.startsWith(`| ${first} `));
  return tables.flatMap((table) => table.trim().split('\n').slice(2).map(cellsOf));
}

const cellsOf = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));
