import { t } from '@volttron-ts/agent';
import type { CertificateEnrolment } from '@volttron-ts/enrolment';
import type { Logger } from '@volttron-ts/vip-core';
import { RequestsNotServedError } from '../../errors.ts';
import { method, MODIFY, none } from '../auth/methods.ts';
import type { Methods } from '../auth/methods.ts';
import type { AgentWeb } from './agent-web.ts';
import { servedDirectory } from './served-directory.ts';

/** The capability to have the platform serve files of the machine. */
export const SERVE_FILES = 'serve_files';

export interface WebMethodsOptions {
  readonly routes: AgentWeb;
  readonly home: string;
  readonly serverKey: string;
  /** Where the web service listens. */
  readonly address: () => string;
  /** Where VOLTTRON Central is, when it is not here. */
  readonly centralAddress: string | undefined;
  /** Whom a token was issued to. Throws SessionInvalidError. */
  readonly claims: (bearer: string) => Promise<unknown>;
  /** Where certificate requests are served. */
  readonly certificates?: Pick<CertificateEnrolment, 'autoApprove'> | undefined;
  readonly log: Logger;
}

const endpoint = t.String({ title: 'endpoint' });
const regex = t.String({ title: 'regex' });

/** The methods of `platform_web` (reference/vip-zmq.md §5.5), open to every peer but for those that need a capability. */
export function webMethods(options: WebMethodsOptions): Methods {
  return {
    ...askingMethods(options),
    ...routeMethods(options),
    ...socketMethods(options),
    ...requestMethods(options),
  };
}

function askingMethods({ serverKey, address, centralAddress, claims }: WebMethodsOptions): Methods {
  return {
    get_bind_web_address: method({
      description: 'Where the web service listens.',
      params: none,
      call: () => address(),
    }),
    get_serverkey: method({ description: 'The public key of this platform.', params: none, call: () => serverKey }),
    get_user_claims: method({
      description: 'Whom a session token was issued to, and the groups of that user.',
      params: t.Tuple([t.String({ title: 'bearer', maxLength: 8192 })]),
      call: ([bearer]) => claims(bearer),
    }),
    get_volttron_central_address: method({
      description: 'Where VOLTTRON Central is: where configured, else here.',
      params: none,
      call: () => centralAddress ?? address(),
    }),
  };
}

function routeMethods({ routes, home, log }: WebMethodsOptions): Methods {
  return {
    register_endpoint: method({
      description: 'Requests of exactly this path go to route.callback of the caller.',
      params: t.Tuple([endpoint, t.Enum(['jsonrpc', 'endpoint', 'raw'], { title: 'res_type' })]),
      call: ([path, type], { caller }) => {
        routes.addEndpoint(caller, path, type === 'raw' ? 'raw' : 'jsonrpc');
        log.info('an agent serves an endpoint', { agent: caller.peer, endpoint: path });
        return null;
      },
    }),
    register_agent_route: method({
      description: 'Requests of matching paths go to a method of the caller.',
      params: t.Tuple([regex, t.String({ title: 'fn', minLength: 1, maxLength: 256 })]),
      call: ([source, fn], { caller }) => {
        routes.addMethod(caller, source, fn);
        log.info('an agent serves paths', { agent: caller.peer, regex: source, method: fn });
        return null;
      },
    }),
    register_path_route: method({
      requires: SERVE_FILES,
      description: 'Requests of matching paths are answered by the files of that path in a directory.',
      params: t.Tuple([regex, t.String({ title: 'root_dir', maxLength: 4096 })]),
      call: async ([source, root], { caller }) => {
        const owner = routes.enter(caller);
        const directory = await servedDirectory(home, root);
        routes.addDirectory(owner, source, directory);
        log.info('files are served for an agent', { agent: caller.peer, regex: source, directory });
        return null;
      },
    }),
    unregister_all_agent_routes: method({
      description: 'Ends all that the caller registered.',
      params: none,
      call: (_none, { caller }) => {
        routes.removeAll(caller);
        return null;
      },
    }),
  };
}

function socketMethods({ routes, log }: WebMethodsOptions): Methods {
  return {
    register_websocket: method({
      description: 'Web sockets of exactly this path are the caller’s.',
      params: t.Tuple([endpoint]),
      call: ([path], { caller }) => {
        routes.addSockets(caller, path);
        log.info('an agent takes web sockets', { agent: caller.peer, endpoint: path });
        return null;
      },
    }),
    unregister_websocket: method({
      description: 'Closes a web socket of the caller and its clients.',
      params: t.Tuple([endpoint]),
      call: ([path], { caller }) => {
        routes.removeSockets(caller, path);
        return null;
      },
    }),
    websocket_send: method({
      description: 'Sends to every client of a web socket of the caller.',
      params: t.Tuple([endpoint, t.Unknown({ title: 'message' })]),
      call: ([path, message], { caller }) => {
        routes.send(caller, path, typeof message === 'string' ? message : JSON.stringify(message));
        return null;
      },
    }),
    print_websocket_clients: method({
      description: 'Writes the addresses of web socket clients to the log.',
      params: none,
      call: () => {
        log.debug('web socket clients', { clients: routes.clients });
        return null;
      },
    }),
  };
}

/** Whether new certificate requests are approved as they come; every agent may switch it in the original. */
function requestMethods({ certificates, log }: WebMethodsOptions): Methods {
  return {
    auto_allow_csr: method({
      requires: MODIFY,
      description: 'Approves new certificate requests as they come, until the platform stops.',
      params: t.Tuple([t.Boolean({ title: 'auto_allow_csr' })]),
      call: ([on], { caller }) => {
        if (certificates === undefined) throw new RequestsNotServedError();
        certificates.autoApprove = on;
        log.warn('certificate requests are approved as they come', { on, by: caller.user });
        return null;
      },
    }),
    is_auto_allow_csr: method({
      description: 'Whether certificate requests are approved as they come.',
      params: none,
      call: () => certificates?.autoApprove ?? false,
    }),
  };
}
