import { decodeText, encodeMessage, encodeText, parseLooseJson, services, VipError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { ProtectedTopics, readProtectedTopics, Router, snapshotTopics } from '@volttron-ts/router';
import { FakeListener } from './fake-listener.ts';
import type { Sent } from './fake-listener.ts';
import { readScenario } from './golden-files.ts';
import type { CapturedMessage } from './golden-files.ts';
import { saysTheSame, shown } from './python-frame.ts';

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What stands behind `query` in the captured platform. */
const properties = {
  addresses: ['tcp://127.0.0.1:23916'],
  local_address: 'ipc://@/srv/vtn/vhomeA/run/vip.socket',
  serverkey: 'JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o',
  'volttron-central-address': null,
  'volttron-central-serverkey': null,
  'instance-name': 'volttron-server',
  'bind-web-address': 'https://127.0.0.1:18443',
  'platform-version': '9.0.4',
  'message-bus': 'zmq',
  'agent-monitor-frequency': 600,
} as const;

/** Frames by position in the DEALER's view, as text. */
const at = (frames: readonly Uint8Array[], position: number): string =>
  decodeText(frames[position] ?? new Uint8Array());

const isAnnouncement = (operation: string, { frames }: CapturedMessage): boolean =>
  at(frames, 4) === 'peerlist' && at(frames, 3) === '' && at(frames, 5) === operation;

/** The identity that the router of the capture gave itself in its welcome. */
function routingIdOf(messages: readonly CapturedMessage[]): string {
  const welcome = messages.find(
    ({ direction, frames }) => direction === 'out' && at(frames, 4) === 'hello' && at(frames, 0) === '',
  );
  return welcome === undefined ? 'router' : at(welcome.frames, 7);
}

/** Everybody who is on the bus in a capture: who sends, who gets, who is listed, who is said to stop. */
function peersOf(messages: readonly CapturedMessage[]): Set<string> {
  const peers = new Set(messages.map(({ peer }) => peer));
  for (const { direction, frames } of messages) {
    if (at(frames, 4) === 'peerlist' && at(frames, 5) === 'listing') {
      for (const listed of frames.slice(6)) peers.add(decodeText(listed));
    }
    if (direction === 'in' && at(frames, 4) === 'agentstop') peers.add(at(frames, 5));
  }
  return peers;
}

/** Prefixes to which peers were subscribed before a capture began; `all` with those of all platforms. */
export type Subscriptions = Readonly<Record<string, readonly (string | { readonly all: string })[]>>;

export interface ReplayOptions {
  readonly before?: Subscriptions | undefined;
  /** Peers that are services of the platform's own. */
  readonly trusted?: readonly string[] | undefined;
}

export interface Replayed {
  /** What the Python router sent, as text, by recipient, in order. */
  readonly theirs: Record<string, string[][]>;
  /** What ours sent; a frame that says the same stands as theirs. */
  readonly ours: Record<string, string[][]>;
}

/** Plays what the peers of a captured scenario sent to our router; each start of the platform to a new one. */
export async function replay(file: string, options: ReplayOptions = {}): Promise<Replayed> {
  const whole: Replayed = { theirs: {}, ours: {} };
  for (const messages of starts(readScenario(file))) {
    const part = await play(messages, options);
    for (const side of ['theirs', 'ours'] as const) {
      for (const [peer, sent] of Object.entries(part[side])) (whole[side][peer] ??= []).push(...sent);
    }
  }
  return whole;
}

/** Parts of a capture, cut where a peer that has greeted greets anew: its platform was started again in between. */
function starts(messages: readonly CapturedMessage[]): CapturedMessage[][] {
  const parts: CapturedMessage[][] = [[]];
  const greeted = new Set<string>();
  for (const message of messages) {
    if (message.direction === 'in' && at(message.frames, 3) === 'connect.hello.0') {
      if (greeted.has(message.peer)) parts.push([]);
      greeted.add(message.peer);
    }
    parts.at(-1)?.push(message);
  }
  return parts;
}

async function play(
  messages: readonly CapturedMessage[],
  { before = {}, trusted = [] }: ReplayOptions,
): Promise<Replayed> {
  const listener = new FakeListener();
  const router = new Router({
    routingId: routingIdOf(messages),
    log: silent,
    properties: () => properties,
    topics: rulesOf(messages),
    external: { instance: properties['instance-name'], dial: nobody, random: () => 0.5 },
  });
  await router.listen(listener);
  const newcomers = new Set(
    messages.filter((message) => isAnnouncement('add', message)).map(({ frames }) => at(frames, 6)),
  );
  const peers = new Set([...peersOf(messages), ...Object.keys(before)]);
  for (const peer of peers) {
    listener.connect(peer, trusted.includes(peer));
    if (!newcomers.has(peer)) enter(listener, peer, before[peer] ?? []);
  }
  listener.sent = [];
  for (const { direction, peer, frames } of messages) if (direction === 'in') listener.receive(peer, frames);
  return compared(messages, listener.sent);
}

/** The protected topics that the platform's own service told the Python router; ours gets them from its main thread. */
function rulesOf(messages: readonly CapturedMessage[]): ProtectedTopics {
  const update = messages.find(
    ({ direction, peer, frames }) =>
      direction === 'in' && peer === services.auth && at(frames, 5) === 'protected_update',
  );
  const { rules } = readProtectedTopics(update === undefined ? '' : at(update.frames, 6));
  return new ProtectedTopics(snapshotTopics(rules, () => ({})));
}

function nobody(): never {
  throw new VipError('test', 'No scenario dials.');
}

function enter(listener: FakeListener, peer: string, prefixes: Subscriptions[string]): void {
  // A message of the subsystem error makes the peer known and is answered by nobody.
  listener.receive(peer, encodeMessage({ peer: '', id: '', subsystem: 'error', args: [] }));
  for (const prefix of prefixes) {
    const body = typeof prefix === 'string' ? { prefix } : { prefix: prefix.all, all_platforms: true };
    const args = [encodeText('subscribe'), encodeText(JSON.stringify({ ...body, bus: '' }))];
    listener.receive(peer, encodeMessage({ peer: '', id: '', subsystem: 'pubsub', args }));
  }
}

function compared(messages: readonly CapturedMessage[], sent: readonly Sent[]): Replayed {
  const asked = new Set(messages.filter(({ direction }) => direction === 'in').map(({ frames }) => at(frames, 3)));
  // The capture may begin between a request and its answer.
  const answers = messages.filter(({ direction, frames }) => direction === 'out' && isAnswered(asked, frames));
  const theirs = byPeer(answers);
  const ours = byPeer(sent);
  const text: Replayed = { theirs: {}, ours: {} };
  for (const peer of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    const [their = [], our = []] = [theirs[peer], ours[peer]];
    text.theirs[peer] = their.map((frames) => inOrder(frames).map(shown));
    text.ours[peer] = our.map((frames, index) => aligned(inOrder(frames), inOrder(their[index] ?? [])));
  }
  return text;
}

function isAnswered(asked: ReadonlySet<string>, frames: readonly Uint8Array[]): boolean {
  const id = frames[3] ?? new Uint8Array();
  return id.length === 0 || [...asked].some((text) => saysTheSame(encodeText(text), id) || text === decodeText(id));
}

function byPeer(messages: readonly Sent[]): Record<string, (readonly Uint8Array[])[]> {
  const peers: Record<string, (readonly Uint8Array[])[]> = {};
  for (const { peer, frames } of messages) (peers[peer] ??= []).push(frames);
  return peers;
}

/** Sets whose order means nothing are sorted: the peers of a listing, the rows of a list of subscriptions. */
function inOrder(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  if (at(frames, 5) === 'listing')
    return [...frames.slice(0, 6), ...frames.slice(6).map(decodeText).sort().map(encodeText)];
  if (at(frames, 5) !== 'list_response') return frames;
  const rows = parseLooseJson(at(frames, 6)) as unknown[];
  return [...frames.slice(0, 6), encodeText(JSON.stringify(rows.map((row) => JSON.stringify(row)).sort()))];
}

/** Our frames as text; where one says what theirs says, theirs stands, so that a comparison shows only differences. */
function aligned(ours: readonly Uint8Array[], theirs: readonly Uint8Array[]): string[] {
  return ours.map((frame, position) => {
    const their = theirs[position];
    const same = their !== undefined && (isCorrected(ours, theirs, position) ?? saysTheSame(frame, their));
    return shown(same ? their : frame);
  });
}

/**
 * The two corrections of reference/vip-zmq.md §9: rule 1, the user of a delivery is the one that published; rule 3, a
 * numeric id stands in quotes in an error. Undefined where neither applies.
 */
function isCorrected(
  ours: readonly Uint8Array[],
  theirs: readonly Uint8Array[],
  position: number,
): boolean | undefined {
  const subsystem = at(ours, 4);
  if (position === 2 && subsystem === 'pubsub' && at(ours, 5) === 'publish') {
    return at(ours, 2) === (parseLooseJson(at(ours, 7)) as { sender: string }).sender;
  }
  if (position === 3 && subsystem === 'error' && at(ours, 0) === '' && /^"?\d[\d.]*"?$/.test(at(ours, 3))) {
    const [, number] = /^"([\d.]+)"$/.exec(at(ours, 3)) ?? [];
    return number !== undefined && saysTheSame(encodeText(number), theirs[3] ?? new Uint8Array());
  }
  return undefined;
}
