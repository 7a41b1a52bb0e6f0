/** By their numbers in OCSPResponseStatus (RFC 6960 §4.2.1); 4 is not used. */
const statuses = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
] as const;

/** Why a responder gives no answer. */
export type OcspFailure = Exclude<(typeof statuses)[number], undefined | 'successful'>;

export const failureNumber = (failure: OcspFailure): number => statuses.indexOf(failure);

export const ocspStatusOf = (number: number): OcspFailure | 'successful' | undefined => statuses[number];
