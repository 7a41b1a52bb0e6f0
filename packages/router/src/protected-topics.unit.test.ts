import { describe, expect, it } from 'vitest';
import { ProtectedTopics, readProtectedTopics, snapshotTopics } from './protected-topics.ts';

const held: Record<string, Record<string, unknown>> = { both: { a: null, b: { x: '/.*/' } }, one: { a: null } };
const guard = (table: object): ProtectedTopics =>
  new ProtectedTopics(snapshotTopics(readProtectedTopics(JSON.stringify(table)).rules, () => held));

describe('protected topics', () => {
  it('are found equal first, then by the first beginning, then by expression', () => {
    const rules = guard({
      'write-protect': [
        { topic: '/dev.*/', capabilities: 'a' },
        { topic: 'dev', capabilities: ['b'] },
        { topic: 'devices/x', capabilities: ['a'] },
      ],
    });
    const needed = (topic: string): string | undefined =>
      /\['(\w)'\]/.exec(rules.publishRefusal('x', topic) ?? '')?.[1];
    expect([needed('devices/x'), needed('devices/xy'), needed('de'), needed('Xdevices')]).toEqual([
      'a',
      'b',
      undefined,
      undefined,
    ]);
    const alone = guard({ 'write-protect': [{ topic: '/dev.*/', capabilities: 'a' }] });
    expect(alone.publishRefusal('one', 'devices')).toBeUndefined();
    expect(alone.publishRefusal('nobody', 'devices')).toContain("requires capabilities ['a']");
    expect(alone.publishRefusal('nobody', 'my/devices')).toBeUndefined();
  });

  it('are found in linear time, whatever the expression and the topic', () => {
    const rules = guard({ 'write-protect': [{ topic: '/(.*)*(a|a)*b/', capabilities: 'a' }] });
    const before = process.cpuUsage();
    expect(rules.publishRefusal('nobody', 'a'.repeat(4096))).toBeUndefined();
    expect(rules.publishRefusal('nobody', `${'a'.repeat(4000)}b`)).toBeDefined();
    // Too long to be looked at: no way round the rule.
    expect(rules.publishRefusal('nobody', 'a'.repeat(4097))).toBeDefined();
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });

  it('want all capabilities of a publisher, in the words of the original', () => {
    const rules = guard({ 'write-protect': [{ topic: 'prot/foo', capabilities: ['a', 'b'] }] });
    expect(rules.publishRefusal('both', 'prot/foo')).toBeUndefined();
    expect(rules.publishRefusal('one', 'prot/foo')).toBe(
      `to publish to topic "prot/foo" requires capabilities ['a', 'b'], but capability list {'a': None} was provided`,
    );
    expect(rules.publishRefusal('stranger', 'prot/foo')).toContain('but capability list {} was provided');
    expect(rules.protectsReading).toBe(false);
  });

  it('want one capability of a reader', () => {
    const rules = guard({ 'read-protect': [{ topic: 'secret/', capabilities: ['b', 'a'] }] });
    expect(rules.protectsReading).toBe(true);
    expect([rules.mayReceive('one', 'secret/x'), rules.mayReceive('stranger', 'secret/x')]).toEqual([true, false]);
    expect(rules.mayReceive('stranger', 'secre')).toBe(true);
    expect(rules.publishRefusal('stranger', 'secret/x')).toBeUndefined();
  });

  it('refuse a subscription only when nothing of it could be received', () => {
    const rules = guard({
      'read-protect': [
        { topic: 'secret/', capabilities: 'a' },
        { topic: '/hidden.*/', capabilities: 'a' },
      ],
    });
    expect(rules.subscribeRefusal('stranger', 'secret/deep')).toBe(
      `to subscribe to topic "secret/deep" requires capabilities ['a'], but capability list {} was provided`,
    );
    expect(['', 'sec', 'hidden/x'].map((prefix) => rules.subscribeRefusal('stranger', prefix))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(rules.subscribeRefusal('one', 'secret/deep')).toBeUndefined();
    const deeper = guard({
      'read-protect': [
        { topic: 'secret/', capabilities: 'c' },
        { topic: 'secret/deep/ours', capabilities: 'a' },
      ],
    });
    expect(deeper.subscribeRefusal('one', 'secret/deep')).toBeUndefined();
    expect(deeper.subscribeRefusal('one', 'secret/else')).toBeDefined();
  });

  it('are replaced as a whole', () => {
    const rules = guard({ 'write-protect': [{ topic: 't', capabilities: 'a' }] });
    expect(rules.publishRefusal('x', 't')).toBeDefined();
    rules.update(snapshotTopics(readProtectedTopics('').rules, () => held));
    expect(rules.publishRefusal('x', 't')).toBeUndefined();
  });
});

it('a snapshot holds only the capabilities that the rules ask for, and their holders', () => {
  const { rules } = readProtectedTopics('{"write-protect":[{"topic":"t","capabilities":"b"}]}');
  expect(snapshotTopics(rules, () => held).holders).toEqual({ both: { b: { x: '/.*/' } } });
  const nobody = (): never => {
    throw new Error('asked for nothing');
  };
  expect(snapshotTopics(readProtectedTopics('').rules, nobody).holders).toEqual({});
});

describe('the file of protected topics', () => {
  it.each(['', ' \n', '{}', '{"write-protect": []}'])('may protect nothing: %j', (text) => {
    expect(readProtectedTopics(text)).toEqual({ rules: { write: [], read: [] }, problems: [] });
  });

  it('is read without the entries that are no rule, which are named', () => {
    const bad = [
      7,
      { topic: 5, capabilities: 'a' },
      { topic: 't' },
      { topic: 't', capabilities: [] },
      { topic: '/(/', capabilities: 'a' },
    ];
    const { rules, problems } = readProtectedTopics(
      JSON.stringify({ 'write-protect': [...bad, { topic: 'good', capabilities: 'a' }] }),
    );
    expect(rules.write).toEqual([{ topic: 'good', capabilities: ['a'] }]);
    expect(problems).toHaveLength(5);
    expect(problems[0]).toBe('Entry 0 of "write-protect" is left out: it is no object.');
    expect(problems[4]).toContain('/(/ is no expression');
  });

  it.each(['{', '[]', '{"write-protect": {}}'])('is refused as a whole when it is no table: %s', (text) => {
    expect(() => readProtectedTopics(text)).toThrow(/The protected topics cannot be read/);
  });
});
