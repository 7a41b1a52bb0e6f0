import type { KeyRequests } from '../contracts.ts';
import type { WebRoute } from '../web-route.ts';
import { LoginRequiredError } from '../errors.ts';

/** `/api/key-requests`: the keys that wait, and the two decisions. */
export function keyRequestRoutes(keyRequests: KeyRequests): readonly WebRoute[] {
  const decision = (verb: 'approve' | 'deny'): WebRoute => ({
    method: 'POST',
    url: `/api/key-requests/:id/${verb}`,
    access: 'admin',
    handle: async (request, reply, caller) => {
      if (caller.user === undefined) throw new LoginRequiredError();
      const { id } = request.params as { id: string };
      await keyRequests[verb](id, { by: caller.user, from: request.ip });
      return reply.code(204).send();
    },
  });
  return [
    { method: 'GET', url: '/api/key-requests', access: 'admin', handle: () => keyRequests.list() },
    decision('approve'),
    decision('deny'),
  ];
}
