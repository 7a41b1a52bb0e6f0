/** HTTPS: discovery, approval, live values. @packageDocumentation */
export type {
  AgentFiles,
  AgentHandler,
  AgentRoutes,
  AgentSockets,
  RequestEnvironment,
  SocketClient,
} from './agent-routes.ts';
export type { KeyRequests, LiveFeed, WebLogin, WebOptions, WebServer } from './contracts.ts';
export {
  BadRequestError,
  BodyTooLargeError,
  ForeignOriginError,
  LoginRequiredError,
  MethodNotAllowedError,
  NotFoundError,
  PagesMissingError,
  TooManyRequestsError,
  TooManyStreamsError,
  UnsupportedMediaTypeError,
  WebAddressError,
  WebBindError,
  WebCertificateError,
  WebNameUnresolvedError,
  WebPortInUseError,
} from './errors.ts';
export type { Problem } from './problem.ts';
export { startWebServer } from './web-server.ts';
