import type { BusConnection, DiscoveryDocument, VipAddress, VipError } from '@volttron-ts/vip-core';

/** Makes the connection to a ZMQ platform whose key is known; opened by its user. */
export type Dial = (target: {
  /** Keys of the agent's in it take the place of its own. */
  readonly address: VipAddress;
  readonly serverkey: string;
  readonly identity: string;
}) => BusConnection;

export interface RabbitTarget {
  /** As it was given: `https://HOST:PORT` of the web service, or `amqps://HOST:PORT/VIRTUAL-HOST` of the broker. */
  readonly address: string;
  /** What the web service said; undefined for the address of a broker. */
  readonly platform: DiscoveryDocument | undefined;
  /** `<own instance>.<identity>` */
  readonly identity: string;
  /** The certificate that is held was refused: the web service is asked for its word. */
  readonly asksAnew: boolean;
  readonly rootCertificate: string | undefined;
  readonly signal: AbortSignal;
  readonly waiting: (phase: 'requesting' | 'pending' | 'failed', reason?: VipError) => void;
}

/**
 * Makes the connection to a platform on RabbitMQ, once there is a certificate for it; opened by its user. Rejects with
 * CertificateDeniedError, and with what else keeps one from it.
 */
export type RabbitDial = (target: RabbitTarget) => Promise<BusConnection>;
