import type { DistinguishedName } from '@volttron-ts/pki';
import type { Terminal } from '../terminal.ts';
import { SubjectInvalidError } from './errors.ts';

interface Field {
  readonly name: keyof DistinguishedName;
  /** As in `/CN=…`. */
  readonly short: string;
  readonly question: string;
  /** What an empty answer means. */
  readonly standard: string;
  readonly problem?: (value: string) => string | undefined;
}

/** The questions of `openssl req`, in its order and with its answers for nothing. */
const fields: readonly Field[] = [
  { name: 'country', short: 'C', question: 'Country Name (2 letter code)', standard: 'AU', problem: countryProblem },
  { name: 'state', short: 'ST', question: 'State or Province Name (full name)', standard: 'Some-State' },
  { name: 'locality', short: 'L', question: 'Locality Name (eg, city)', standard: '' },
  {
    name: 'organization',
    short: 'O',
    question: 'Organization Name (eg, company)',
    standard: 'Internet Widgits Pty Ltd',
  },
  { name: 'organizationalUnit', short: 'OU', question: 'Organizational Unit Name (eg, section)', standard: '' },
  { name: 'commonName', short: 'CN', question: 'Common Name (e.g. server FQDN or YOUR name)', standard: '' },
  { name: 'emailAddress', short: 'emailAddress', question: 'Email Address', standard: '', problem: addressProblem },
];

function countryProblem(value: string): string | undefined {
  return /^[A-Za-z]{2}$/.test(value) ? undefined : 'the country has two letters';
}

function addressProblem(value: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(value) ? undefined : 'the e-mail address is plain ASCII without blanks';
}

/** One line of text: the rest could rewrite what a terminal shows. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function problemOf({ problem }: Field, value: string): string | undefined {
  return value.search(CONTROL) < 0 ? problem?.(value) : 'it holds control characters';
}

/** Asks for each field; `.` leaves one empty, nothing takes what stands in brackets. Throws EndOfInputError. */
export async function askSubject(terminal: Terminal): Promise<DistinguishedName> {
  const answers: Partial<Record<keyof DistinguishedName, string>> = {};
  for (const field of fields) {
    const answer = await askField(terminal, field);
    if (answer !== '') answers[field.name] = answer;
  }
  return { commonName: '', ...answers };
}

async function askField(terminal: Terminal, field: Field): Promise<string> {
  const { name, question, standard } = field;
  for (;;) {
    const given = (await terminal.ask(`${question} [${standard}]:`)) || standard;
    const answer = given === '.' ? '' : given;
    const wrong = answer === '' ? missing(name) : problemOf(field, answer);
    if (wrong === undefined) return answer;
    terminal.complain(`${wrong}\n`);
  }
}

const missing = (name: keyof DistinguishedName): string | undefined =>
  name === 'commonName' ? 'the common name is needed' : undefined;

/** Reads `/C=US/CN=localhost`, in which a backslash takes the meaning from what follows. Throws SubjectInvalidError. */
export function parseSubject(text: string): DistinguishedName {
  const parts = text.match(/\/(?:[^/\\]|\\.)*/gsu) ?? [];
  if (parts.join('') !== text || text === '') throw new SubjectInvalidError(text, 'it does not begin with "/"');
  const subject: Partial<Record<keyof DistinguishedName, string>> = {};
  for (const part of parts) {
    const { name, value } = parsePart(text, part.slice(1));
    if (subject[name] !== undefined)
      throw new SubjectInvalidError(text, `${part.split('=')[0] ?? ''} stands there twice`);
    subject[name] = value;
  }
  const { commonName } = subject;
  if (commonName === undefined) throw new SubjectInvalidError(text, 'the common name (CN) is missing');
  return { ...subject, commonName };
}

function parsePart(text: string, part: string): { name: keyof DistinguishedName; value: string } {
  const at = part.indexOf('=');
  const short = part.slice(0, Math.max(0, at));
  const field = fields.find((one) => one.short === short);
  if (field === undefined) {
    const known = fields.map((one) => one.short).join(', ');
    throw new SubjectInvalidError(text, `"${short || part}" is none of ${known}`);
  }
  const value = part.slice(at + 1).replaceAll(/\\(.)/gsu, '$1');
  const wrong = value === '' ? `${short} is empty` : problemOf(field, value);
  if (wrong !== undefined) throw new SubjectInvalidError(text, wrong);
  return { name: field.name, value };
}

/** `C=US, O=Test, CN=localhost` */
export function formatSubject(subject: DistinguishedName): string {
  return fields
    .flatMap(({ name, short }) => {
      const value = subject[name];
      return value === undefined || value === '' ? [] : [`${short}=${printable(value)}`];
    })
    .join(', ');
}

/** What a stranger wrote into a certificate, for a terminal. */
export const printable = (text: string): string =>
  text.replaceAll(CONTROL, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
