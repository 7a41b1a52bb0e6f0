import type { DiscoveryDocument } from '@volttron-ts/vip-core';
import type { WebRoute } from '../web-route.ts';

/** In the order VOLTTRON writes them; other keys would break its clients (reference/rmq-web-csr.md §3.4). */
const keys = ['serverkey', 'vip-address', 'instance-name', 'rmq-address', 'rmq-ca-cert'] as const;

/** `/discovery/`, with the slash, for any client; VOLTTRON answers GET and POST alike. */
export function discoveryRoutes(discovery: () => DiscoveryDocument): readonly WebRoute[] {
  const handle: WebRoute['handle'] = (_request, reply) => {
    const document = discovery();
    void reply.header('content-type', 'application/json');
    const known = keys.map((key) => [key, document[key]]).filter(([, value]) => value !== undefined);
    return reply.send(Buffer.from(JSON.stringify(Object.fromEntries(known))));
  };
  return [
    { method: 'GET', url: '/discovery/', access: 'anyone', handle },
    { method: 'POST', url: '/discovery/', access: 'anyone', handle },
  ];
}
