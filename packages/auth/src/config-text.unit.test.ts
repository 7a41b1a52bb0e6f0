import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseConfigText, setConfigText } from './config-text.ts';

const pairs = (text: string) => parseConfigText(text).lines.map(({ key, value }) => [key, value]);

describe('a config file', () => {
  it.each([
    ['a = b', 'b'],
    ['a: b', 'b'],
    ['a b', 'b'],
    ['a=b', 'b'],
    ['a = tcp://127.0.0.1:22916', 'tcp://127.0.0.1:22916'],
    ['a = b # comment', 'b'],
    ['a = b#comment', 'b'],
    ['a = b ; comment', 'b'],
    ['a = b;c', 'b;c'],
    ['a = "b # c" # d', 'b # c'],
    ["a = 'b \" c'", 'b " c'],
    ['a = "b \\" \\x c"', 'b " \\x c'],
    ['a = b\\ c', 'b c'],
    ['a = b"c d"e', 'bc de'],
    ["a = ''", ''],
    ['a', undefined],
    ['a =', undefined],
    ['  --a_b = c', 'c'],
  ])('%j has the value %j', (line, value) => {
    const [[key, found] = []] = pairs(line);
    expect(found).toBe(value);
    expect(key).toBe(line.includes('_') ? 'a-b' : 'a');
  });

  it('counts in [volttron], [global] and before any section', () => {
    const text = 'a = 1\n[volttron]\nb = 2\n[other]\nc = 3\n[ global ] # x\nd = 4\n; e = 5\n';
    expect(pairs(text)).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['d', '4'],
    ]);
  });

  it('tells everything that is no setting, with its line', () => {
    const { problems } = parseConfigText('[volttron]\na = "b\nc = d e\n[x\n');
    expect(problems).toEqual([
      expect.stringContaining('line 2:'),
      expect.stringContaining('line 3:'),
      expect.stringContaining('line 4:'),
    ]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(parseConfigText(text).lines)));
  });
});

describe('writing back', () => {
  it('touches the lines it has to, and no others', () => {
    const text =
      '# mine\n[volttron]\ninstance-name = old # was\nvip-address = tcp://1.2.3.4:1\n\n[other]\nmessage-bus = x\n';
    expect(setConfigText(text, { 'instance-name': 'new', 'message-bus': 'zmq' })).toBe(
      '# mine\n[volttron]\ninstance-name = new\nvip-address = tcp://1.2.3.4:1\nmessage-bus = zmq\n\n[other]\nmessage-bus = x\n',
    );
  });

  it('changes nothing when nothing differs', () => {
    const text = '[volttron]\ninstance_name: "same one" # yes\n';
    expect(setConfigText(text, { 'instance-name': 'same one' })).toBe(text);
  });

  it('makes the section when there is none', () => {
    expect(setConfigText('', { a: 'b' })).toBe('[volttron]\na = b\n');
    expect(setConfigText('[other]\nx = y\n', { a: 'b' })).toBe('[volttron]\na = b\n[other]\nx = y\n');
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        fc.pre(!/[\r\n]/.test(value));
        expect(pairs(setConfigText('[volttron]\nx = y\n', { a: value })).at(-1)).toEqual(['a', value]);
      }),
    );
  });
});
