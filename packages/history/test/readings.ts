import { encodePublishBody, encodeText } from '@volttron-ts/vip-core';
import type { CapturedPublication } from '@volttron-ts/vip-core';

/** A device message of one point, published as number `n` of epoch `abcdefgh`. */
export function reading(n: number, topic = 'devices/campus/ahu/all'): CapturedPublication {
  const time = `2026-01-01T00:00:00.${String(n).padStart(6, '0')}+00:00`;
  const body = encodePublishBody('', { TimeStamp: time }, [{ Temp: n }, { Temp: { units: 'F' } }]);
  return { user: 'sysmon', topic, body, id: { epoch: 'abcdefgh', n } };
}

/** A publication as given, unnumbered. */
export function plain(topic: string, body: string): CapturedPublication {
  return { user: 'python', topic, body: encodeText(body), id: undefined };
}
