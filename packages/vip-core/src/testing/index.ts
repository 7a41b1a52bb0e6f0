/** Contract suites and a stepped clock for the rooms above. @packageDocumentation */
export { BusPeer, texts } from './bus-peer.ts';
export { describeBus } from './describe-bus.ts';
export type { BusUnderTest } from './describe-bus.ts';
export { SteppedClock } from './stepped-clock.ts';
