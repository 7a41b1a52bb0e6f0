/** What the bus does for its peers: routing, matching, peer services, the in-process port. @packageDocumentation */
export type { QueryProperties } from './peer-services.ts';
export { PortConnection } from './port-connection.ts';
export { PortListener } from './port-listener.ts';
export { Router } from './router.ts';
export type { RouterOptions } from './router.ts';
