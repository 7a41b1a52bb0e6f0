import type { AxiosError } from 'axios';
import { checker, DiscoveryDocument, VipError } from '@volttron-ts/vip-core';
import { DiscoveryError } from './errors.ts';

const asDiscovery = checker(DiscoveryDocument);
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 256 * 1024;

/**
 * Asks a platform's web service who it is: `GET <address>/discovery/` (reference/rmq-web-csr.md §3.4). The server's
 * certificate must come from `rootCertificate` (PEM), or from a root that the system trusts. Throws DiscoveryError.
 */
export async function discover(
  address: string,
  { rootCertificate, signal }: { readonly rootCertificate?: string | undefined; readonly signal?: AbortSignal },
): Promise<DiscoveryDocument> {
  // Most agents never ask: axios and https cost a process 35 MB.
  const { Agent } = await import('node:https');
  const { default: axios, isAxiosError } = await import('axios');
  const agent = new Agent({ ...(rootCertificate === undefined ? {} : { ca: rootCertificate }) });
  try {
    const { data } = await axios.get<unknown>(`${address.replace(/\/+$/, '')}/discovery/`, {
      httpsAgent: agent,
      timeout: TIMEOUT_MS,
      maxContentLength: MAX_BYTES,
      maxRedirects: 0,
      proxy: false,
      responseType: 'json',
      ...(signal === undefined ? {} : { signal }),
    });
    return asDiscovery(data, 'the discovery document');
  } catch (error) {
    throw isAxiosError(error) ? explainAnswer(address, error) : explain(address, error);
  } finally {
    agent.destroy();
  }
}

const CERTIFICATE_FAULTS = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/;

function explain(address: string, error: unknown): DiscoveryError {
  if (error instanceof VipError) {
    return new DiscoveryError(address, error.message.replace(/\.$/, ''), 'Is it a VOLTTRON web service?', error);
  }
  return new DiscoveryError(address, String(error), 'See the log.', error);
}

function explainAnswer(address: string, error: AxiosError): DiscoveryError {
  const code = error.code ?? '';
  if (error.response !== undefined) {
    return new DiscoveryError(address, `it answers ${error.response.status}`, 'Is bind-web-address set there?', error);
  }
  if (CERTIFICATE_FAULTS.test(code)) {
    const remedy = 'Give the root certificate that its operator exports, and use the name that the certificate bears.';
    return new DiscoveryError(address, `its certificate is not trusted (${code})`, remedy, error);
  }
  return new DiscoveryError(
    address,
    code === '' ? error.message : code,
    'Is it running, and reachable from here?',
    error,
  );
}
