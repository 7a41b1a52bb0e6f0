import { VipError } from '@volttron-ts/vip-core';

/** The configured program could not be run, or ended with an error. */
export class TrainingError extends VipError {
  override readonly name = 'TrainingError';
  constructor(program: string, why: string, cause: unknown) {
    super('training', `The training by ${program} failed: ${why}`, {
      item: 'training_command',
      value: program,
      remedy: 'Run it by hand with a configuration, a checkpoint and a file to write.',
      cause,
    });
  }
}
