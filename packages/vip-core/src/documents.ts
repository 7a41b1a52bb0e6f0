import { Type } from './typebox.ts';
import type { Static } from './typebox.ts';

/** The answer of `GET /discovery/`: exactly these keys; a sixth breaks real clients (reference/rmq-web-csr.md §3.4). */
export const DiscoveryDocument = Type.Object(
  {
    serverkey: Type.Optional(Type.String()),
    'vip-address': Type.Optional(Type.String()),
    'instance-name': Type.String(),
    'rmq-address': Type.Optional(Type.String()),
    'rmq-ca-cert': Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type DiscoveryDocument = Static<typeof DiscoveryDocument>;

/** A key that asked to connect and waits for a person, or was decided on. */
export const KeyRequest = Type.Object({
  /** Names the request in approve and deny. */
  id: Type.String(),
  /** The 43-character key. */
  credential: Type.String(),
  /** The identity it claimed. */
  identity: Type.String(),
  domain: Type.String(),
  /** Where it came from: an IP address, or `localhost` for ipc. */
  address: Type.String(),
  status: Type.Union([Type.Literal('pending'), Type.Literal('approved'), Type.Literal('denied')]),
  /** Times it was refused so far. */
  attempts: Type.Integer(),
  /** First and latest attempt, ISO 8601. */
  firstSeen: Type.String(),
  lastSeen: Type.String(),
});
export type KeyRequest = Static<typeof KeyRequest>;

/** A point as the live page plots it. */
export const LivePoint = Type.Object({
  topic: Type.String(),
  /** ISO 8601 with µs, as stored. */
  time: Type.String(),
  value: Type.Union([Type.Number(), Type.Boolean(), Type.String(), Type.Null()]),
  units: Type.Optional(Type.String()),
});
export type LivePoint = Static<typeof LivePoint>;
