import type { Clock, DiscoveryDocument } from '@volttron-ts/vip-core';
import type { WebRoute } from '../web-route.ts';

/** `/api/status`: whose platform this is, its clock, and what the caller may do here. */
export function statusRoutes(discovery: () => DiscoveryDocument, clock: Clock): readonly WebRoute[] {
  return [
    {
      method: 'GET',
      url: '/api/status',
      access: 'anyone',
      handle: (_request, _reply, caller) => ({
        instanceName: discovery()['instance-name'],
        time: new Date(clock.now()).toISOString(),
        user: caller.user ?? null,
        mayWatch: caller.mayWatch,
        mayDecide: caller.mayDecide,
      }),
    },
  ];
}
