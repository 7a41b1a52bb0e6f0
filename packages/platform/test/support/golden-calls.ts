import { readFileSync } from 'node:fs';

/** What a Python service was asked and answered in a captured scenario (e2e/golden). */
export interface GoldenCall {
  readonly caller: string;
  readonly method: string;
  readonly params: unknown;
  readonly result: unknown;
  readonly error: { readonly code: number; readonly message: string; readonly data: Detail } | undefined;
}

interface Detail {
  readonly detail: string;
  readonly 'exception.py': { readonly exc_type: string };
}

type Said = Partial<Omit<GoldenCall, 'caller'>> & { readonly id: string };

interface Frame {
  readonly dir: string;
  readonly frames: readonly unknown[];
}

/** The calls of `service` in `vip/<file>.json` that it answered, in their order. */
export function goldenCalls(file: string, service: string): GoldenCall[] {
  const path = new URL(`../../../../e2e/golden/volttron-9.0.4/vip/${file}.json`, import.meta.url);
  const captured = JSON.parse(readFileSync(path, 'utf8')) as Frame[] | { frames: Frame[] };
  const frames = 'frames' in captured ? captured.frames : captured;
  const said = frames
    .filter(({ dir, frames: [from, to] }) => dir === 'in' && [from, to].includes(service))
    .filter(({ frames: parts }) => parts[5] === 'RPC')
    .map(({ frames: parts }) => ({ ...(JSON.parse(String(parts[6])) as Said), from: String(parts[0]) }));
  return said.flatMap(({ id, method, params = [], from }) => {
    const answer = said.find((other) => other.id === id && other.method === undefined);
    // What the service asks itself, and the platform's notices to it, are no calls of its methods.
    if (method === undefined || method.includes('.') || answer === undefined || from === service) return [];
    return [{ caller: from, method, params, result: answer.result, error: answer.error }];
  });
}
