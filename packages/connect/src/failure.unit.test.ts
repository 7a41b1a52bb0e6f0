import { InvalidValueError, VipError } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';
import { UsageError } from './errors.ts';
import { exitCodeOf } from './exit-code.ts';
import { failureLine } from './failure-line.ts';
import { readOptions } from './read-options.ts';

describe('a failure', () => {
  it('is told in one line with its way out', () => {
    const error = new InvalidValueError('config', 1, 'The key\n"x" is\u001b[31m wrong.', 'Write it as y.');
    expect(failureLine(error)).toBe('The key "x" is [31m wrong. Write it as y.');
    expect(failureLine(new Error('It failed.'))).toBe('It failed.');
    expect(failureLine('text')).toBe('text');
  });

  it('of an unknown option names the option and the help, and means exit code 2', () => {
    let error: unknown;
    try {
      readOptions('volttron', { args: ['--hom'], options: { home: { type: 'string' } } });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UsageError);
    expect(failureLine(error)).toBe("Unknown option '--hom'. See volttron --help.");
    expect(exitCodeOf(error)).toBe(2);
  });

  it('has a code of its own only when it was foreseen', () => {
    expect(exitCodeOf(new VipError('home-foreign', ''))).toBe(77);
    expect(exitCodeOf(new VipError('home-unusable', ''))).toBe(74);
    expect(exitCodeOf(new VipError('instance-config', ''))).toBe(78);
    expect(exitCodeOf(new VipError('bind', ''))).toBe(69);
    expect(exitCodeOf(new VipError('bindings', ''))).toBe(1);
  });
});
