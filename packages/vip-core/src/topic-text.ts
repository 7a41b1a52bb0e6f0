import { TopicInvalidError } from './errors.ts';

/** Longest prefix and topic, in characters. */
export const MAX_TOPIC = 4096;

/** The text itself, when it may be a topic or a prefix; throws TopicInvalidError. */
export function checkTopic(text: string, item: 'topic' | 'prefix' = 'topic'): string {
  if (text.length > MAX_TOPIC) {
    throw new TopicInvalidError(item, text, `has ${text.length} characters; the limit is ${MAX_TOPIC}`);
  }
  // C ends a text there, so peers would see another topic than the one that was checked.
  if (text.includes('\u0000')) throw new TopicInvalidError(item, text, 'holds the character U+0000');
  return text;
}
