import { describe, expect, it } from 'vitest';
import { coveringKey, qualify, readTopicKey, splitQualified, topicKey } from './names.ts';

describe('names on the RabbitMQ bus', () => {
  it('qualifies a peer with its instance, and calls the router by its name', () => {
    expect(qualify('central', 'node.forwarder')).toBe('central.node.forwarder');
    expect(qualify('central', '')).toBe('central.router');
  });

  it('cuts a qualified name at its first dot', () => {
    expect(splitQualified('central.node.forwarder')).toEqual({ instance: 'central', peer: 'node.forwarder' });
    expect(splitQualified('central.router')).toEqual({ instance: 'central', peer: '' });
    expect(splitQualified('alone')).toEqual({ instance: '', peer: 'alone' });
  });

  it('writes topics as keys whose last word is a number sign', () => {
    expect(topicKey('central', 'devices/campus/ahu1/all')).toBe('__pubsub__.central.devices.campus.ahu1.all.#');
    expect(topicKey('central', 'devices/')).toBe('__pubsub__.central.devices.#');
    expect(topicKey('*', '')).toBe('__pubsub__.*.#');
  });

  it('reads topics from published keys', () => {
    expect(readTopicKey('__pubsub__.central.devices.a.all.#')).toEqual({ instance: 'central', topic: 'devices/a/all' });
    expect(readTopicKey('__pubsub__.central.#')).toEqual({ instance: 'central', topic: '' });
  });

  it('covers a string prefix by the words that are whole in it', () => {
    expect(coveringKey('central', 'devices/campus/ah')).toBe('__pubsub__.central.devices.campus.#');
    expect(coveringKey('central', 'devices/campus/')).toBe('__pubsub__.central.devices.campus.#');
    expect(coveringKey('*', 'dev')).toBe('__pubsub__.*.#');
    expect(coveringKey('central', `devices/${'x'.repeat(250)}/y`)).toBe('__pubsub__.central.devices.#');
  });

  it('refuses a topic that fits no routing key', () => {
    expect(() => topicKey('central', 'x'.repeat(250))).toThrow(/RabbitMQ takes 255/);
  });
});
