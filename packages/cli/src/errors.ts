import { VipError } from '@volttron-ts/vip-core';

/** Nothing answers where the platform should be. */
export class NotRunningError extends VipError {
  override readonly name = 'NotRunningError';
  constructor(where: string, cause: VipError) {
    super(
      'unreachable',
      `VOLTTRON is not running at ${where}. This command requires VOLTTRON platform to be running.`,
      {
        item: 'platform',
        value: where,
        remedy: 'Start it (volttron), or name its home in VOLTTRON_HOME.',
        cause,
      },
    );
  }
}

/** A command's name that is none. */
export class UnknownCommandError extends VipError {
  override readonly name = 'UnknownCommandError';
  /** The words before the wrong one, beginning with `vctl`. */
  readonly path: readonly string[];
  constructor(path: readonly string[], given: string, choices: readonly string[]) {
    const names = choices.map((choice) => `'${choice}'`).join(', ');
    super('usage', `argument : invalid choice: '${given}' (choose from ${names})`, { item: 'command', value: given });
    this.path = path;
  }
}

/** Options or arguments that do not go together, or lack something. */
export class ArgumentsError extends VipError {
  override readonly name = 'ArgumentsError';
  constructor(command: string, problem: string) {
    super('usage', `${problem}.`, { item: 'argument', remedy: `See vctl ${command} --help.` });
  }
}

/** The terminal, or the file in its place, ended where an answer was asked for. */
export class EndOfInputError extends VipError {
  override readonly name = 'EndOfInputError';
  constructor(question: string) {
    super('end-of-input', `The input ended at the question "${question}"; nothing was changed.`, {
      item: 'input',
      value: question,
      remedy: 'Answer every question, or give the values as options.',
    });
  }
}

export class KnownHostUnknownError extends VipError {
  override readonly name = 'KnownHostUnknownError';
  constructor(host: string, path: string) {
    super('known-host-unknown', `The host "${host}" is not in ${path}.`, {
      item: 'host',
      value: host,
      remedy: 'vctl auth list-known-hosts shows the hosts that are.',
    });
  }
}

/** No platform was ever started on this home, so there is no server key. */
export class NoServerKeyError extends VipError {
  override readonly name = 'NoServerKeyError';
  constructor(path: string) {
    super('file-missing', `There is no key store ${path}.`, {
      item: 'key store',
      value: path,
      remedy: 'The platform makes it at its first start; VOLTTRON_HOME names its home.',
    });
  }
}
