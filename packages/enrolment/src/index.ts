/** A request becomes a decision becomes access: pending keys and certificate requests. @packageDocumentation */
export type { TrailCheck, TrailHead } from './certificates/audit-trail.ts';
export type {
  CertificateContainer,
  CertificateEnrolment,
  CertificateFilter,
  CertificateRequest,
  CertificateRequestStatus,
  CertificateState,
  IssuedCertificate,
  NameConflict,
  OrderView,
  OwnOrder,
  RequestAnswer,
} from './certificates/certificate-enrolment.ts';
export type { CertificateAccess, CertificateGrant } from './certificates/certificate-grant.ts';
export type { CertificateOptions } from './certificates/certificates.ts';
export {
  NameRefusedError,
  PluginMissingError,
  RequestFinalError,
  TooManyRequestsWaitingError,
} from './certificates/errors.ts';
export { InProcessPlugins } from './certificates/in-process-plugins.ts';
export type { PluginCall, PluginOutcome, PluginRunner } from './certificates/plugin-runner.ts';
export { openEnrolment } from './enrolment.ts';
export type {
  Enrolment,
  EnrolmentOptions,
  EnrolmentWithCertificates,
  EnrolmentWithCertificatesOptions,
} from './enrolment.ts';
export type { Decision, EnrolmentGrant, EnrolmentRequest, Limits, RequestStatus } from './enrolment-request.ts';
export { RequestSupersededError, RequestUnknownError, StepPendingError } from './errors.ts';
export { startPluginHost } from './plugin-host/plugin-host.ts';
export type { PluginHost, PluginHostOptions } from './plugin-host/plugin-host.ts';
export { PluginFailedError, PluginUnloadableError } from './errors.ts';
