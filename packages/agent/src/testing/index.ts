/** A platform in memory for tests of agents. @packageDocumentation */
export { SteppedClock } from '@volttron-ts/vip-core/testing';
export { FakeBus } from './fake-bus.ts';
export { FakeConfigStore } from './fake-config-store.ts';
export type { FakePush } from './fake-config-store.ts';
export { FakeJournal } from './fake-journal.ts';
export { FakePlatform, texts } from './fake-platform.ts';
export type { FakePeer, PublishVerdict } from './fake-platform.ts';
export { MemoryLog } from './memory-log.ts';
export type { LogLine } from './memory-log.ts';
export { fakeRemotes, startTestAgent } from './test-agent.ts';
export type { TestAgent, TestAgentOptions } from './test-agent.ts';
