import { pythonText } from '../python-text.ts';
import type { Terminal } from '../terminal.ts';
import { readCapabilities, splitList } from './entry-values.ts';

interface Field {
  readonly name: string;
  readonly note?: string;
  /** Makes the value of an answer that is a text. */
  readonly read?: (text: string) => unknown;
  /** What is wrong with an answer. */
  readonly problem?: (answer: unknown, before: Readonly<Record<string, unknown>>) => string | undefined;
}

const LIST_NOTE = 'delimit multiple entries with comma';
const KEY = /^[A-Za-z0-9_-]{43}$/;
const isExpression = (text: string): boolean => text.length > 1 && text.startsWith('/') && text.endsWith('/');

const fields: readonly Field[] = [
  { name: 'domain' },
  { name: 'address' },
  { name: 'user_id' },
  { name: 'identity' },
  { name: 'capabilities', note: LIST_NOTE, read: readCapabilities },
  { name: 'roles', note: LIST_NOTE, read: splitList },
  { name: 'groups', note: LIST_NOTE, read: splitList },
  { name: 'mechanism', problem: mechanismProblem },
  { name: 'credentials', problem: credentialsProblem },
  { name: 'comments' },
  { name: 'enabled', read: (text) => text.toLowerCase() === 'true', problem: enabledProblem },
];

/** Asks for each field of an entry as `vctl` always has; an empty answer keeps what is there, "clear" empties it. */
export async function askEntry(
  terminal: Terminal,
  present: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const field of fields) answers[field.name] = await askField(terminal, field, present, answers);
  return answers;
}

async function askField(
  terminal: Terminal,
  { name, note, read = (text) => text, problem }: Field,
  present: Readonly<Record<string, unknown>>,
  before: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const known = present[name] ?? null;
  const question = `${name} ${note === undefined ? '' : `(${note}) `}[${showKnown(known)}]: `;
  for (;;) {
    let answer: unknown = (await terminal.ask(question)) || known;
    if (answer === 'clear' && (await terminal.agrees('Do you want to clear this field?'))) answer = null;
    const wrong = problem?.(answer, before);
    if (wrong === undefined) return typeof answer === 'string' ? read(answer) : answer;
    terminal.complain(`${wrong}\n`);
  }
}

function showKnown(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(',') : pythonText(value);
}

function mechanismProblem(answer: unknown): string | undefined {
  if (answer === 'CURVE' || answer === 'PLAIN' || answer === 'NULL') return undefined;
  return 'mechanism must be either "NULL", "PLAIN" or "CURVE"';
}

function credentialsProblem(answer: unknown, { mechanism }: Readonly<Record<string, unknown>>): string | undefined {
  if (mechanism === 'NULL') return undefined;
  if (typeof answer !== 'string') return `credentials parameter is required for mechanism ${String(mechanism)}`;
  return mechanism !== 'CURVE' || KEY.test(answer) || isExpression(answer)
    ? undefined
    : `Invalid CURVE public key ${answer}`;
}

function enabledProblem(answer: unknown): string | undefined {
  const isTruth = typeof answer === 'boolean' || (typeof answer === 'string' && /^(true|false)$/i.test(answer));
  return isTruth ? undefined : 'Please enter True or False';
}
