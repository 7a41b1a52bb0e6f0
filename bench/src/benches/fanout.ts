import type { Comparison, Party } from '../compare.ts';
import { requirePyzmq, runFlow } from '../flow.ts';
import type { Flow } from '../flow.ts';

const SUBSCRIBERS = 100;

function party(name: string, flow: Flow): Party {
  return {
    name,
    run: async () => {
      const run = await runFlow(flow);
      return { ...run, value: run.messages / run.cpu.router };
    },
  };
}

/** Deliveries per CPU-second of the router, 1 → 100: our whole router beside a pyzmq ROUTER that sends 100 times. */
export function fanout(): Comparison[] {
  requirePyzmq();
  return [false, true].map((curve) => {
    const flow = { transport: 'ipc', curve, kind: 'publish', client: 'zmtp', subscribers: SUBSCRIBERS } as const;
    return {
      name: curve ? 'ipc CURVE' : 'ipc NULL',
      unit: 'deliveries/router CPU s',
      ours: party('router', { ...flow, router: 'vip-router.ts' }),
      peers: [{ party: party('pyzmq raw', { ...flow, router: 'raw-router.py' }), goal: { atLeast: 3 } }],
    };
  });
}
