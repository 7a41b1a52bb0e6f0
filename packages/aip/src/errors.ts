import { VipError } from '@volttron-ts/vip-core';

/** A text that cannot name an installed agent; the wording is the original's. */
export class AgentInvalidError extends VipError {
  override readonly name = 'AgentInvalidError';
  constructor(uuid: string) {
    super('agent-invalid', 'invalid agent', {
      item: 'agent',
      value: uuid,
      remedy: 'vctl list shows the installed ones.',
    });
  }
}

export class AgentUnknownError extends VipError {
  override readonly name = 'AgentUnknownError';
  constructor(uuid: string) {
    super('agent-unknown', `No agent with the UUID ${uuid} is installed.`, {
      item: 'agent',
      value: uuid,
      remedy: 'vctl list shows the installed ones.',
    });
  }
}

/** The wording is the original's. */
export class PriorityInvalidError extends VipError {
  override readonly name = 'PriorityInvalidError';
  constructor(priority: string) {
    super('priority-invalid', `Priority must be an integer from 0 - 99. Received: ${priority}`, {
      item: 'priority',
      value: priority,
    });
  }
}

export class TagInvalidError extends VipError {
  override readonly name = 'TagInvalidError';
  constructor(tag: string, why: string) {
    super('tag-invalid', `The tag ${JSON.stringify(tag)} cannot be given: ${why}.`, {
      item: 'tag',
      value: tag,
      remedy: 'Use 1 to 64 characters in one line.',
    });
  }
}

/** The wording is the original's. */
export class IdentityExistsError extends VipError {
  override readonly name = 'IdentityExistsError';
  constructor(identity: string) {
    super('identity-exists', 'Identity already exists.  Pass --force option to re-install.', {
      item: 'identity',
      value: identity,
    });
  }
}

export class IdentityOfServiceError extends VipError {
  override readonly name = 'IdentityOfServiceError';
  constructor(identity: string) {
    super('identity-of-service', `The name "${identity}" is that of a service of the platform itself.`, {
      item: 'identity',
      value: identity,
      remedy: 'Give the agent another VIP identity.',
    });
  }
}

/** What was to be installed or packed is no agent package of ours. */
export class AgentPackageError extends VipError {
  override readonly name = 'AgentPackageError';
  constructor(what: string, why: string, remedy: string, cause?: unknown) {
    super('agent-package', `${what} is no agent that can be installed: ${why}.`, {
      item: 'agent package',
      value: what,
      remedy,
      cause,
    });
  }
}

/** What was named to be installed is no file of the kind; the wording is the original's. */
export class AgentFileInvalidError extends VipError {
  override readonly name = 'AgentFileInvalidError';
  constructor(path: string, remedy: string) {
    super('agent-file-invalid', `Invalid file ${path}`, { item: 'agent package', value: path, remedy });
  }
}

/** An archive that is damaged, too large, or reaches outside of its own folder; nothing of it is kept. */
export class ArchiveRefusedError extends VipError {
  override readonly name = 'ArchiveRefusedError';
  constructor(archive: string, why: string, cause?: unknown) {
    super('archive-refused', `The archive ${archive} is refused: ${why}.`, {
      item: 'archive',
      value: archive,
      remedy: 'Make it with npm pack, of plain files and folders.',
      cause,
    });
  }
}

/** `npm` failed, or is not there; `output` is the end of what it said. */
export class NpmFailedError extends VipError {
  override readonly name = 'NpmFailedError';
  readonly output: string;
  constructor(args: readonly string[], why: string, output: string, cause?: unknown) {
    const said = output === '' ? '' : `\n${output}`;
    super('npm-failed', `npm ${args.join(' ')} ${why}.${said}`, {
      item: 'npm',
      value: args,
      remedy:
        'Bundle the dependencies in the package (bundleDependencies), or see to it that npm reaches its registry.',
      cause,
    });
    this.output = output;
  }
}

/** The platform provides every `@volttron-ts` package that an agent names, but has none of this name. */
export class PlatformPackageError extends VipError {
  override readonly name = 'PlatformPackageError';
  constructor(name: string) {
    super('platform-package', `The agent needs ${name}, which this platform does not have.`, {
      item: 'dependency',
      value: name,
      remedy: 'Update the platform, or take an agent made for this release.',
    });
  }
}

/** Its folder lacks what an agent needs to be started. */
export class AgentBrokenError extends VipError {
  override readonly name = 'AgentBrokenError';
  constructor(agent: string, why: string, remedy = 'Install it again with --force; its keys and data are kept.') {
    super('agent-broken', `The agent ${agent} cannot be started: ${why}.`, { item: 'agent', value: agent, remedy });
  }
}

/** A Python agent of a home taken over: it stays as it is, and is started by hand. */
export class PythonAgentError extends VipError {
  override readonly name = 'PythonAgentError';
  constructor(agent: string, folder: string, identity: string) {
    super('python-agent', `The agent ${agent} is a Python agent, which this platform does not start.`, {
      item: 'agent',
      value: agent,
      remedy:
        `Start it by hand in ${folder}: AGENT_VIP_IDENTITY=${identity}, AGENT_PUBLICKEY and AGENT_SECRETKEY ` +
        '(its keystore.json), VOLTTRON_SERVERKEY (vctl auth serverkey), AGENT_CONFIG, and python -m with its module.',
    });
  }
}

/** The wording is the original's. */
export class AgentRunningError extends VipError {
  override readonly name = 'AgentRunningError';
  constructor(agent: string, pid: number) {
    super('agent-running', `${agent}: agent is already running`, { item: 'agent', value: pid });
  }
}

export class AgentSpawnError extends VipError {
  override readonly name = 'AgentSpawnError';
  constructor(agent: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super('agent-spawn', `The agent ${agent} cannot be started: ${why}.`, { item: 'agent', value: agent, cause });
  }
}

/** It lives on after SIGKILL, which a process in an uninterruptible system call does. */
export class AgentUnresponsiveError extends VipError {
  override readonly name = 'AgentUnresponsiveError';
  constructor(agent: string, pid: number) {
    super('agent-unresponsive', `${agent}: process is unresponsive`, {
      item: 'agent',
      value: pid,
      remedy: `See what holds the process ${pid} (ps -o stat,wchan -p ${pid}).`,
    });
  }
}
