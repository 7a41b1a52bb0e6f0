import { PkiError } from '../errors.ts';

/** A plugin cannot work with what it was given. */
export class PluginConfigError extends PkiError {
  override readonly name = 'PluginConfigError';
  constructor(plugin: string, reason: string, cause?: unknown) {
    const why = cause instanceof Error ? `${reason}: ${cause.message}` : reason;
    super('plugin-config', `The certificate plugin ${plugin} cannot start: ${why.replace(/\.$/, '')}.`, {
      item: plugin,
      remedy: `Correct certificate-plugins/${plugin}.json or the files that it names, and start the platform again.`,
      cause,
    });
  }
}

/** A plugin has no such CA, or cannot do this with it. */
export class PluginCaError extends PkiError {
  override readonly name = 'PluginCaError';
  constructor(pluginCaId: string, reason: string, remedy: string) {
    super('plugin-ca', `The CA ${JSON.stringify(pluginCaId.slice(0, 80))} ${reason}.`, {
      item: 'pluginCaId',
      value: pluginCaId,
      remedy,
    });
  }
}

export class SubjectUnreadableError extends PkiError {
  override readonly name = 'SubjectUnreadableError';
  constructor(subject: string, reason: string) {
    super('subject-unreadable', `The subject ${JSON.stringify(subject.slice(0, 200))} cannot be read: ${reason}.`, {
      item: 'subject',
      value: subject,
      remedy: 'Write it as RFC 4514 does, with CN, and C, ST, L, O, OU or emailAddress: "CN=Meters,O=Example\\, Inc.".',
    });
  }
}

/** A CA that speaks ACME has refused something, or was not reached. */
export class AcmeProblemError extends PkiError {
  override readonly name = 'AcmeProblemError';
  /** Of RFC 8555 §6.7, or 'unreachable', 'HTTP 500'. */
  readonly type: string;
  /** Whether the same may succeed later. */
  readonly isTemporary: boolean;
  /** ms, as the CA wants it. */
  readonly retryAfter: number | undefined;

  constructor(
    type: string,
    detail: string,
    more: { readonly isTemporary: boolean; readonly retryAfter?: number | undefined; readonly cause?: unknown },
  ) {
    super('acme-problem', `The CA says ${type}: ${detail.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 1000)}`, {
      item: 'acme',
      value: type,
      remedy: more.isTemporary ? 'The order goes on by itself when this is over.' : 'Correct this and ask again.',
      cause: more.cause,
    });
    this.type = type;
    this.isTemporary = more.isTemporary;
    this.retryAfter = more.retryAfter;
  }
}
