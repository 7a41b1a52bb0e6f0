import { fileURLToPath } from 'node:url';

/** The file that Node runs to run agents: `volttron-agent`. */
export const agentProgram: string = fileURLToPath(new URL('../bin/volttron-agent.js', import.meta.url));
