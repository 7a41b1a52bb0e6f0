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
