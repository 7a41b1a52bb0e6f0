import type { Comparison, Goal, Party } from '../compare.ts';
import { requirePyzmq, runFlow } from '../flow.ts';
import type { Flow } from '../flow.ts';

interface Case extends Pick<Flow, 'transport' | 'curve' | 'client'> {
  readonly name: string;
  readonly goal?: Goal;
}

/**
 * Without CURVE our DEALERs make the load, as the addon's cannot keep our router busy. With CURVE the addon's do, so that
 * every router opens and closes seven boxes for a message: our DEALERs agree with our router on one (last case).
 */
const cases: readonly Case[] = [
  { name: 'ipc', transport: 'ipc', curve: false, client: 'zmtp', goal: { atMost: 0.1 } },
  { name: 'tcp', transport: 'tcp', curve: false, client: 'zmtp', goal: { atMost: 0.1 } },
  { name: 'tcp+CURVE', transport: 'tcp', curve: true, client: 'zeromq', goal: { atMost: 0.8 } },
  { name: 'tcp+CURVE, our peers', transport: 'tcp', curve: true, client: 'zmtp', goal: { atMost: 0.25 } },
];

function party(name: string, flow: Flow): Party {
  return {
    name,
    run: async () => {
      const run = await runFlow(flow);
      return { ...run, value: (run.cpu.router / run.messages) * 1e6 };
    },
  };
}

/** CPU of a bare router per message of 7 frames and 200 bytes: our ROUTER, the `zeromq` addon's, pyzmq's. */
export function zmtp(): Comparison[] {
  requirePyzmq();
  return cases.map(({ name, goal, ...rest }) => {
    const flow = { ...rest, kind: 'direct' } as const;
    return {
      name,
      unit: 'µs router CPU/message',
      ours: party('zmtp', { ...flow, router: 'zmtp-router.ts' }),
      peers: [
        {
          party: party('zeromq addon', { ...flow, router: 'zeromq-router.ts' }),
          ...(goal === undefined ? {} : { goal }),
        },
        { party: party('pyzmq', { ...flow, router: 'raw-router.py' }) },
      ],
    };
  });
}
