import { InvalidValueError } from '@volttron-ts/vip-core';

/** The topic exchange of every message, and where what has no binding goes (reference/rmq-web-csr.md §1.2). */
export const EXCHANGE = 'volttron';
export const UNDELIVERABLE = 'undeliverable';

/** The peer that the router is; its identity on this bus, where ZMQ has the empty one. */
export const ROUTER = 'router';

/** Of messages by which connections find out whether the router is there, and the router whether they are. */
export const PING_ID = 'rmq.ping';

/** A routing key is an AMQP short string. */
const KEY_BYTES = 255;
const PUBSUB = '__pubsub__';

/** `<instance>.<peer>`: routing key and queue of a peer, and the name of its user; no peer is the router (§1.5). */
export function qualify(instance: string, peer: string): string {
  return `${instance}.${peer === '' ? ROUTER : peer}`;
}

/** Cuts at the first dot: identities may contain dots, instance names may not. */
export function splitQualified(name: string): { readonly instance: string; readonly peer: string } {
  const dot = name.indexOf('.');
  if (dot < 0) return { instance: '', peer: name };
  const peer = name.slice(dot + 1);
  return { instance: name.slice(0, dot), peer: peer === ROUTER ? '' : peer };
}

/** Slashes become dots; one at the end says nothing more about a prefix. */
function wordsOf(topic: string): string {
  return topic.replace(/\/+$/, '').replaceAll('/', '.');
}

/**
 * The key under which a topic is published, and by which a prefix is bound: `__pubsub__.<instance>.<words>.#`. In a
 * published key the `#` is a word like any other (§1.7). `*` as instance binds to all platforms. Throws InvalidValueError
 * for a topic that does not fit.
 */
export function topicKey(instance: string, topic: string): string {
  const words = wordsOf(topic);
  const key = words === '' ? `${PUBSUB}.${instance}.#` : `${PUBSUB}.${instance}.${words}.#`;
  if (Buffer.byteLength(key) <= KEY_BYTES) return key;
  throw new InvalidValueError(
    'topic',
    topic,
    `The topic "${topic.slice(0, 60)}…" makes a routing key of ${Buffer.byteLength(key)} bytes; RabbitMQ takes ${KEY_BYTES}.`,
    'Publish under a shorter topic.',
  );
}

/**
 * A key that takes in every topic with that string prefix: keys are matched by words, and cannot say that one begins with
 * something. What is behind the last slash is left out, and more where the key would be too long.
 */
export function coveringKey(instance: string, prefix: string): string {
  const parent = prefix.slice(0, Math.max(prefix.lastIndexOf('/'), 0));
  const words = wordsOf(parent);
  const key = words === '' ? `${PUBSUB}.${instance}.#` : `${PUBSUB}.${instance}.${words}.#`;
  return Buffer.byteLength(key) <= KEY_BYTES ? key : coveringKey(instance, parent);
}

export function isTopicKey(key: string): boolean {
  return key.startsWith(`${PUBSUB}.`);
}

/** Instance and topic of a published key; dots that were in the topic come back as slashes. */
export function readTopicKey(key: string): { readonly instance: string; readonly topic: string } {
  const [, instance = '', ...words] = key.split('.');
  return { instance, topic: words.slice(0, -1).join('/') };
}
