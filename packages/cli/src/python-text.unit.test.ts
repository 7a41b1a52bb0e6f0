import { describe, expect, it } from 'vitest';
import { pythonText } from './python-text.ts';

describe('pythonText', () => {
  it.each([
    [null, 'None'],
    [true, 'True'],
    [3, '3'],
    ["it's", '"it\'s"'],
    ['a "b"', '\'a "b"\''],
    ['\'"', "'\\'\"'"],
    ['é\n\u001b', "'é\\n\\x1b'"],
    [['r1', 'r2'], "['r1', 'r2']"],
    [{ c1: null, c2: { x: '/.*/' } }, "{'c1': None, 'c2': {'x': '/.*/'}}"],
    [{}, '{}'],
  ])('writes %j as repr does', (value, text) => {
    expect(pythonText(value)).toBe(text);
  });
});
