import { t } from '@volttron-ts/agent';
import type { MethodDefinition, TSchema } from '@volttron-ts/agent';
import { InvalidValueError, VipError } from '@volttron-ts/vip-core';

/** The capability to change which agents run, and how. */
export const MANAGE = 'manage_agents';

/** Methods of the service by name. */
export type Methods = Readonly<Record<string, MethodDefinition<unknown, TSchema>>>;

/** One method, typed by its own parameters. */
export const method = <Params extends TSchema>(
  definition: MethodDefinition<unknown, Params>,
): MethodDefinition<unknown, Params> => definition;

export const none = t.Tuple([]);
export const uuidOnly = t.Tuple([t.String({ title: 'uuid' })]);
export const textOrNull = (title: string) => t.Union([t.String(), t.Null()], { title, default: null });

/** Refusals that the original raises as ValueError, and whose text scripts compare. */
const valueErrors = new Set(['agent-invalid', 'agent-unknown', 'priority-invalid', 'tag-invalid', 'identity-exists']);

/** Lets a caller meet those refusals as the original's. */
export async function inOriginalWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof VipError) || !valueErrors.has(error.code)) throw error;
    throw new InvalidValueError(error.item ?? 'agent', error.value, error.message);
  }
}
