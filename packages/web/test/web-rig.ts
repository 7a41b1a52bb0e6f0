import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoginRefusedError, SessionInvalidError, WebTokenInvalidError } from '@volttron-ts/auth';
import type { Secret, WebSession, WebTokenPair } from '@volttron-ts/auth';
import type { Decision } from '@volttron-ts/enrolment';
import { VipError } from '@volttron-ts/vip-core';
import type { KeyRequest, LivePoint, Logger } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import type { AgentFiles, AgentHandler, AgentRoutes, AgentSockets } from '../src/agent-routes.ts';
import type { KeyRequests, LiveFeed, TokenLogin, WebLogin, WebOptions, WebServer } from '../src/contracts.ts';
import { startWebServer } from '../src/web-server.ts';

/** A key pair and certificate of its own, for localhost and 127.0.0.1. */
export function makeTlsPair(): { readonly certificate: string; readonly privateKey: string } {
  const directory = mkdtempSync(join(tmpdir(), 'web-tls-'));
  try {
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', ...curve, ...name, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { certificate: readFileSync(cert, 'utf8'), privateKey: readFileSync(key, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const tls = makeTlsPair();

/** Feed whose points tests send. */
export class HandFeed implements LiveFeed {
  readonly listeners = new Set<(points: readonly LivePoint[]) => void>();
  #latest: readonly LivePoint[] = [];

  latest(): readonly LivePoint[] {
    return this.#latest;
  }

  subscribe(listener: (points: readonly LivePoint[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  send(points: readonly LivePoint[]): void {
    this.#latest = points;
    for (const listener of this.listeners) listener(points);
  }
}

/** One pending key, and what was decided on it. */
export class OneKey implements KeyRequests {
  readonly decisions: string[] = [];
  readonly pending: KeyRequest = {
    id: 'k1',
    credential: 'JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o',
    identity: 'forwarder',
    domain: 'vip',
    address: '192.0.2.7',
    status: 'pending',
    attempts: 3,
    firstSeen: '2026-11-22T10:11:08.000000+00:00',
    lastSeen: '2026-11-22T10:12:08.000000+00:00',
  };

  list(): Promise<readonly KeyRequest[]> {
    return Promise.resolve([this.pending]);
  }

  approve(id: string, decision: Decision): Promise<void> {
    return this.#decide('approve', id, decision);
  }

  deny(id: string, decision: Decision): Promise<void> {
    return this.#decide('deny', id, decision);
  }

  remove(id: string, decision: Decision): Promise<void> {
    return this.#decide('remove', id, decision);
  }

  #decide(verb: string, id: string, { by, from }: Decision): Promise<void> {
    if (id !== this.pending.id) return Promise.reject(new VipError('request-unknown', `There is no request ${id}.`));
    this.decisions.push(`${verb} ${id} by ${by} from ${from}`);
    return Promise.resolve();
  }
}

/** `admin` may decide, `viewer` may watch; both have the same password. */
export class TwoUsers implements WebLogin {
  readonly #tokens = new Map<string, string>();

  login(user: string, password: Secret): Promise<string> {
    if (!['admin', 'viewer'].includes(user) || password.reveal() !== 'a good password') {
      return Promise.reject(new LoginRefusedError());
    }
    const token = `token ${this.#tokens.size}`;
    this.#tokens.set(token, user);
    return Promise.resolve(token);
  }

  verify(token: string): Promise<WebSession> {
    const user = this.#tokens.get(token);
    if (user === undefined) return Promise.reject(new SessionInvalidError('it has expired'));
    return Promise.resolve({ user, roles: user === 'admin' ? ['admin', 'vui'] : ['vui'] });
  }

  /** Ends all tokens. */
  expire(): void {
    this.#tokens.clear();
  }
}

/** Tokens of the same users: `<kind> <user>`. */
export class TwoUsersTokens implements TokenLogin {
  readonly #users: TwoUsers;

  constructor(users: TwoUsers) {
    this.#users = users;
  }

  async login(user: string, password: Secret): Promise<WebTokenPair> {
    await this.#users.login(user, password);
    return { access_token: `access.${user}`, refresh_token: `refresh.${user}` };
  }

  renew(token: string): Promise<string> {
    const [kind, user = ''] = token.split('.');
    if (kind !== 'refresh') return Promise.reject(new WebTokenInvalidError('refresh token', 'it is none'));
    return Promise.resolve(`access.${user}`);
  }

  verify(token: string): Promise<WebSession> {
    const [kind, user = ''] = token.split('.');
    if (kind !== 'access') return Promise.reject(new WebTokenInvalidError('access token', 'it is none'));
    return Promise.resolve({ user, roles: user === 'admin' ? ['admin', 'vui'] : ['vui'] });
  }
}

/** Routes of agents, as tests set them. */
export class HandAgents implements AgentRoutes {
  readonly routes = new Map<string, AgentHandler | AgentFiles>();
  readonly endpoints = new Map<string, AgentSockets>();

  find(path: string): AgentHandler | AgentFiles | undefined {
    return this.routes.get(path);
  }

  sockets(path: string): AgentSockets | undefined {
    return this.endpoints.get(path);
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** A running server, its collaborators, and an HTTPS client that trusts it. */
export class WebRig {
  readonly feed = new HandFeed();
  readonly keys = new OneKey();
  readonly users = new TwoUsers();
  readonly agents = new HandAgents();
  readonly clock = new SteppedClock(Date.UTC(2026, 10, 22, 10, 12));
  readonly lines: string[] = [];
  #server: WebServer | undefined;

  static async start(own: Partial<WebOptions> = {}): Promise<WebRig> {
    const rig = new WebRig();
    rig.#server = await startWebServer({ ...rig.options(), ...own });
    return rig;
  }

  options(): WebOptions {
    return {
      bindAddress: 'https://127.0.0.1:0',
      ...tls,
      discovery: () => ({
        'instance-name': 'central',
        'vip-address': 'tcp://127.0.0.1:22916',
        serverkey: 'JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o',
      }),
      login: this.users,
      tokens: new TwoUsersTokens(this.users),
      keyRequests: this.keys,
      live: this.feed,
      agents: this.agents,
      clock: this.clock,
      log: this.#log(),
    };
  }

  get address(): string {
    return this.#server?.address ?? '';
  }

  get ca(): string {
    return tls.certificate;
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const url = new URL(this.address);
      const asked = request(
        { host: url.hostname, port: url.port, path, method, headers: { ...length, ...headers }, ca: tls.certificate },
        (response) => {
          response.setEncoding('utf8');
          let text = '';
          response.on('data', (part: string) => (text += part));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          });
          response.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  postJson(path: string, body: unknown, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    const json = { 'content-type': 'application/json', ...headers };
    return this.ask(path, { method: 'POST', headers: json, body: JSON.stringify(body) });
  }

  /** Logs in and answers the cookie to send. */
  async logIn(user = 'admin'): Promise<string> {
    const { headers } = await this.postJson('/api/session', { user, password: 'a good password' });
    return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
  }

  #log(): Logger {
    const write = (message: string, fields?: object) => this.lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
    return { debug: write, info: write, warn: write, error: write };
  }
}
