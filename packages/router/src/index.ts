/** What the bus does for its peers: routing, matching, peer services, the in-process port. @packageDocumentation */
export { ProtectedTopicsInvalidError } from './errors.ts';
export type { RemoteInstance } from './external-platform.ts';
export type { ExternalOptions } from './external-platforms.ts';
export { defaultPeerLimits } from './peer-limits.ts';
export type { PeerLimits } from './peer-limits.ts';
export type { QueryProperties } from './peer-services.ts';
export { PortConnection } from './port-connection.ts';
export { PortListener } from './port-listener.ts';
export { noProtectedTopics, ProtectedTopics, readProtectedTopics, snapshotTopics } from './protected-topics.ts';
export type { ProtectedTopicRules, ProtectedTopicsSnapshot, TopicRule } from './protected-topics.ts';
export { Router } from './router.ts';
export type { RouterOptions } from './router.ts';
export type { Rate } from './token-bucket.ts';
export type { TopicGuard } from './topic-guard.ts';
