import { expect, it } from 'vitest';
import type { InstalledAgent } from './installed-agent.ts';
import { launchPlan } from './launch-plan.ts';

const agent: InstalledAgent = {
  ...{ uuid: '5aa', name: 'tiny-1.0.0', version: '1.0.0', identity: 'tiny', tag: 'lt', priority: null },
  ...{ publickey: 'k', folder: '/home/agents/5aa', kind: 'node' },
};
const facts = {
  agent,
  home: '/home',
  program: '/connect/volttron-agent.js',
  entry: '/home/agents/5aa/tiny-1.0.0/index.js',
  config: '/home/agents/5aa/tiny-1.0.0/tiny-1.0.0.dist-info/config',
  exitFile: '/home/agents/5aa/EXIT_CODE',
  preload: 'file:///aip/launch-preload.js',
  execPath: '/node',
  execArgv: ['--conditions=@volttron-ts/source', '--inspect'],
  environment: {},
};

it('runs the agent with Node, from sources when the platform does', () => {
  const { command, args } = launchPlan(facts);
  expect([command, ...args]).toEqual([
    '/node',
    '--conditions=@volttron-ts/source',
    '--import=file:///aip/launch-preload.js',
    '/connect/volttron-agent.js',
    '/home/agents/5aa/tiny-1.0.0/index.js',
  ]);
});

it('tells it who it is by the variables of the original', () => {
  expect(launchPlan(facts).environment).toEqual({
    VOLTTRON_HOME: '/home',
    AGENT_UUID: '5aa',
    AGENT_VIP_IDENTITY: 'tiny',
    AGENT_TAG: 'lt',
    AGENT_CONFIG: facts.config,
    AGENT_EXIT_FILE: facts.exitFile,
    _LAUNCHED_BY_PLATFORM: '1',
  });
});

it('leaves out a tag and a configuration it does not have', () => {
  const { environment } = launchPlan({ ...facts, agent: { ...agent, tag: null }, config: undefined });
  expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['AGENT_TAG']));
  expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['AGENT_CONFIG']));
});

it('passes on the environment of the platform, but nothing of another agent and no keys', () => {
  const { environment } = launchPlan({
    ...facts,
    environment: { PATH: '/bin', MESSAGEBUS: 'zmq', AGENT_SECRETKEY: 's', AGENT_UUID: 'x', NODE_CHANNEL_FD: '3' },
  });
  expect(environment).toMatchObject({ PATH: '/bin', MESSAGEBUS: 'zmq', AGENT_UUID: '5aa' });
  expect(JSON.stringify(environment)).not.toMatch(/SECRET|CHANNEL/);
});
