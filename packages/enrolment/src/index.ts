/** A request becomes a decision becomes access: pending keys and certificate requests. @packageDocumentation */
export { openEnrolment } from './enrolment.ts';
export type { Enrolment, EnrolmentOptions } from './enrolment.ts';
export type { Decision, EnrolmentGrant, EnrolmentRequest, Limits, RequestStatus } from './enrolment-request.ts';
export { RequestSupersededError, RequestUnknownError, StepPendingError } from './errors.ts';
