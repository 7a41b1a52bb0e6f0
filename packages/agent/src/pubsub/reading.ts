import { decodePublishBody, decodeText, parseTimestamp, scanPublishBody } from '@volttron-ts/vip-core';

/** Points of a device by name. Device readings are numbers; name another type where yours are not. */
export type PointValues = Readonly<Record<string, number>>;

/** Units, type and time zone of a point, as drivers write them. */
export type PointMetadata = Readonly<Record<string, unknown>>;

/** One publication as a subscriber sees it. */
export interface Reading<Values extends object = PointValues> {
  readonly topic: string;
  /** The identity of the publisher. */
  readonly sender: string;
  readonly bus: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The message as it was published. */
  readonly message: unknown;
  /** The message as JSON text, byte for byte, for those who pass it on. Throws ProtocolError when there is none. */
  readonly json: string;
  /** Of `[values, metadata]` or of a bare object: its values; else empty. Not checked against the type. */
  readonly values: Values;
  /** Metadata by point. */
  readonly metadata: Readonly<Record<string, PointMetadata>>;
  /** Header `TimeStamp`, else `Date`, in µs UTC; undefined when neither is there or readable. */
  readonly timestamp: number | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The two halves of a device message (agents-cli.md §1.5); a bare object is values without metadata. */
export function splitDeviceMessage(message: unknown): {
  readonly values: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, PointMetadata>>;
} {
  if (isObject(message)) return { values: message, metadata: {} };
  if (!Array.isArray(message)) return { values: {}, metadata: {} };
  const [values, metadata] = message as unknown[];
  return {
    values: isObject(values) ? values : {},
    metadata: message.length === 2 && isObject(metadata) ? (metadata as Record<string, PointMetadata>) : {},
  };
}

/** How many readings a message holds: its points, or one. */
export function countReadings(message: unknown): number {
  const points = Object.keys(splitDeviceMessage(message).values).length;
  return points === 0 ? 1 : points;
}

/** Reads a delivered publication; throws ProtocolError for a body that is none. */
export function readDelivery(topic: Uint8Array, body: Uint8Array): Reading {
  const { sender, bus, headers, message } = decodePublishBody(body);
  const stamp = headers['TimeStamp'] ?? headers['Date'];
  const { values, metadata } = splitDeviceMessage(message);
  return {
    topic: decodeText(topic),
    sender,
    bus,
    headers,
    message,
    get json() {
      return decodeText(body.subarray(...scanPublishBody(body).message));
    },
    values: values as PointValues,
    metadata,
    timestamp: typeof stamp === 'string' ? parseTimestamp(stamp) : undefined,
  };
}
