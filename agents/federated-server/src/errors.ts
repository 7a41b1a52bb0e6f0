import { VipError } from '@volttron-ts/vip-core';

/** The configured program could not be run, or ended with an error. */
export class AggregationError extends VipError {
  override readonly name = 'AggregationError';
  constructor(program: string, why: string, cause: unknown) {
    super('aggregation', `The aggregation by ${program} failed: ${why}`, {
      item: 'aggregation_command',
      value: program,
      remedy: 'Run it by hand with a file to write and two checkpoints.',
      cause,
    });
  }
}
