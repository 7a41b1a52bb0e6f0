import { describe, expect, it } from 'vitest';

import { parseSubject } from './parse-subject.ts';

describe('the subject of an authority as text', () => {
  it.each([
    ['CN=Meters', { commonName: 'Meters' }],
    [' cn = Meters , o=Example ', { commonName: 'Meters', organization: 'Example' }],
    ['CN=a=b', { commonName: 'a=b' }],
    ['O=Example\\, Inc.,CN=\\"x\\"\\+\\\\', { organization: 'Example, Inc.', commonName: '"x"+\\' }],
    ['CN=\\20x\\ ', { commonName: ' x ' }],
    ['CN=Z\\C3\\BCrich', { commonName: 'Zürich' }],
    [
      'CN=x,C=CH,ST=ZH,L=y,OU=z,emailAddress=a@b.example',
      {
        ...{ commonName: 'x', country: 'CH', state: 'ZH', locality: 'y' },
        ...{ organizationalUnit: 'z', emailAddress: 'a@b.example' },
      },
    ],
  ])('reads %s', (text, name) => {
    expect(parseSubject(text)).toEqual(name);
  });

  it.each([
    ['', 'from character 1 on'],
    ['CN=x,', 'from character 6 on'],
    ['CN=x;O=y', 'from character 1 on'],
    ['CN=x+O=y', 'from character 1 on'],
    ['CN="x"', 'from character 1 on'],
    ['CN=x\\z', 'from character 1 on'],
    ['CN=x,CN=y', '"CN" stands there twice'],
    ['O=x', 'there is no common name'],
    ['CN=', '"CN" is empty'],
    ['CN=x,DC=y', '"DC" is no attribute'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseSubject(text)).toThrow(reason);
  });

  it('takes no time for a long text that is none', () => {
    const before = performance.now();
    expect(() => parseSubject(`CN=${'\\ '.repeat(50_000)}"`)).toThrow('cannot be read');
    expect(() => parseSubject(`CN=x${' '.repeat(50_000)}"`)).toThrow('cannot be read');
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
