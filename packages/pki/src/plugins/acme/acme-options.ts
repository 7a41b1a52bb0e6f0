import { PluginConfigError } from '../errors.ts';
import { optional, path, readOptions, text, wholeNumber } from '../plugin-options.ts';
import type { OptionRule } from '../plugin-options.ts';
import type { JsonObject } from '../../plugin/certificate-plugin.ts';

export const NAME = 'acme';

/** How it is shown to the CA that a name is ours. */
export type ChallengeOption =
  | { readonly kind: 'http-port'; readonly port: number }
  | { readonly kind: 'webroot'; readonly folder: string }
  | { readonly kind: 'dns-hook'; readonly program: string };

export interface AcmeOptions {
  /** URL of the CA's directory (RFC 8555 §7.1.1). */
  readonly directory: string;
  /** A file of PEM certificates that the CA's web server is trusted by, beside those that Node knows. */
  readonly caCertificate: string | undefined;
  readonly challenge: ChallengeOption;
}

const agreed: OptionRule<true> = {
  want: 'true, which says that you agree to the terms of service of the CA',
  read: (value) => (value === true ? { value } : undefined),
};

function isHttps(value: string): boolean {
  return URL.canParse(value) && new URL(value).protocol === 'https:';
}

const rules = {
  directory: text('the https URL of a directory (RFC 8555)', isHttps),
  'terms-of-service-agreed': agreed,
  'http-port': optional(wholeNumber(1, 65_535, 80)),
  webroot: optional(path('the path of a folder')),
  'dns-hook': optional(path('the path of a program')),
  'ca-certificate': optional(path('the path of a file with PEM certificates')),
};

/** @throws PluginConfigError */
export function readAcmeOptions(config: JsonObject): AcmeOptions {
  const options = readOptions(NAME, config, rules);
  const found = [
    options['http-port'] === undefined ? [] : { kind: 'http-port' as const, port: options['http-port'] },
    options.webroot === undefined ? [] : { kind: 'webroot' as const, folder: options.webroot },
    options['dns-hook'] === undefined ? [] : { kind: 'dns-hook' as const, program: options['dns-hook'] },
  ].flat();
  const [challenge] = found;
  if (challenge === undefined || found.length > 1) {
    const there = found.map(({ kind }) => `"${kind}"`).join(' and ');
    throw new PluginConfigError(
      NAME,
      `there is ${there === '' ? 'none' : there} of "http-port", "webroot" and "dns-hook", and it needs exactly one`,
    );
  }
  return { directory: options.directory, caCertificate: options['ca-certificate'], challenge };
}
