/** The volttron process: services and the one main that wires them. @packageDocumentation */
export { main } from './main.ts';
export { Platform } from './platform.ts';
export type { PlatformOptions, PlatformStatus } from './platform.ts';
