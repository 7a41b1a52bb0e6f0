/** HTTPS: discovery, approval, live values. @packageDocumentation */
export type {
  AgentFiles,
  AgentHandler,
  AgentRoutes,
  AgentSockets,
  RequestEnvironment,
  SocketClient,
} from './agent-routes.ts';
export type {
  CertificateRequests,
  KeyRequests,
  LiveFeed,
  TokenLogin,
  WebLogin,
  WebOptions,
  WebServer,
} from './contracts.ts';
export {
  AgentFailedError,
  AgentTimeoutError,
  BadRequestError,
  BodyTooLargeError,
  CsrMissingError,
  FirstUserExistsError,
  ForeignOriginError,
  LoginRequiredError,
  MethodNotAllowedError,
  NotFoundError,
  PagesMissingError,
  SocketRefusedError,
  TokenRequiredError,
  TooManyRequestsError,
  TooManySocketsError,
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
