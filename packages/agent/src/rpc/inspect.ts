import { parametersOf } from './method.ts';
import type { RpcMethod } from './method.ts';

/** What `<method>.inspect` answers (vip-zmq.md §2.12.5). */
export function describeMethod({ params, description }: RpcMethod): Record<string, unknown> {
  const parameters = parametersOf(params).map(({ name, required, fallback }) => [
    name,
    { kind: 'POSITIONAL_OR_KEYWORD', ...(required ? {} : { default: fallback }) },
  ]);
  return {
    params: Object.fromEntries(parameters) as unknown,
    ...(description === undefined ? {} : { doc: description }),
  };
}
