import { VipError } from '@volttron-ts/vip-core';
import { detailOf } from './remote-detail.ts';

/** Nothing answers where the platform should be. */
export class NotRunningError extends VipError {
  override readonly name = 'NotRunningError';
  constructor(where: string, cause: VipError) {
    super(
      'unreachable',
      `VOLTTRON is not running. This command requires VOLTTRON platform to be running at ${where}.`,
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

/** A file that was named as an argument. */
export class InputFileError extends VipError {
  override readonly name = 'InputFileError';
  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super('file-unreadable', `The file "${path}" cannot be read: ${why}.`, {
      item: 'file',
      value: path,
      remedy: 'Name a file that is there and readable.',
      cause,
    });
  }
}

/** The editor failed, so nothing was stored. */
export class EditorError extends VipError {
  override readonly name = 'EditorError';
  constructor(editor: string, code: number | string, file: string | undefined) {
    super('editor', `Editor returned with code ${code}. Changes not committed.`, {
      item: 'editor',
      value: editor,
      remedy: `Name another one with --editor, or in EDITOR${file === undefined ? '' : `; the text is in ${file}`}.`,
    });
  }
}

/** The platform refused a text that was edited, which is kept. */
export class NotStoredError extends VipError {
  override readonly name = 'NotStoredError';
  constructor(cause: unknown, { name, file, type }: { name: string; file: string; type: string }) {
    super('not-stored', `"${name}" was not stored: ${detailOf(cause)}`, {
      item: name,
      remedy: `The text is in ${file}: correct it, and store it with vctl config store --${type}.`,
      cause,
    });
  }
}

/** A pattern that does not choose the one agent that a command is for; exit code 10, as in the original. */
export class SelectionError extends VipError {
  override readonly name = 'SelectionError';
  constructor(command: string, problem: string, pattern: string, remedy = 'vctl list shows the installed ones.') {
    super('selection', `${command}: error: ${problem}: ${pattern}.`, { item: 'agent', value: pattern, remedy });
  }
}

/** The audit log was changed or cut; nothing behind the fault is proved. */
export class AuditFaultError extends VipError {
  override readonly name = 'AuditFaultError';
  constructor(path: string, { line, reason, entries }: { line: number; reason: string; entries: number }) {
    super('audit-fault', `Line ${line} of ${path} is not as it was written: ${reason}.`, {
      item: 'audit log',
      value: path,
      remedy: `The ${entries} entries before it are proved; compare the file with a copy of it.`,
    });
  }
}

/** An agent that was started has ended before it was ready. */
export class AgentEndedError extends VipError {
  override readonly name = 'AgentEndedError';
  constructor({ name, identity, exitCode }: { name: string; identity: string; exitCode: number | null }) {
    const how = exitCode === null ? 'ended' : `ended with exit code ${exitCode}`;
    super('agent-ended', `The agent ${name} (${identity}) ${how} before it said hello.`, {
      item: 'agent',
      value: identity,
      remedy: "See its log in the home's folder logs.",
    });
  }
}

/** What was to be installed was not; exit code 1, as in the original. */
export class InstallError extends VipError {
  override readonly name = 'InstallError';
  constructor(cause: VipError) {
    super(cause.code, detailOf(cause), { item: cause.item, value: cause.value, cause });
  }
}

/** The agent is installed, but was not started, or was not ready in time. */
export class NotStartedError extends VipError {
  override readonly name = 'NotStartedError';
  /** What `install` reports of what it did. */
  readonly report: Readonly<Record<string, unknown>>;
  constructor(report: Readonly<Record<string, unknown>>, cause: unknown) {
    super('not-started', `The agent is installed, but does not run: ${detailOf(cause)}`, { item: 'agent', cause });
    this.report = report;
  }
}

/** A platform runs on the home that is to be looked at. */
export class HomeInUseError extends VipError {
  override readonly name = 'HomeInUseError';
  constructor(home: string, pid: number) {
    super('bind', `A platform runs on ${home}: process ${pid}.`, {
      item: 'VOLTTRON_PID',
      value: pid,
      remedy: 'Stop it first: vctl shutdown --platform.',
    });
  }
}

/** A file without which the web service does not start. */
export class WebFileError extends VipError {
  override readonly name = 'WebFileError';
  constructor(code: string, path: string, why: string, cause?: unknown) {
    super(code, `The file "${path}" cannot be used: ${why}.`, {
      item: 'file',
      value: path,
      remedy: 'Correct it, or put a copy back.',
      cause,
    });
  }
}

/** The other platform's operator has not decided yet. */
export class CertificatePendingError extends VipError {
  override readonly name = 'CertificatePendingError';
  constructor(name: string, address: string) {
    super('pending', `The request for the certificate of ${name} waits for approval at ${address}.`, {
      item: 'certificate request',
      value: name,
      remedy: `Let it be approved there (vctl auth remote approve ${name}), and ask again, or wait with --wait.`,
    });
  }
}

/** No agent of this identity is installed whose data folder could take the certificate. */
export class AgentDataMissingError extends VipError {
  override readonly name = 'AgentDataMissingError';
  constructor(identity: string) {
    super('usage', `No agent with the identity "${identity}" is installed here.`, {
      item: 'identity',
      value: identity,
      remedy: 'Name the folder for the certificate with --folder.',
    });
  }
}
