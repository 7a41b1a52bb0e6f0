import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Terminal } from '../terminal.ts';
import { askSubject, formatSubject, parseSubject } from './subject.ts';

/** Asks, with these lines for answers. */
async function asked(...lines: readonly string[]): Promise<{ subject: unknown; errors: string }> {
  let errors = '';
  const sink = { write: () => undefined };
  const input = Readable.from([lines.map((line) => `${line}\n`).join('')]);
  const subject = await askSubject(
    new Terminal({ input, output: sink, errors: { write: (text) => (errors += text) } }),
  );
  return { subject, errors };
}

describe('a subject that is asked', () => {
  it('takes what stands in brackets for an empty answer, as openssl', async () => {
    const { subject } = await asked('', '', '', '', '', 'localhost', '');
    expect(subject).toEqual({
      country: 'AU',
      state: 'Some-State',
      organization: 'Internet Widgits Pty Ltd',
      commonName: 'localhost',
    });
  });

  it('leaves out what is answered by a dot', async () => {
    expect(await asked('.', '.', '.', '.', '.', 'localhost', '.')).toEqual({
      subject: { commonName: 'localhost' },
      errors: '',
    });
  });

  it('is asked again for what cannot be', async () => {
    const { subject, errors } = await asked(
      'USA',
      'US',
      '.',
      '',
      '.',
      '',
      '.',
      '',
      'a\u0007',
      'localhost',
      'a b',
      'a@b',
    );
    expect(subject).toEqual({ country: 'US', commonName: 'localhost', emailAddress: 'a@b' });
    expect(errors.split('\n')).toHaveLength(6);
  });
});

describe('a subject that is given', () => {
  it('is read as openssl reads -subj', () => {
    expect(parseSubject('/C=US/ST=Washington/L=Richland/O=A\\/B/OU=V/CN=x=y/emailAddress=a@b')).toEqual({
      country: 'US',
      state: 'Washington',
      locality: 'Richland',
      organization: 'A/B',
      organizationalUnit: 'V',
      commonName: 'x=y',
      emailAddress: 'a@b',
    });
  });

  it('holds any text whose slashes and backslashes are escaped', () => {
    const text = fc.string({ unit: fc.constantFrom('/', '\\', '=', 'a', 'é', ' ', '.'), minLength: 1 });
    fc.assert(
      fc.property(text, text, (organization, commonName) => {
        const escape = (value: string): string => value.replaceAll(/[/\\]/g, '\\$&');
        const subject = `/O=${escape(organization)}/CN=${escape(commonName)}`;
        expect(parseSubject(subject)).toEqual({ organization, commonName });
      }),
    );
  });

  it.each(['', 'CN=a', '/', '/CN', '/CN=', '/O=a', '/CN=a/CN=b', '/DC=a/CN=b', 'x/CN=a', '/CN=a\\', '/CN=a\u001b[2J'])(
    'is refused when it is %j',
    (text) => {
      expect(() => parseSubject(text)).toThrow(/^The subject "/);
    },
  );
});

describe('a subject that is shown', () => {
  it('does not move the cursor', () => {
    expect(formatSubject({ organization: 'a\u202eb', commonName: '\u001b[2Jx' })).toBe('O=a\\u{202e}b, CN=\\u{1b}[2Jx');
  });
});
