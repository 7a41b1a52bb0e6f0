/** Words between commas. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** Capabilities as people write them: a JSON object, or names between commas. */
export function readCapabilities(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return splitList(text);
  try {
    return JSON.parse(text);
  } catch {
    return splitList(text);
  }
}
