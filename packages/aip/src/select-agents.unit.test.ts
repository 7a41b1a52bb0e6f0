import { describe, expect, it } from 'vitest';
import type { InstalledAgent } from './installed-agent.ts';
import { selectAgents } from './select-agents.ts';
import { startOrder } from './start-order.ts';

const agent = (uuid: string, name: string, tag: string | null, priority: string | null = null): InstalledAgent => ({
  ...{ uuid, name, version: '1', identity: name, tag, priority, publickey: '', folder: `/agents/${uuid}` },
  kind: 'node',
});

const agents = [
  agent('5aa', 'listener-3.3', 'lt'),
  agent('5bb', 'listener-3.4', null),
  agent('7cc', 'sysmon-1.0', 'sys'),
];
const chosen = (patterns: string[], by = {}): string[] => selectAgents(agents, patterns, by).map(({ uuid }) => uuid);

describe('choosing agents by patterns', () => {
  it('chooses all when nothing is asked for', () => {
    expect(chosen([])).toEqual(['5aa', '5bb', '7cc']);
  });

  it('takes a pattern for the beginning of a UUID, which must be that of one agent', () => {
    expect(chosen(['5a'])).toEqual(['5aa']);
    expect(chosen(['5'])).toEqual([]);
  });

  it('takes it for the beginning of a name when no UUID begins so', () => {
    expect(chosen(['listener'])).toEqual(['5aa', '5bb']);
    expect(chosen(['*mon'])).toEqual(['7cc']);
  });

  it('with a flag asks for the whole text', () => {
    expect(chosen(['listener'], { name: true })).toEqual([]);
    expect(chosen(['listener-3.?'], { name: true })).toEqual(['5aa', '5bb']);
    expect(chosen(['l*'], { tag: true })).toEqual(['5aa']);
    expect(chosen(['7cc'], { uuid: true })).toEqual(['7cc']);
    expect(chosen(['.*'], { name: true })).toEqual([]);
  });

  it('chooses all tagged ones, and what else is named, in the order of the list', () => {
    expect(chosen([], { allTagged: true })).toEqual(['5aa', '7cc']);
    expect(chosen(['5bb'], { allTagged: true })).toEqual(['5aa', '5bb', '7cc']);
  });
});

it('starts agents by number, the highest first, those without or with a wrong one never', () => {
  const list = ['5', '49', null, 'x', '05', '99'].map((priority, n) => agent(String(n), `a${n}-1`, null, priority));
  expect(startOrder(list).map((group) => group.map(({ uuid }) => uuid))).toEqual([['5'], ['1'], ['0', '4']]);
});
