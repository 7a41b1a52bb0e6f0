import { ProtocolError } from './errors.ts';
import { parseLooseJson } from './loose-json.ts';
import { allocate, concatBytes, decodeText, encodeText } from './text.ts';

/** Where the members of a publish body stand; offsets are of the members' values, ends exclusive. */
export interface PublishBodyLayout {
  readonly bus: string;
  readonly headers: readonly [start: number, end: number];
  readonly message: readonly [start: number, end: number];
  /** Offset of the brace that closes the body. */
  readonly closing: number;
}

/** A publish body as an agent reads it. */
export interface PublishBody {
  readonly sender: string;
  readonly bus: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly message: unknown;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_DEPTH = 200;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function malformed(why: string): ProtocolError {
  return new ProtocolError(`The body of a publish ${why}.`, {
    item: 'publish body',
    remedy: 'Send a JSON object with the members bus, headers and message.',
  });
}

/**
 * Finds the members of `{"bus": …, "headers": {…}, "message": …}` without parsing or copying a value, so that bytes
 * pass untouched (design §4.3). Checks that brackets and strings close exactly at the end; throws ProtocolError.
 */
export function scanPublishBody(body: Uint8Array): PublishBodyLayout {
  const found: Members = { bus: undefined, headers: undefined, message: undefined };
  let at = skipSpace(body, 0);
  if (body[at] !== 0x7b) throw malformed('is no JSON object');
  at = skipSpace(body, at + 1);
  while (body[at] !== 0x7d) {
    const nameAt = at;
    const nameEnd = skipString(body, at);
    at = skipSpace(body, nameEnd);
    if (body[at] !== 0x3a) throw malformed(`has no colon after ${decodeText(body.subarray(nameAt, nameEnd))}`);
    const start = skipSpace(body, at + 1);
    const end = skipValue(body, start);
    const member = memberOf(body, nameAt, nameEnd);
    if (member !== undefined) found[member] = [start, end];
    at = skipSpace(body, end);
    if (body[at] === 0x2c) {
      at = skipSpace(body, at + 1);
      if (body[at] !== QUOTE) throw malformed('has a comma without a member after it');
    } else if (body[at] !== 0x7d) throw malformed('does not close');
  }
  if (skipSpace(body, at + 1) !== body.length) throw malformed('goes on after its closing brace');
  return layout(body, found, at);
}

type Span = readonly [start: number, end: number];
type Members = Record<'bus' | 'headers' | 'message', Span | undefined>;

const members = (['bus', 'headers', 'message'] as const).map((name) => ({ name, quoted: encodeText(`"${name}"`) }));

function layout(body: Uint8Array, { bus, headers, message }: Members, closing: number): PublishBodyLayout {
  if (bus === undefined || headers === undefined || message === undefined) {
    const missing = Object.entries({ bus, headers, message }).filter(([, span]) => span === undefined);
    throw malformed(`lacks ${missing.map(([name]) => name).join(', ')}`);
  }
  if (body[bus[0]] !== QUOTE) throw malformed('has a bus that is no text');
  if (body[headers[0]] !== 0x7b) throw malformed('has headers that are no object');
  const text = bus[1] - bus[0] === 2 ? '' : String(parseLooseJson(decodeText(body.subarray(...bus))));
  return { bus: text, headers, message, closing };
}

/** A name may be written with escapes: readers see `bus` in `"b\u0075s"`, so it is found under that name. */
function memberOf(body: Uint8Array, from: number, end: number): keyof Members | undefined {
  for (const { name, quoted } of members) if (standsAt(body, from, end, quoted)) return name;
  const raw = body.subarray(from, end);
  if (!raw.includes(BACKSLASH)) return undefined;
  const escaped = parseLooseJson(decodeText(raw));
  return members.find(({ name }) => name === escaped)?.name;
}

function standsAt(body: Uint8Array, from: number, end: number, wanted: Uint8Array): boolean {
  if (end - from !== wanted.length) return false;
  for (let at = 0; at < wanted.length; at++) if (body[from + at] !== wanted[at]) return false;
  return true;
}

function skipSpace(body: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(body[at])) at++;
  return at;
}

function skipString(body: Uint8Array, from: number): number {
  if (body[from] !== QUOTE) throw malformed('has a member without a quoted name');
  for (let at = from + 1; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
  }
  throw malformed('has a text that does not end');
}

function skipValue(body: Uint8Array, from: number): number {
  const first = body[from];
  if (first === QUOTE) return skipString(body, from);
  if (first === 0x7b || first === 0x5b) return skipNested(body, from);
  let at = from;
  while (at < body.length && !isSpace(body[at]) && body[at] !== 0x2c && body[at] !== 0x7d) at++;
  if (at === from) throw malformed('has a member without a value');
  return at;
}

/** Open brackets of the value at hand; one scan runs at a time. */
const open = new Uint8Array(MAX_DEPTH);

function skipNested(body: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) at = skipString(body, at) - 1;
    else if (byte === 0x7b || byte === 0x5b) {
      if (depth === MAX_DEPTH) throw malformed(`is nested deeper than ${MAX_DEPTH}`);
      open[depth++] = byte;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (open[--depth] !== byte - 2) throw malformed('has brackets that do not match');
      if (depth === 0) return at + 1;
    }
  }
  throw malformed('has brackets that do not close');
}

/** The body that subscribers get: the publisher's bytes with `,"sender":"…"` before the closing brace. */
export function appendSender(body: Uint8Array, closing: number, sender: string): Uint8Array {
  const member = senderMember(sender);
  const whole = allocate(body.length + member.length);
  whole.set(body);
  whole.set(member, closing);
  // What stands behind the brace is it and, at most, white space.
  for (let at = closing; at < body.length; at++) whole[at + member.length] = body[at] ?? 0;
  return whole;
}

const SENDERS = 10_000;
const senderMembers = new Map<string, Uint8Array>();

function senderMember(sender: string): Uint8Array {
  let member = senderMembers.get(sender);
  if (member === undefined) {
    member = encodeText(`,"sender":${JSON.stringify(sender)}`);
    if (senderMembers.size >= SENDERS) senderMembers.clear();
    senderMembers.set(sender, member);
  }
  return member;
}

/** Puts members before those that stand in `headers`; a later member of the same name in the original would win. */
export function insertHeaders(body: Uint8Array, headers: Readonly<Record<string, unknown>>): Uint8Array {
  const { headers: span } = scanPublishBody(body);
  const added = escapeNonAscii(JSON.stringify(headers)).slice(1, -1);
  if (added === '') return body;
  const first = skipSpace(body, span[0] + 1);
  const separator = body[first] === 0x7d ? '' : ',';
  return concatBytes([body.subarray(0, first), encodeText(added + separator), body.subarray(first)]);
}

/** A publish body of ours: ASCII-safe JSON in the order that Python writes. */
export function encodePublishBody(
  bus: string,
  headers: Readonly<Record<string, unknown>>,
  message: unknown,
): Uint8Array {
  return encodeText(escapeNonAscii(JSON.stringify({ bus, headers, message: message ?? null })));
}

/** Python routers read frames as Latin-1, so JSON that passes one must be ASCII (reference/vip-zmq.md §9). */
export function escapeNonAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Reads a delivered body; throws ProtocolError when it is no object with headers and a message. */
export function decodePublishBody(body: Uint8Array): PublishBody {
  const value = parseLooseJson(decodeText(body));
  if (typeof value !== 'object' || value === null) throw malformed('is no JSON object');
  const { sender, bus, headers, message } = value as Record<string, unknown>;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw malformed('has headers that are no object');
  }
  return {
    sender: typeof sender === 'string' ? sender : '',
    bus: typeof bus === 'string' ? bus : '',
    headers: headers as Record<string, unknown>,
    message,
  };
}
