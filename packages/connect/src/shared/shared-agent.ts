import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import { failureLine } from '../failure-line.ts';
import { runAgent } from '../run-agent.ts';
import type { FromAgent, SharedAgentData } from './host-messages.ts';

/** The thread of one agent in a process that it shares: told to stop by any message. */
async function run(port: MessagePort, { module }: SharedAgentData): Promise<void> {
  const stopping = new AbortController();
  port.on('message', () => {
    stopping.abort();
  });
  const tell = (message: FromAgent): void => {
    port.postMessage(message);
  };
  const { env: environment, stderr } = process;
  let code: number = exitCodes.ok;
  try {
    await runAgent(
      {
        module,
        identity: environment['AGENT_VIP_IDENTITY'],
        config: environment['AGENT_CONFIG'],
        wait: true,
        level: 'info',
      },
      {
        environment,
        logFormat: 'json',
        write: (text) => stderr.write(text),
        signal: stopping.signal,
        onWelcome: ({ agent }) => {
          tell({ welcomed: agent });
        },
      },
    );
  } catch (error) {
    stderr.write(`volttron-agent: ${failureLine(error)}\n`);
    code = exitCodeOf(error);
  }
  tell({ code });
  port.close();
}

if (parentPort !== null) await run(parentPort, workerData as SharedAgentData);
