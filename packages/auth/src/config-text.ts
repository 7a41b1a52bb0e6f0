/** A setting as a line of the `config` file says it. */
export interface ConfigLine {
  /** Counting from 1. */
  readonly line: number;
  /** With hyphens, without leading ones. */
  readonly key: string;
  /** Undefined for a key that stands alone. */
  readonly value: string | undefined;
}

const SECTION = /^\[\s*([^\]]*?)\s*\]\s*([#;].*)?$/;
const SETTING = /^(\S+?)(?:(?:\s*[:=]\s*|\s+)(.*))?$/;
const SECTIONS = new Set(['', 'global', 'volttron']);

/** The name a key has whichever way it is written. */
export const canonicalKey = (key: string): string => key.replace(/^--/, '').replaceAll('_', '-');

/**
 * Reads VOLTTRON's `config` file: separators `=`, `:` and blanks, shell-style quoting, comments after `#` and `;`. Keys
 * count before any section and in `[volttron]`; other sections are somebody else's (reference/vip-zmq.md §4.3).
 */
export function parseConfigText(text: string): { readonly lines: ConfigLine[]; readonly problems: string[] } {
  const lines: ConfigLine[] = [];
  const problems: string[] = [];
  let section = '';
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const written = raw.trim();
    if (written === '' || /^[#;]/.test(written)) continue;
    if (written.startsWith('[')) {
      const name = SECTION.exec(written)?.[1];
      if (name === undefined) problems.push(`line ${at + 1}: "${written}" is no section`);
      section = (name ?? section).toLowerCase();
    } else if (SECTIONS.has(section)) {
      const setting = parseSetting(written);
      if ('problem' in setting) problems.push(`line ${at + 1}: ${setting.problem}`);
      else lines.push({ line: at + 1, ...setting });
    }
  }
  return { lines, problems };
}

function parseSetting(written: string): { key: string; value: string | undefined } | { problem: string } {
  const [, key = '', rest] = SETTING.exec(written) ?? [];
  if (rest === undefined) return { key: canonicalKey(key), value: undefined };
  const words = splitWords(rest);
  if (words === undefined) return { problem: `a quote in the value of "${key}" is not closed` };
  if (words.length > 1) return { problem: `"${key}" has ${words.length} values; put one that holds blanks in quotes` };
  return { key: canonicalKey(key), value: words[0] };
}

const WORD = /\s+|#.*|(?<=^|\s);.*|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\#])/gsy;

/** Splits as a shell does; undefined when a quote is not closed. */
function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const [token, single, double, escaped, plain] = WORD.exec(text) ?? [];
    if (token === undefined) return undefined;
    const piece = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain;
    if (piece !== undefined) word = (word ?? '') + piece;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** Sets keys in `[volttron]`, each in the line that has it already or else at the section's end; all else stays. */
export function setConfigText(text: string, values: Readonly<Record<string, string>>): string {
  const lines = text === '' ? ['[volttron]'] : text.replace(/\n$/, '').split('\n');
  const { lines: settings } = parseConfigText(text);
  const added: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const setting = `${key} = ${quote(value)}`;
    const last = settings.findLast((line) => line.key === key);
    if (last === undefined) added.push(setting);
    else if (last.value !== value) lines[last.line - 1] = setting;
  }
  if (added.length > 0) lines.splice(endOfSection(lines), 0, ...added);
  return `${lines.join('\n')}\n`;
}

function endOfSection(lines: string[]): number {
  const headings = lines.flatMap((line, at) => {
    const name = SECTION.exec(line.trim())?.[1];
    return name === undefined ? [] : [{ name: name.toLowerCase(), at }];
  });
  const own = headings.findIndex(({ name }) => name === 'volttron');
  if (own < 0) {
    lines.unshift('[volttron]');
    return 1;
  }
  let end = headings[own + 1]?.at ?? lines.length;
  while (lines[end - 1]?.trim() === '') end--;
  return end;
}

function quote(value: string): string {
  return /^[^\s'"\\#;]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
