/** The code of npm start, and whole instances for end-to-end tests. @packageDocumentation */
export { Child } from './child.ts';
export type { ChildOptions } from './child.ts';
export { compare } from './check.ts';
export type { Comparison, PublisherCounts } from './check.ts';
export { Demo } from './demo.ts';
export type { DemoOptions, Progress } from './demo.ts';
export { ChildEndedError, FolderInUseError } from './errors.ts';
export { freePort } from './free-port.ts';
export { Instance } from './instance.ts';
export type { AgentPlan } from './instance.ts';
export { Operator } from './operator.ts';
export type { WaitingKey } from './operator.ts';
