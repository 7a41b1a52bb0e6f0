import type { RemoteConnection, RemotePlatforms, RemotePlatformState } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import type { AgentDefinition } from '../define-agent.ts';
import { startAgent } from '../start-agent.ts';
import type { RunningAgent, StartAgentOptions } from '../start-agent.ts';
import type { FakeBus } from './fake-bus.ts';
import type { FakePlatform } from './fake-platform.ts';
import { MemoryLog } from './memory-log.ts';

/** An agent on a fake platform, with a clock that the test steps and a log that it reads. Ends with its block. */
export interface TestAgent extends RunningAgent, AsyncDisposable {
  readonly clock: SteppedClock;
  readonly log: MemoryLog;
}

export type TestAgentOptions = Partial<StartAgentOptions> & {
  readonly identity?: string;
  readonly clock?: SteppedClock;
};

/** Starts an agent on a fake platform; its identity is `agent` when not given. */
export function startTestAgent(
  platform: FakePlatform,
  definition: AgentDefinition,
  { identity = 'agent', clock = new SteppedClock(), ...options }: TestAgentOptions = {},
): TestAgent {
  const log = new MemoryLog();
  const bus = options.bus ?? platform.connect(identity);
  const agent = startAgent(definition, { log, clock, epoch: () => 'epoch00001', ...options, bus });
  const stop = (): Promise<void> => agent.stop();
  const dispose = (): Promise<void> => stopStepping(agent, clock);
  return { vip: agent.vip, done: agent.done, stop, clock, log, [Symbol.asyncDispose]: dispose };
}

/** Stops an agent that may wait for its clock. */
async function stopStepping(agent: RunningAgent, clock: SteppedClock): Promise<void> {
  const stopped = agent.stop().then(() => true);
  const turn = (): Promise<boolean> => new Promise((resolve) => setImmediate(resolve, false));
  while (!(await Promise.race([stopped, turn()]))) clock.step(1000);
}

/** Connections to fake platforms by their addresses. */
export function fakeRemotes(platforms: Readonly<Record<string, FakePlatform>>, identity: string): RemotePlatforms {
  return {
    connect: (address) => {
      const platform = platforms[address];
      if (platform === undefined) throw new Error(`no fake platform at ${address}`);
      return asRemote(platform.connect(identity), address);
    },
  };
}

const phases = {
  connecting: 'connecting',
  connected: 'connected',
  lost: 'lost',
  refused: 'pending',
  closed: 'closed',
} as const;

function asRemote(bus: FakeBus, address: string): RemoteConnection {
  let remoteState: RemotePlatformState = { phase: 'connecting', address };
  const listeners = new Set<(state: RemotePlatformState) => void>();
  return {
    identity: bus.identity,
    get state() {
      return bus.state;
    },
    get remoteState() {
      return remoteState;
    },
    onRemoteState: (listener) => {
      listeners.add(listener);
      listener(remoteState);
      return () => {
        listeners.delete(listener);
      };
    },
    open: (events) => {
      bus.open({
        message: (message) => events.message(message),
        state: (state, reason) => {
          const phase = state === 'refused' && reason?.code === 'denied' ? 'denied' : phases[state];
          remoteState = { phase, address, ...(reason === undefined ? {} : { reason }) };
          for (const listener of listeners) listener(remoteState);
          events.state(state, reason);
        },
      });
    },
    send: (message) => bus.send(message),
    drained: () => bus.drained(),
    close: () => bus.close(),
  };
}
