import { ParameterError } from '../errors.ts';
import type { Parameter } from './method.ts';

/** Positional and named arguments in the order of the parameters; texts of refusals are Python's. */
export function bindArguments(
  method: string,
  parameters: readonly Parameter[],
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): unknown[] {
  if (args.length > parameters.length) throw new ParameterError(method, 'too many positional arguments', args.length);
  const known = new Set(parameters.map(({ name }) => name));
  const unexpected = Object.keys(kwargs).find((name) => !known.has(name));
  if (unexpected !== undefined) {
    throw new ParameterError(method, `got an unexpected keyword argument '${unexpected}'`, unexpected);
  }
  return parameters.map(({ name, required, fallback }, index) => {
    const named = Object.hasOwn(kwargs, name);
    if (index < args.length) {
      if (named) throw new ParameterError(method, `multiple values for argument '${name}'`, name);
      return args[index];
    }
    if (named) return kwargs[name];
    if (required) throw new ParameterError(method, `missing a required argument: '${name}'`, name);
    return fallback;
  });
}
