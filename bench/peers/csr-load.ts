/** Sends one certificate request after another over connections that stay, and counts the certificates. */
import { Agent, request } from 'node:https';
import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { serve } from './serve.ts';

interface Config {
  /** Where requests are posted to. */
  readonly url: string;
  /** PEM of the root that the server's certificate comes from. */
  readonly root: string;
  readonly connections: number;
  /** Bodies that are posted, each once. */
  readonly bodies: readonly string[];
}

/** Each connection has an address of its own below 127.0.0.0/8, as hosts have: limits of one address are not met. */
const localAddress = (number: number): string => `127.0.1.${number + 1}`;

await serve(async (given) => {
  const { url, root, connections, bodies } = given as Config;
  const secure = url.startsWith('https:');
  let count = 0;
  let next = 0;
  let failure: string | undefined;
  const post = async (agent: Agent | PlainAgent, body: string): Promise<void> => {
    const done = Promise.withResolvers<undefined>();
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = (secure ? request : plainRequest)(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        if (text.includes('"cert')) count += 1;
        else failure ??= `${response.statusCode}: ${text.slice(0, 300)}`;
        done.resolve(undefined);
      });
    });
    sent.on('error', done.reject);
    sent.end(body);
    await done.promise;
  };
  const postOn = async (number: number): Promise<void> => {
    const options = { keepAlive: true, maxSockets: 1, localAddress: localAddress(number) };
    const agent = secure ? new Agent({ ...options, ca: root }) : new PlainAgent(options);
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await post(agent, body);
    failure ??= 'all requests were used up; give the bench more of them';
  };
  const go = (): void => {
    for (let number = 0; number < connections; number++) {
      postOn(number).catch((error: unknown) => (failure ??= String(error)));
    }
  };
  return Promise.resolve({ ready: {}, commands: { go, count: () => ({ count, failure }) } });
});
