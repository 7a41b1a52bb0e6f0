import type { AxiosError } from 'axios';

export interface WebQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** PEM; the roots that the system trusts when not given. */
  readonly rootCertificate?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Why a platform's web service gave no answer, and what to do. */
export class WebAnswerMissing extends Error {
  override readonly name = 'WebAnswerMissing';
  readonly status: number | undefined;
  readonly remedy: string;
  constructor(why: string, remedy: string, cause: unknown, status?: number) {
    super(why, { cause });
    this.remedy = remedy;
    this.status = status;
  }
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 256 * 1024;

/** Asks a platform's web service over https. Throws WebAnswerMissing for every answer but 2xx. */
export async function askWeb(address: string, question: WebQuestion): Promise<unknown> {
  const { method, path, body, rootCertificate, signal } = question;
  // Most agents never ask: axios and https cost a process 35 MB.
  const { Agent } = await import('node:https');
  const { default: axios, isAxiosError } = await import('axios');
  const agent = new Agent({ ...(rootCertificate === undefined ? {} : { ca: rootCertificate }) });
  try {
    const { data } = await axios.request<unknown>({
      ...{ method, url: `${address.replace(/\/+$/, '')}${path}`, httpsAgent: agent, timeout: TIMEOUT_MS },
      ...{ maxContentLength: MAX_BYTES, maxRedirects: 0, proxy: false, responseType: 'json' },
      ...(body === undefined ? {} : { data: body }),
      ...(signal === undefined ? {} : { signal }),
    });
    return data;
  } catch (error) {
    throw isAxiosError(error) ? explain(error) : new WebAnswerMissing(String(error), 'See the log.', error);
  } finally {
    agent.destroy();
  }
}

const CERTIFICATE_FAULTS = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/;

function explain(error: AxiosError): WebAnswerMissing {
  const { code = '', response, message } = error;
  if (response !== undefined) {
    const { status } = response;
    return new WebAnswerMissing(`it answers ${status}`, 'Is bind-web-address set there?', error, status);
  }
  if (CERTIFICATE_FAULTS.test(code)) {
    const remedy = 'Give the root certificate that its operator exports, and use the name that the certificate bears.';
    return new WebAnswerMissing(`its certificate is not trusted (${code})`, remedy, error);
  }
  return new WebAnswerMissing(code === '' ? message : code, 'Is it running, and reachable from here?', error);
}
