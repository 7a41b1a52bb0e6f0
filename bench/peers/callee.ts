/** An agent whose method answers what it is given. */
import { defineAgent, t } from '@volttron-ts/agent';
import { startBenchAgent } from './bench-agent.ts';
import type { BenchAgentConfig } from './bench-agent.ts';
import { serve } from './serve.ts';

const callee = defineAgent({
  name: 'callee',
  config: t.Object({}),
  methods: { echo: { params: t.Tuple([t.String()]), call: ([text]) => text } },
});

await serve(async (config) => {
  await startBenchAgent(callee, config as BenchAgentConfig);
  return { ready: {} };
});
