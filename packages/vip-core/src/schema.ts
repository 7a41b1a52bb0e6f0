import { InvalidValueError } from './errors.ts';
import { Clone, Compile, Default } from './typebox.ts';
import type { Static, TSchema } from './typebox.ts';

export { Type as t } from './typebox.ts';
export type { Static, TSchema } from './typebox.ts';

/**
 * Makes a checker from a schema: it fills in defaults and answers the value, or throws one InvalidValueError that names
 * every problem at once. `what` names the thing in the message, such as a file.
 */
export function checker<S extends TSchema>(schema: S): (value: unknown, what: string) => Static<S> {
  // Most schemas of a process are never met: each costs memory once it is compiled.
  let compiled: ReturnType<typeof Compile<S>> | undefined;
  return (value, what) => {
    compiled ??= Compile(schema);
    const filled = Default(schema, Clone(value));
    if (compiled.Check(filled)) return filled;
    const problems = compiled
      .Errors(filled)
      .filter(({ message }) => message !== 'schema is false')
      .map(({ instancePath, message, params }) => `${instancePath || 'it'} ${message}${named(params)}`);
    throw new InvalidValueError(what, undefined, `${what} is not valid: ${problems.join('; ')}.`);
  };
}

function named(params: object): string {
  const names = Object.values(params)
    .flat()
    .filter((value) => typeof value === 'string' || typeof value === 'number');
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}
