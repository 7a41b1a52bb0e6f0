/** A server and a client of `mila.Mila` in one process: 50 MB down and 50 MB up, by our channel or by bare grpc-js. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import type { handleUnaryCall, UntypedHandleCall } from '@grpc/grpc-js';
import { systemClock } from '@volttron-ts/connect';
import { defaultsOf, loadService, openClient, startServer } from '@volttron-ts/grpc';
import { serve } from './serve.ts';

interface Files {
  readonly ssl_private_key: string;
  readonly ssl_cert: string;
  readonly ssl_root_cert: string;
}

type Call = (method: string, request: object) => Promise<unknown>;

const BYTES = 50_000_000;
const EXCHANGES = 3;
const content = Buffer.alloc(BYTES, 7);
const model = { json_configuration: Buffer.from('{}'), latest_checkpoint: content };
const service = loadService('mila.proto', 'mila.Mila');
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

async function ours(files: Files): Promise<Call> {
  const common = { service, clock: systemClock, log };
  const use = { ...files, use_secure_connection: true };
  const server = await startServer({
    options: { ...defaultsOf('server'), ...use, target: 'localhost:0' },
    handlers: { RequestModel: () => model, SendCheckpoint: () => ({}) },
    ...common,
  });
  const client = await openClient({ options: { ...defaultsOf('client'), ...use, target: server.target }, ...common });
  return (method, request) => client.call(method, request);
}

async function bare({ ssl_private_key: key, ssl_cert: cert, ssl_root_cert: root }: Files): Promise<Call> {
  const options = Object.fromEntries(defaultsOf('client').options);
  const [keyPem, certPem, rootPem] = [key, cert, root].map((path) => readFileSync(path)) as [Buffer, Buffer, Buffer];
  const server = new Server(options);
  const answer =
    (response: object): handleUnaryCall<object, object> =>
    (_call, done) => {
      done(null, response);
    };
  const handlers: Record<string, UntypedHandleCall> = {
    ...{ Authenticate: answer({}), Heartbeat: answer({}), Close: answer({}) },
    ...{ RequestModel: answer(model), SendCheckpoint: answer({}) },
  };
  server.addService(service, handlers);
  const serverCredentials = ServerCredentials.createSsl(rootPem, [{ private_key: keyPem, cert_chain: certPem }], true);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('localhost:0', serverCredentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const client = new Client(`localhost:${port}`, credentials.createSsl(rootPem, keyPem, certPem), options);
  return (method, request) =>
    new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = service[method]!;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
}

await serve(async (given) => {
  const { by, files } = given as { readonly by: 'ours' | 'bare'; readonly files: Files };
  const call = await (by === 'ours' ? ours(files) : bare(files));
  const exchange = async (): Promise<void> => {
    await call('RequestModel', { token: 't' });
    await call('SendCheckpoint', { token: 't', content });
  };
  const run = async (times: number): Promise<object> => {
    const started = performance.now();
    for (let n = 0; n < times; n++) await exchange();
    return { exchanges: times, seconds: (performance.now() - started) / 1000 };
  };
  return { ready: {}, commands: { warm: () => run(1), measure: () => run(EXCHANGES) } };
});
