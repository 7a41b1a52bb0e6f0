import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from './random.ts';

type Frames = Buffer[];
type Mutation = (frames: Frames, random: Random) => Frames;

interface Recording {
  readonly frames: readonly { readonly sock: string; readonly dir: string; readonly frames_b64: readonly string[] }[];
}

const golden = join(dirname(fileURLToPath(import.meta.url)), '../../../golden/volttron-9.0.4/vip');

/** What VOLTTRON 9.0.4's agents sent, in the DEALER's view: the messages that the hostile ones are made from. */
export function goldenMessages(): Frames[] {
  return readdirSync(golden)
    .sort()
    .flatMap((file) => {
      const { frames = [] } = JSON.parse(readFileSync(join(golden, file), 'utf8')) as Partial<Recording>;
      return frames
        .filter(({ sock, dir }) => sock === 'router' && dir === 'in')
        .map(({ frames_b64: encoded }) => encoded.slice(1).map((text) => Buffer.from(text, 'base64')));
    });
}

const at = (frames: Frames, random: Random): number => random.below(frames.length);

/** Replaces one frame. */
const change = (frames: Frames, index: number, how: (frame: Buffer) => Buffer): Frames =>
  frames.map((frame, position) => (position === index ? how(frame) : frame));

const deep = (depth: number): Buffer => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
const subsystems = ['hello', 'ping', 'peerlist', 'query', 'pubsub', 'RPC', 'error', 'heartbeat', 'agentstop', 'quit'];
const odd = ['journal', 'auth', 'config.store', 'channel', '', '\u0000', '__proto__', 'constructor', 'PUBSUB', '🌡'];
const operations = ['publish', 'subscribe', 'unsubscribe', 'list', 'synchronize', 'request_response', '', 'toString'];
const rubbish = [
  '1e999',
  '-0',
  '{}',
  '[]',
  '""',
  'null',
  'NaN',
  '{"__proto__":{"x":1}}',
  '[1,',
  '\ufeff{}',
  '9'.repeat(400),
];

const mutations: readonly Mutation[] = [
  (frames, random) =>
    change(frames, at(frames, random), (frame) => {
      const flipped = Buffer.from(frame);
      if (flipped.length > 0) flipped[random.below(flipped.length)]! ^= 1 << random.below(8);
      return flipped;
    }),
  (frames, random) =>
    change(frames, at(frames, random), (frame) => {
      const cut = random.below(frame.length + 1);
      return Buffer.concat([frame.subarray(0, cut), random.bytes(1 + random.below(8)), frame.subarray(cut)]);
    }),
  (frames, random) => change(frames, at(frames, random), (frame) => frame.subarray(random.below(frame.length + 1))),
  (frames, random) => frames.toSpliced(at(frames, random), 1),
  (frames, random) => frames.toSpliced(at(frames, random), 0, frames[at(frames, random)]!),
  (frames, random) => {
    const [one, other] = [at(frames, random), at(frames, random)];
    return frames.with(one, frames[other]!).with(other, frames[one]!);
  },
  (frames, random) => [...frames, ...Array.from({ length: 100 + random.below(800) }, () => Buffer.from('x'))],
  (frames, random) => change(frames, frames.length - 1, () => deep(1 + random.below(50_000))),
  (frames, random) => change(frames, at(frames, random), () => Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80])),
  (frames, random) => change(frames, at(frames, random), (frame) => Buffer.concat([frame, Buffer.from([0])])),
  (frames, random) => change(frames, at(frames, random), () => Buffer.from(random.pick(rubbish))),
  (frames, random) => change(frames, 4, () => Buffer.from(random.pick([...subsystems, ...odd]))),
  (frames, random) => change(frames, 5, () => Buffer.from(random.pick(operations))),
  (frames, random) => change(frames, 3, () => Buffer.from(random.pick(['1', 'p.a.1', 'p.aaaaaaaa.-1', '', '\u0000']))),
  (frames, random) => change(frames, 0, () => Buffer.from(random.pick(['platform.auth', 'platform.journal', 'good']))),
  (frames, random) => change(frames, 2, () => Buffer.from(random.pick(['platform', 'good', '\n\u001b[31m']))),
];

const frame = (text: string): Buffer => Buffer.from(text);
const message = (peer: string, subsystem: string, ...args: Frames): Frames => [
  ...[frame(peer), frame('VIP1'), frame(''), frame('h1'), frame(subsystem)],
  ...args,
];

const methods = ['get_capabilities', 'approve_authorization', 'get_pending_authorizations', 'status', 'inspect', 'x'];
const calls = ['{"jsonrpc":"2.0","method":METHOD,"params":PARAMS,"id":ID}', '[{"method":METHOD,"id":ID}]', '{"id":ID}'];
const bodies = ['{"epoch":"x","prev":null,"after":-1,"through":1e308}', '{"cursor":"","prefixes":{},"maxBytes":-5}'];

function rpcGarbage(random: Random): Frames {
  const body = random
    .pick(calls)
    .replace('METHOD', random.pick([JSON.stringify(random.pick(methods)), '5', '{}', '"__proto__"']))
    .replace('PARAMS', random.pick([...rubbish, '[5,6,7]', '{"user":{}}', '["x"]']))
    .replace('ID', random.pick(['"a"', '7', 'null', '{}', '[]', '1e400']));
  return message(random.pick(['platform.auth', 'platform.journal']), 'RPC', frame(body));
}

function journalGarbage(random: Random): Frames {
  const operation = random.pick(['append', 'read', 'commit', 'through', 'batch', 'gap', 'refused', '']);
  const body = frame(random.pick([...rubbish, ...bodies]));
  return message('platform.journal', 'journal', frame(operation), body, random.bytes(random.below(300)));
}

const publication = (random: Random): Frames =>
  message('', 'pubsub', frame('publish'), frame('devices/a/all'), Buffer.alloc(1 << 20, random.pick(['[', 'x', '"'])));

const makers: readonly ((random: Random) => Frames)[] = [rpcGarbage, journalGarbage];

/** One hostile message; every two hundredth carries a frame of 1 MiB. */
export function hostileMessage(n: number, from: readonly Frames[], random: Random): Frames {
  if (n % 200 === 7) return publication(random);
  if (n % 500 === 11) return [...random.pick(from), ...Array.from({ length: 2000 }, () => frame('y'))];
  if (random.below(4) === 0) return random.pick(makers)(random);
  let frames = random.pick(from);
  for (let times = 1 + random.below(3); times > 0 && frames.length > 0; times--) {
    frames = random.pick(mutations)(frames, random);
  }
  return frames;
}
