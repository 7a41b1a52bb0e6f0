import { InvalidValueError, parseLooseJson } from '@volttron-ts/vip-core';

/** Routers of ours refuse longer ones. */
const MAX_TOPIC = 4096;
const REMEDY = 'Write it as words with slashes, such as devices/campus/building/ahu1/all.';

/** What is wrong with a topic or a prefix, wherever it goes. */
export function textFault(item: 'topic' | 'prefix', text: string): InvalidValueError | undefined {
  if (text.length > MAX_TOPIC) {
    const why = `A ${item} has at most ${MAX_TOPIC} characters, this one ${text.length}.`;
    return new InvalidValueError(item, text.slice(0, 80), why, REMEDY);
  }
  if (!text.includes('\u0000')) return undefined;
  return new InvalidValueError(item, text.slice(0, 80), `A ${item} cannot hold the character U+0000.`, REMEDY);
}

/** What is wrong with a topic to publish. Python routers parse frames that are JSON, so it must be none (vip-zmq.md §9). */
export function topicFault(topic: string): InvalidValueError | undefined {
  if (topic === '') return new InvalidValueError('topic', topic, 'A publication needs a topic.', REMEDY);
  const fault = textFault('topic', topic);
  if (fault !== undefined || !/^\s*(?:-?\d|-?Infinity|NaN|[[{"]|true|false|null)/.test(topic)) return fault;
  try {
    parseLooseJson(topic);
  } catch {
    return undefined;
  }
  return new InvalidValueError('topic', topic, `The topic ${topic} is JSON, which Python platforms change.`, REMEDY);
}
