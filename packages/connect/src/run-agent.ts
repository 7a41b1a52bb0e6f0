import { HelloTimeoutError, startAgent } from '@volttron-ts/agent';
import type { AgentDefinition, RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import { homeOf } from '@volttron-ts/auth';
import { checkIdentity, InvalidValueError } from '@volttron-ts/vip-core';
import type { VipError } from '@volttron-ts/vip-core';
import type { AgentArguments } from './agent-arguments.ts';
import { readAgentConfig } from './agent-config-file.ts';
import { findAgentPlace } from './agent-place.ts';
import { NotWelcomedError } from './errors.ts';
import { loadAgent } from './load-agent.ts';
import { openLocalPlatform } from './local-platform.ts';
import { createLog } from './log.ts';
import { systemClock } from './system-clock.ts';
import { ToldBus } from './told-bus.ts';

/** What an agent stands in: a process of its own, or a thread of one that it shares. */
export interface AgentSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logFormat: 'terminal' | 'json';
  /** Takes the lines of the log. */
  readonly write: (text: string) => void;
  /** Ends the agent. */
  readonly signal: AbortSignal;
  /** The platform has welcomed it. */
  readonly onWelcome: (agent: { readonly agent: string; readonly instance: unknown }) => void;
}

/**
 * Runs one agent until it ends or is told to; rejects with why it could not start, or with what its `run` threw.
 */
export async function runAgent(args: AgentArguments, surroundings: AgentSurroundings): Promise<void> {
  const { environment, logFormat: format, write, signal } = surroundings;
  const definition = await loadAgent(args.module);
  const identity = checkIdentity(args.identity ?? definition.name);
  const log = createLog({ name: identity, level: args.level, format, write });
  const home = homeOf(environment);
  const { keys, dataFolder } = await findAgentPlace(home, environment);
  const local = await openLocalPlatform({
    ...{ home, identity, keys, environment, clock: systemClock },
    dataFolder: environment['AGENT_UUID'] === undefined ? undefined : dataFolder,
  });
  const config = args.config === undefined ? {} : await readAgentConfig(args.config);
  let hopeless: VipError | undefined;
  const giveUp = (reason: VipError): void => {
    hopeless = reason;
    void agent.stop();
  };
  const bus = new ToldBus(local.bus, { log, onHopeless: args.wait ? undefined : giveUp });
  const agent = start(
    definition,
    { bus, remotes: local.remotes, config, dataFolder, log, clock: systemClock, wait: args.wait },
    args.config,
  );
  try {
    await live(agent, signal, surroundings.onWelcome);
  } catch (error) {
    // What the bus says explains a hello that was not answered.
    throw error instanceof HelloTimeoutError && bus.reason !== undefined ? new NotWelcomedError(bus.reason) : error;
  }
  if (hopeless !== undefined) throw new NotWelcomedError(hopeless);
}

function start(definition: AgentDefinition, options: StartAgentOptions, file: string | undefined): RunningAgent {
  try {
    return startAgent(definition, options);
  } catch (error) {
    if (!(error instanceof InvalidValueError) || file === undefined) throw error;
    const remedy = 'Correct these keys, or take them out.';
    throw new InvalidValueError('config', file, `${file}: ${error.message}`, error.remedy ?? remedy);
  }
}

async function live(
  agent: RunningAgent,
  signal: AbortSignal,
  onWelcome: AgentSurroundings['onWelcome'],
): Promise<void> {
  const stop = (): void => void agent.stop();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  // Timers of the clock keep nobody alive; the agent lives until it is done.
  const alive = setInterval(() => undefined, 60_000);
  try {
    void agent.vip.query('instance-name', { timeoutMs: 2 ** 31 - 1 }).then(
      (instance) => {
        onWelcome({ agent: agent.vip.identity, instance });
      },
      () => undefined,
    );
    await agent.done;
  } finally {
    clearInterval(alive);
    signal.removeEventListener('abort', stop);
  }
}
