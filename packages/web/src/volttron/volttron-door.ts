import type { FastifyPluginCallback } from 'fastify';
import { addRoutes } from '../web-route.ts';
import type { WebApp, WebRoute } from '../web-route.ts';
import type { TokenLogin } from '../contracts.ts';
import { tokenCaller } from './token-caller.ts';

export interface VolttronDoorOptions {
  readonly tokens: TokenLogin;
  readonly routes: readonly WebRoute[];
}

/** What programs of VOLTTRON ask for: bodies of any media type, and tokens in the place of sessions. */
export const volttronDoor: FastifyPluginCallback<VolttronDoorOptions> = (scope, { tokens, routes }, done) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
    parsed(null, body);
  });
  addRoutes(scope as unknown as WebApp, routes, (request, access) => tokenCaller(request, tokens, access));
  done();
};
