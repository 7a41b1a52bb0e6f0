import { ChannelOptionError } from './errors.ts';

/** Literals of Python that the documentation of such systems writes, and JSON's word for each. */
const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/**
 * Reads a configuration as people write it after that documentation (seed 003): JSON, with or without the braces around it, with
 * Python's `True` and `False`, of each of which a warning tells. Throws ChannelOptionError.
 */
export function readFragment(text: string): { readonly values: Record<string, unknown>; readonly warnings: string[] } {
  const warnings: string[] = [];
  // Strings are passed over, so that a word in one stays.
  const json = text.replaceAll(/"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b/g, (found) => {
    const word = words[found];
    if (word === undefined) return found;
    warnings.push(`Write ${word} instead of ${found}: this is JSON.`);
    return word;
  });
  const trimmed = json.trim().replace(/,$/, '');
  const whole = trimmed.startsWith('{') ? trimmed : `{${trimmed}}`;
  let values: unknown;
  try {
    values = JSON.parse(whole);
  } catch (error) {
    throw new ChannelOptionError(`The configuration is no JSON: ${(error as Error).message}.`, {
      item: 'configuration',
      value: text.slice(0, 200),
      remedy: 'An option looks like this: "options": [["grpc.ssl_target_name_override", "localhost"]].',
      cause: error,
    });
  }
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    return { values: values as Record<string, unknown>, warnings };
  }
  throw new ChannelOptionError('The configuration is no JSON object.', {
    item: 'configuration',
    value: text.slice(0, 200),
  });
}
