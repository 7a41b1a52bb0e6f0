import type { Comparison, Goal, Measurement, Party } from '../compare.ts';
import { requirePyzmq, runFlow } from '../flow.ts';
import type { Flow } from '../flow.ts';

interface Unit {
  readonly unit: string;
  of(run: Omit<Measurement, 'value'>): number;
}

const perCpuSecond: Unit = { unit: 'publications/router CPU s', of: (run) => run.messages / run.cpu.router };
const perSecond: Unit = { unit: 'publications/s', of: (run) => run.messages / run.seconds };

interface Case extends Pick<Flow, 'transport' | 'curve' | 'client'> {
  readonly name: string;
  readonly by: Unit;
  readonly goal?: Goal;
}

const ipcCurve = { transport: 'ipc', curve: true, client: 'zmtp' } as const;

/** With CURVE our DEALERs agree with our router on one box for a message; the addon's, like pyzmq's, send one per frame. */
const cases: readonly Case[] = [
  { name: 'tcp NULL', transport: 'tcp', curve: false, client: 'zmtp', by: perCpuSecond, goal: { atLeast: 10 } },
  { name: 'tcp CURVE', transport: 'tcp', curve: true, client: 'zmtp', by: perCpuSecond, goal: { atLeast: 1.5 } },
  { name: 'tcp CURVE, libzmq peers', transport: 'tcp', curve: true, client: 'zeromq', by: perCpuSecond },
  { name: 'ipc CURVE', ...ipcCurve, by: perCpuSecond, goal: { atLeast: 6 } },
  { name: 'ipc CURVE', ...ipcCurve, by: perSecond, goal: { atLeast: 6 } },
];

function party(name: string, by: Unit, flow: Flow): Party {
  return {
    name,
    run: async () => {
      const run = await runFlow(flow);
      return { ...run, value: by.of(run) };
    },
  };
}

/**
 * Publications, 1 → 1, the publisher not waiting for answers: our whole router (matching, sender, answers) beside a pyzmq
 * ROUTER that only forwards the same 8 frames.
 */
export function pubsub(): Comparison[] {
  requirePyzmq();
  return cases.map(({ name, goal, by, ...rest }) => {
    const flow = { ...rest, kind: 'publish' } as const;
    const peer = party('pyzmq raw', by, { ...flow, router: 'raw-router.py' });
    return {
      name,
      unit: by.unit,
      ours: party('router', by, { ...flow, router: 'vip-router.ts' }),
      peers: [{ party: peer, ...(goal === undefined ? {} : { goal }) }],
    };
  });
}
