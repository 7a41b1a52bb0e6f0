import {
  encodePublishBody,
  encodeText,
  escapeNonAscii,
  InvalidValueError,
  parseLooseJson,
  scanPublishBody,
  VipError,
} from '@volttron-ts/vip-core';

/** Beyond it the transport ends the connection, at every try anew; routers of ours refuse less than that themselves. */
const MAX_BYTES = 63 * 1024 * 1024;

/**
 * The body of a publication as routers read it. Throws InvalidValueError for a message that is no JSON, is nested
 * deeper than routers read, or is too long: a router could only answer that nobody got it.
 */
export function publicationBody(
  topic: string,
  bus: string,
  headers: Readonly<Record<string, unknown>>,
  message: unknown,
): Uint8Array {
  return checked(topic, () => encodePublishBody(bus, headers, message));
}

/** The same for a message that is JSON text: its numbers stay as they are written. */
export function publicationBodyOfJson(
  topic: string,
  bus: string,
  headers: Readonly<Record<string, unknown>>,
  json: string,
): Uint8Array {
  return checked(topic, () => {
    parseLooseJson(json);
    const members = `"bus":${JSON.stringify(bus)},"headers":${JSON.stringify(headers)},"message":${json}`;
    return encodeText(escapeNonAscii(`{${members}}`));
  });
}

function checked(topic: string, encode: () => Uint8Array): Uint8Array {
  const body = encoded(topic, encode);
  if (body.length > MAX_BYTES) throw fault(topic, `it has ${body.length} bytes; the limit is ${MAX_BYTES}`);
  return body;
}

function encoded(topic: string, encode: () => Uint8Array): Uint8Array {
  try {
    const body = encode();
    scanPublishBody(body);
    return body;
  } catch (error) {
    throw fault(topic, error instanceof VipError ? error.message : String(error));
  }
}

const fault = (topic: string, why: string): InvalidValueError =>
  new InvalidValueError('message', topic, `The message for ${topic} cannot be published: ${why}.`);
