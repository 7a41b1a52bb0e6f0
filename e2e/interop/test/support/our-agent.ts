import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { Caller, Reading, RunningAgent } from '@volttron-ts/agent';
import { openLocalPlatform, systemClock } from '@volttron-ts/connect';
import { quietLog } from './our-platform.ts';

/** What an agent of ours was asked, and what it heard. */
export interface OurAgent {
  readonly agent: RunningAgent;
  readonly callers: readonly Caller[];
  /** Subscribes; settles when the platform knows it. */
  listen(prefix: string): Promise<void>;
  /** The first publication heard that is so; waits for it. */
  heard(when: (reading: Reading<object>) => boolean): Promise<Reading<object>>;
}

export interface OurAgentOptions {
  readonly home: string;
  readonly identity: string;
  /** Of a platform that is not this home's. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts an agent of ours in this process, with the key its home keeps for it; settles when it was welcomed. */
export async function startOurAgent(stack: AsyncDisposableStack, options: OurAgentOptions): Promise<OurAgent> {
  const { home, identity, environment = {} } = options;
  const callers: Caller[] = [];
  const readings: Reading<object>[] = [];
  const hear: (() => void)[] = [];
  const definition = defineAgent({
    name: 'ours',
    version: '4.5.6',
    config: t.Object({}),
    methods: {
      double: {
        params: t.Tuple([t.Number({ title: 'n' })]),
        call([n], { caller }) {
          callers.push(caller);
          return 2 * n;
        },
      },
      echo: { params: t.Tuple([t.Unknown({ title: 'value' })]), call: ([value]) => value },
      fail: {
        params: t.Tuple([]),
        call() {
          throw new Error('this method always fails');
        },
      },
    },
  });
  const { bus } = await openLocalPlatform({ home, identity, environment, clock: systemClock });
  const agent = startAgent(definition, { bus, log: quietLog, clock: systemClock });
  stack.defer(async () => agent.stop());

  async function listen(prefix: string): Promise<void> {
    const subscription = agent.vip.pubsub.subscribe(prefix);
    void (async () => {
      for await (const reading of subscription) {
        readings.push(reading);
        for (const wake of hear.splice(0)) wake();
      }
    })().catch(() => undefined);
    await subscription.ready;
  }

  async function heard(when: (reading: Reading<object>) => boolean): Promise<Reading<object>> {
    for (;;) {
      const found = readings.find(when);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => hear.push(resolve));
    }
  }

  await agent.vip.hello('');
  return { agent, callers, listen, heard };
}
