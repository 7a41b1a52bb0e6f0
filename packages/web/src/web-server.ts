import { lookup } from 'node:dns/promises';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { WebOptions, WebServer } from './contracts.ts';
import { WebBindError, WebCertificateError, WebNameUnresolvedError, WebPortInUseError } from './errors.ts';
import { formatWebAddress, parseWebAddress } from './web-address.ts';
import type { WebAddress } from './web-address.ts';
import { buildWebApp } from './web-app.ts';

/**
 * Serves discovery, the pages and their API over HTTPS (TLS 1.2 and later).
 * Throws WebAddressError, WebNameUnresolvedError, WebPortInUseError, WebBindError, WebCertificateError, PagesMissingError.
 */
export async function startWebServer(options: WebOptions): Promise<WebServer> {
  const address = parseWebAddress(options.bindAddress);
  checkCertificate(options);
  const ip = await resolve(address.host);
  const app = await buildWebApp(options);
  try {
    await app.listen({ host: ip, port: address.port });
  } catch (error) {
    await app.close();
    throw bindError(options.bindAddress, address, error);
  }
  const { port } = app.server.address() as AddressInfo;
  const own = formatWebAddress(address, port);
  options.log.info('web server listens', { address: own });
  return { address: own, close: () => app.close() };
}

function checkCertificate({ certificate, privateKey }: WebOptions): void {
  try {
    createSecureContext({ cert: certificate, key: privateKey });
  } catch (error) {
    throw new WebCertificateError(error as Error);
  }
}

/** One address; of a name with both kinds the IPv4 one, where VOLTTRON's clients look. */
async function resolve(host: string): Promise<string> {
  try {
    return (await lookup(host, { order: 'ipv4first' })).address;
  } catch (error) {
    throw new WebNameUnresolvedError(host, error);
  }
}

function bindError(text: string, { port }: WebAddress, error: unknown): Error {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new WebPortInUseError(text, port, error);
    case 'EACCES':
      return new WebBindError(text, 'ports below 1024 are for root', 'Choose a port above 1023, such as 8443.', error);
    case 'EADDRNOTAVAIL':
      return new WebBindError(
        text,
        'the address is not of this machine',
        'Use an address of this machine, or 0.0.0.0 for all of them.',
        error,
      );
    default:
      return error as Error;
  }
}
