import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openLocalPlatform, systemClock } from '@volttron-ts/connect';
import { Operator } from '@volttron-ts/demo';
import { goldenText, readTranscript } from './transcript.ts';
import type { Answer, Transcript } from './transcript.ts';
import { TwoSites } from './two-sites.ts';

/** What stands in the place of what was true of the recorded platform only. */
export interface Change {
  readonly path?: string;
  readonly body?: string;
  readonly token?: string;
}

export interface Heard {
  readonly transcript: Transcript;
  readonly ours: Answer;
}

const nothing = (): void => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A platform of ours that is asked what Python's was asked, in the same order. */
export class Conversation {
  readonly heard = new Map<string, Heard>();
  readonly sites: TwoSites;
  readonly operator: Operator;
  readonly #root: string;

  private constructor(sites: TwoSites, operator: Operator, root: string) {
    this.sites = sites;
    this.operator = operator;
    this.#root = root;
  }

  /** With an RSA key for the web service, as the recorded one. */
  static async open(enableCsr: boolean, onEnd: (end: () => Promise<void>) => void): Promise<Conversation> {
    const folder = await mkdtemp(join(tmpdir(), 'conversation-'));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'web.crt')];
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...name];
    execFileSync('openssl', [...make, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const config = {
      ...{ 'vip-address': 'tcp://127.0.0.1:0', 'web-ssl-cert': certificate, 'web-ssl-key': key },
      ...(enableCsr ? { 'enable-csr': 'True' } : {}),
    };
    const sites = await TwoSites.open(config, onEnd);
    const operator = await Operator.of(sites.server.home, silent);
    onEnd(() => operator.close());
    return new Conversation(sites, operator, readFileSync(certificate, 'utf8'));
  }

  /** Asks what the transcript asks; answers our answer. */
  async replay(file: string, change: Change = {}): Promise<Answer> {
    const transcript = readTranscript(file);
    const { method, path, headers } = transcript;
    const token = change.token === undefined ? {} : { authorization: `Bearer ${change.token}` };
    const body = change.body ?? transcript.body;
    const sent = { ...headers, ...(headers['authorization'] === undefined ? {} : token) };
    const ours = await this.#ask(change.path ?? path, { method, headers: sent, body });
    this.heard.set(file, { transcript, ours });
    return ours;
  }

  #ask(
    path: string,
    { method, headers, body }: { method: string; headers: Readonly<Record<string, string>>; body: string | undefined },
  ): Promise<Answer> {
    const { hostname, port } = new URL(this.sites.address);
    return new Promise((resolve, reject) => {
      // Not by URL, which would take "/.." out of a path.
      const asked = request({ host: hostname, port, path, method, headers, ca: this.#root }, (response) => {
        text(response).then((answer) => {
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], text: answer });
        }, reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** The key of an agent of the client that asks to come in; answers the id of its request. */
  async knock(identity: string): Promise<string> {
    const { sites, operator } = this;
    const address = sites.vipAddresses.find((one) => one.startsWith('tcp:')) ?? '';
    const serverKey = String(await operator.call('platform_web', 'get_serverkey'));
    const environment = { VOLTTRON_VIP_ADDR: address, VOLTTRON_SERVERKEY: serverKey };
    const { bus, keys } = await openLocalPlatform({
      home: sites.client.home,
      identity,
      environment,
      clock: systemClock,
    });
    const refused = Promise.withResolvers<undefined>();
    bus.open({
      message: nothing,
      state: (state) => {
        if (state === 'refused') refused.resolve(undefined);
      },
    });
    await refused.promise;
    await bus.close();
    const waiting = (await operator.waitingKeys()).find(({ credential }) => credential === keys.publicKey);
    if (waiting === undefined) throw new Error(`the key of ${identity} does not wait`);
    return waiting.id;
  }
}

/** The body that curl sent of a recorded request. */
export function csrBody(name: string): string {
  const csr = goldenText(`vhomeA/certificates/pending_csr/${name}.csr`);
  return JSON.stringify({ csr, identity: name, hostname: 'volttron-client' });
}
