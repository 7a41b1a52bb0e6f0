/** The messages of a flow, in the DEALER's view. */
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const empty = bytes('');
const signature = bytes('VIP1');

export const TOPIC = 'devices/campus/building/ahu1/all';
/** The sink acknowledges every so many messages; that is all the source waits for. */
export const ACKNOWLEDGE_EVERY = 100;

const size = (frames: readonly Uint8Array[]): number => frames.reduce((sum, frame) => sum + frame.length, 0);

/** Fills the last frame, made from the padding, so that all frames together have 200 bytes. */
function padded(frames: readonly Uint8Array[], last: (padding: string) => string): Uint8Array[] {
  const missing = 200 - size([...frames, bytes(last(''))]);
  return [...frames, bytes(last('x'.repeat(missing)))];
}

/** 7 frames to the peer `sink`. */
export const direct = padded(
  [bytes('sink'), signature, empty, bytes('bench.1'), bytes('bench'), bytes('reading')],
  (padding) => padding,
);

/** A publication as an agent sends it: 8 frames to the router. */
export const publish = padded(
  [empty, signature, empty, bytes('bench.1'), bytes('pubsub'), bytes('publish'), bytes(TOPIC)],
  (padding) => `{"bus":"","headers":{"TimeStamp":"2014-10-13T10:33:00"},"message":["${padding}",72.5]}`,
);

/** Comes back to its sender and so proves the way there and back. */
export const probe = (identity: string): Uint8Array[] => [
  bytes(identity),
  signature,
  empty,
  bytes('probe.1'),
  bytes('probe'),
];

export const acknowledgement = [bytes('source'), signature, empty, bytes('ack.1'), bytes('ack')];

export const subscribe = [
  empty,
  signature,
  empty,
  bytes('subscribe.1'),
  bytes('pubsub'),
  bytes('subscribe'),
  bytes('{"prefix":"devices/","bus":"","all_platforms":false}'),
];

/** Frames of a delivered message of each kind; no other message to the sink has as many. */
export const framesOf = { direct: direct.length, publish: publish.length } as const;
