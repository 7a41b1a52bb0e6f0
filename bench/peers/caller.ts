/** Calls the callee, with so many calls under way at a time. */
import { performance } from 'node:perf_hooks';
import { defineAgent, t } from '@volttron-ts/agent';
import { startBenchAgent } from './bench-agent.ts';
import type { BenchAgentConfig } from './bench-agent.ts';
import { serve } from './serve.ts';

const WARM_MS = 1000;
const MEASURED_MS = 3000;
const TEXT = 'x'.repeat(50);

await serve(async (given) => {
  const config = given as BenchAgentConfig & { readonly inFlight: number };
  const { vip } = await startBenchAgent(defineAgent({ name: 'caller', config: t.Object({}) }), config);
  const run = async (ms: number): Promise<object> => {
    const took: number[] = [];
    const started = performance.now();
    const callOn = async (): Promise<void> => {
      for (let now = performance.now(); now - started < ms;) {
        await vip.rpc.call('callee', 'echo', [TEXT]);
        const answered = performance.now();
        took.push(answered - now);
        now = answered;
      }
    };
    await Promise.all(Array.from({ length: config.inFlight }, callOn));
    const sorted = took.toSorted((a, b) => a - b);
    return {
      calls: took.length,
      seconds: (performance.now() - started) / 1000,
      p50Ms: sorted[Math.floor(sorted.length / 2)],
    };
  };
  return { ready: {}, commands: { warm: () => run(WARM_MS), measure: () => run(MEASURED_MS) } };
});
