import { ArgumentsError } from './errors.ts';

/** The number that `-n` gives. Throws ArgumentsError. */
export function lengthOf(command: string, text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new ArgumentsError(command, `"-n ${text}" is no whole number`);
}
