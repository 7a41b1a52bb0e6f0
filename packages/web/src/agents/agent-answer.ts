import { rpcCodes } from '@volttron-ts/vip-core';
import type { AgentHandler } from '../agent-routes.ts';
import { AgentFailedError } from '../errors.ts';
import { securityHeaders } from '../security-headers.ts';
import { SESSION_COOKIE } from '../caller.ts';

/** What a client gets for what an agent answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Headers that are the server's own matter: how the answer travels, and what protects this platform's pages. */
const serverHeaders: ReadonlySet<string> = new Set([
  ...Object.keys(securityHeaders),
  ...[
    'connection',
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
    'content-length',
    'trailer',
    'upgrade',
    'te',
  ],
  ...['alt-svc', 'clear-site-data', 'service-worker-allowed'],
]);

const NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const BASE64 = /^[\dA-Za-z+/\s]*=?\s*=?\s*$/;

/**
 * Reads what an agent returned (reference/rmq-web-csr.md §3.2). `jsonrpc`: `[content, headers]`, `[status, content,
 * headers]`, or anything else, which is sent as JSON. `raw`: `[status]`, `[status, base64]`, `[status, base64, headers]`.
 * Throws AgentFailedError when it cannot be sent.
 */
export function answerOf({ agent, format }: Pick<AgentHandler, 'agent' | 'format'>, result: unknown): HttpAnswer {
  const wrong = (why: string): AgentFailedError => new AgentFailedError(agent, why);
  return format === 'raw' ? rawAnswer(result, wrong) : jsonAnswer(result, wrong);
}

type Wrong = (why: string) => AgentFailedError;

function rawAnswer(result: unknown, wrong: Wrong): HttpAnswer {
  if (!Array.isArray(result) || result.length < 1 || result.length > 3) {
    throw wrong('its answer is no list of status, base64 text and headers');
  }
  const [status, content = '', headers = []] = result as unknown[];
  if (typeof content !== 'string' || !BASE64.test(content)) throw wrong('the body of its answer is no base64 text');
  return { status: statusOf(status, wrong), headers: headersOf(headers, wrong), body: Buffer.from(content, 'base64') };
}

function jsonAnswer(result: unknown, wrong: Wrong): HttpAnswer {
  const list = Array.isArray(result) ? (result as unknown[]) : [];
  if (list.length === 2) return contentAnswer(200, list[0], list[1], wrong);
  if (list.length === 3) return contentAnswer(statusOf(list[0], wrong), list[1], list[2], wrong);
  return refusal(result) ?? jsonOf(200, result ?? null);
}

/** Text is sent as it is, so an encoding that the agent names would be wrong. */
function contentAnswer(status: number, content: unknown, given: unknown, wrong: Wrong): HttpAnswer {
  const headers = headersOf(given, wrong).filter(([name]) => name.toLowerCase() !== 'content-encoding');
  const isText = typeof content === 'string';
  const body = Buffer.from(isText ? content : JSON.stringify(content ?? null));
  if (headers.some(([name]) => name.toLowerCase() === 'content-type')) return { status, headers, body };
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  return { status, headers: [...headers, ['content-type', type]], body };
}

/** JSON-RPC's "unauthorized", as VOLTTRON Central's agent answers it. */
function refusal(result: unknown): HttpAnswer | undefined {
  const { error } = asRecord(result);
  const { code, message } = asRecord(error);
  if (code !== rpcCodes.unauthorized) return undefined;
  const text = typeof message === 'string' ? message : 'Not allowed';
  const html = `<h1>${escapeHtml(text)}</h1>\n<h2>CODE:${rpcCodes.unauthorized}</h2>`;
  return { status: 401, headers: [['content-type', 'text/html; charset=utf-8']], body: Buffer.from(html) };
}

const jsonOf = (status: number, value: unknown): HttpAnswer => ({
  status,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify(value)),
});

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A number, or text as WSGI has it: `404 Not Found`. */
function statusOf(status: unknown, wrong: Wrong): number {
  const digits = typeof status === 'number' ? String(status) : typeof status === 'string' ? status : '';
  const [, code] = /^([2-5]\d\d)( .*)?$/s.exec(digits) ?? [];
  if (code === undefined) throw wrong('its answer has no status from 200 to 599');
  return Number(code);
}

/** Pairs, or an object. Those that are the server's own matter are left out, and cookies of its sessions. */
function headersOf(given: unknown, wrong: Wrong): (readonly [string, string])[] {
  const pairs: unknown[] = Array.isArray(given) ? given : Object.entries(asRecord(given));
  return pairs.map((pair) => headerOf(pair, wrong)).filter(([name, value]) => !isServers(name.toLowerCase(), value));
}

function headerOf(pair: unknown, wrong: Wrong): readonly [string, string] {
  const [name, value] = Array.isArray(pair) && pair.length === 2 ? (pair as unknown[]) : [];
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof name !== 'string' || typeof text !== 'string') throw wrong('its headers are no pairs of name and value');
  if (!NAME.test(name) || !VALUE.test(text)) {
    throw wrong(`its header ${JSON.stringify(name.slice(0, 80))} has characters that no header may have`);
  }
  return [name, text];
}

const isServers = (name: string, value: string): boolean =>
  serverHeaders.has(name) || (name === 'set-cookie' && value.trimStart().startsWith(SESSION_COOKIE));
