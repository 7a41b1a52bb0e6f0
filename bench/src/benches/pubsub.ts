import type { Comparison, Goal, Party } from '../compare.ts';
import { requirePyzmq, runFlow } from '../flow.ts';
import type { Flow } from '../flow.ts';

interface Case extends Pick<Flow, 'curve' | 'client'> {
  readonly name: string;
  readonly goal?: Goal;
}

/** With CURVE our DEALERs agree with our router on one box for a message; the addon's, like pyzmq's, send one per frame. */
const cases: readonly Case[] = [
  { name: 'tcp NULL', curve: false, client: 'zmtp', goal: { atLeast: 10 } },
  { name: 'tcp CURVE', curve: true, client: 'zmtp', goal: { atLeast: 1.5 } },
  { name: 'tcp CURVE, libzmq peers', curve: true, client: 'zeromq' },
];

function party(name: string, flow: Flow): Party {
  return {
    name,
    run: async () => {
      const run = await runFlow(flow);
      return { ...run, value: run.messages / run.cpu.router };
    },
  };
}

/**
 * Publications per CPU-second of the router, 1 → 1, the publisher not waiting for answers: our whole router (matching,
 * sender, answers) beside a pyzmq ROUTER that only forwards the same 8 frames.
 */
export function pubsub(): Comparison[] {
  requirePyzmq();
  return cases.map(({ name, goal, ...rest }) => {
    const flow = { ...rest, transport: 'tcp', kind: 'publish' } as const;
    return {
      name,
      unit: 'publications/router CPU s',
      ours: party('router', { ...flow, router: 'vip-router.ts' }),
      peers: [
        { party: party('pyzmq raw', { ...flow, router: 'raw-router.py' }), ...(goal === undefined ? {} : { goal }) },
      ],
    };
  });
}
