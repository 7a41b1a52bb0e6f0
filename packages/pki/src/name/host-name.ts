import { parseIpAddress } from './ip-address.ts';

const labels =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

/** A name as in RFC 1123 §2.1, which is not the text of an IPv4 address. No wildcards. */
export const isHostName = (text: string): boolean => labels.test(text) && parseIpAddress(text) === undefined;
