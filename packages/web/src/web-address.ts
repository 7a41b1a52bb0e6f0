import { WebAddressError } from './errors.ts';

/** Where the web server listens. */
export interface WebAddress {
  /** Name or IP address, an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
}

const SHAPE = /^(\w+):\/\/(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})\/?$/i;
const FORM = 'Write https://host:port, such as https://central.example:8443.';

/** Reads `bind-web-address`. Throws WebAddressError. */
export function parseWebAddress(text: string): WebAddress {
  const [, scheme = '', host = '', digits = ''] = SHAPE.exec(text) ?? [];
  if (host === '') throw new WebAddressError(text, 'is not of the form https://host:port', FORM);
  if (scheme.toLowerCase() === 'http') {
    throw new WebAddressError(
      text,
      'would send passwords and approvals in the clear',
      'Write https:// instead, and give the certificate and key as web-ssl-cert and web-ssl-key.',
    );
  }
  if (scheme.toLowerCase() !== 'https') throw new WebAddressError(text, `has the unknown scheme "${scheme}"`, FORM);
  const port = Number(digits);
  if (port > 65_535) throw new WebAddressError(text, `has the port ${digits}`, 'A port is at most 65535.');
  return { host: host.replace(/^\[|\]$/g, '').toLowerCase(), port };
}

/** The address as text, with a port that is known by now. */
export function formatWebAddress({ host }: WebAddress, port: number): string {
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
