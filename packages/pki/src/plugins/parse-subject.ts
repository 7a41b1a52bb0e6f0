import type { DistinguishedName } from '../name/distinguished-name.ts';
import { SubjectUnreadableError } from './errors.ts';

const fields: Readonly<Record<string, keyof DistinguishedName>> = {
  C: 'country',
  ST: 'state',
  L: 'locality',
  O: 'organization',
  OU: 'organizationalUnit',
  CN: 'commonName',
  EMAILADDRESS: 'emailAddress',
};

/** One attribute and what ends it: the value is made of escapes and of what needs none (RFC 4514 §3). */
const ATTRIBUTE = /\s*([A-Za-z]+)\s*=((?:\\[0-9A-Fa-f]{2}|\\[ "#+,;<=>\\]|[^"+,;<>\\])*)(,|$)/y;

/**
 * Reads a distinguished name as text (RFC 4514), one attribute of a type.
 *
 * @throws SubjectUnreadableError
 */
export function parseSubject(text: string): DistinguishedName {
  const name: Record<string, string> = {};
  ATTRIBUTE.lastIndex = 0;
  for (let separator = ','; separator === ',';) {
    const at = ATTRIBUTE.lastIndex;
    const found = ATTRIBUTE.exec(text);
    if (found === null) throw new SubjectUnreadableError(text, `it cannot be read from character ${at + 1} on`);
    const [, type = '', value = '', end = ''] = found;
    const field = fields[type.toUpperCase()];
    if (field === undefined) throw new SubjectUnreadableError(text, `"${type}" is no attribute that can be used`);
    if (name[field] !== undefined) throw new SubjectUnreadableError(text, `"${type}" stands there twice`);
    name[field] = unescaped(value);
    if (name[field] === '') throw new SubjectUnreadableError(text, `"${type}" is empty`);
    separator = end;
  }
  const { commonName } = name;
  if (commonName === undefined) throw new SubjectUnreadableError(text, 'there is no common name');
  return { ...name, commonName };
}

/** Bytes as hexadecimal pairs, an escaped character, or one that stands for itself. */
const TOKENS = /(?:\\[0-9A-Fa-f]{2})+|\\.|[^\\]/g;

/** Blanks at the ends count only when they are escaped. */
function unescaped(value: string): string {
  const tokens = value.match(TOKENS) ?? [];
  const first = tokens.findIndex((token) => token !== ' ');
  const last = tokens.findLastIndex((token) => token !== ' ');
  return tokens
    .slice(Math.max(first, 0), last + 1)
    .map(plain)
    .join('');
}

function plain(token: string): string {
  if (!token.startsWith('\\')) return token;
  if (token.length === 2) return token.slice(1);
  return Buffer.from(token.replaceAll('\\', ''), 'hex').toString('utf8');
}
