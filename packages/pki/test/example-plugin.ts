import { certificateStatus, defineCertificatePlugin, PluginConfigError, readSigningRequest } from '../src/index.ts';
import type { OrderMeta, PluginOrder, PluginResult } from '../src/index.ts';

/** What the CA answers about an order. */
interface CaOrder {
  readonly csr: string;
  readonly state: 'pending' | 'issued' | 'denied' | 'canceled';
  readonly certificate?: string;
  readonly chain?: string;
}

const { CERTIFICATE_GENERATED, CA_UNAVAILABLE_FOR_REQUEST, INVALID_OPERATION, REQUEST_CANCELED, WAITING_FOR_CA } =
  certificateStatus;

const supports = ({ csr, profile }: OrderMeta): boolean =>
  typeof csr === 'string' && ['client', 'server', 'peer'].includes(profile);

/** A CA that keeps orders by the client's id: PUT, GET and DELETE of /orders/<id>. */
export default defineCertificatePlugin({
  name: 'example-ca',
  create({ config: { url, ...others } }) {
    const [option] = Object.keys(others);
    if (option !== undefined) throw new PluginConfigError('example-ca', `it has no option "${option}"; there is "url"`);
    if (typeof url !== 'string' || !URL.canParse(url)) throw new PluginConfigError('example-ca', '"url" is no URL');

    const ask = async (order: PluginOrder, method: 'PUT' | 'GET' | 'DELETE'): Promise<PluginResult> => {
      const { orderId, orderMeta, pluginMeta } = order;
      if (pluginMeta['canceled'] === true) return { status: REQUEST_CANCELED, statusMessage: 'It was canceled.' };
      if (!supports(orderMeta)) return { status: INVALID_OPERATION, statusMessage: 'The order holds no request.' };
      if (method !== 'DELETE') readSigningRequest(orderMeta.csr); // throws with the reason: INVALID_OPERATION
      const signal = AbortSignal.any([order.signal, AbortSignal.timeout(10_000)]);
      const body = method === 'PUT' ? JSON.stringify(orderMeta) : null;
      const answer = await reach(new URL(`/orders/${orderId}`, url), { method, body, signal });
      if (answer === undefined) return away('The CA is not there.', 60_000);
      const found = answer.ok ? ((await answer.json()) as CaOrder) : undefined;
      if (method === 'DELETE' && found?.state !== 'issued') {
        pluginMeta['canceled'] = true;
        return { status: REQUEST_CANCELED, statusMessage: 'The CA has dropped the order.' };
      }
      // The CA has never heard of it, or of its newest request only.
      if (found?.csr !== orderMeta.csr) return { ...away('Not asked yet.', 0), retryMethod: 'issueCertificateRequest' };
      return resultOf(found);
    };
    return {
      supports,
      issueCertificateRequest: (order) => ask(order, 'PUT'),
      checkCertificateStatus: (order) => ask(order, 'GET'),
      modifyCertificateRequest: (order) => ask(order, 'PUT'),
      cancelCertificateRequest: (order) => ask(order, 'DELETE'),
    };
  },
});

async function reach(url: URL, request: RequestInit): Promise<Response | undefined> {
  const answer = await fetch(url, request).catch(() => undefined);
  return answer !== undefined && answer.status < 500 ? answer : undefined;
}

function resultOf({ state, certificate = '', chain = '' }: CaOrder): PluginResult {
  if (state === 'issued') return { status: CERTIFICATE_GENERATED, certificate, intermediates: chain };
  if (state === 'denied') return { status: INVALID_OPERATION, statusMessage: 'The CA has denied the request.' };
  if (state === 'canceled') return { status: REQUEST_CANCELED, statusMessage: 'The CA has canceled the order.' };
  return { status: WAITING_FOR_CA, statusMessage: 'The CA has not decided yet.', retryMsec: 10_000 };
}

const away = (statusMessage: string, retryMsec: number): PluginResult => ({
  ...{ status: CA_UNAVAILABLE_FOR_REQUEST, statusMessage, retryMsec },
});
