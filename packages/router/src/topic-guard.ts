/** Says which users may publish to and receive which topics; asked for every publication, so it must be quick. */
export interface TopicGuard {
  /** Whether any topic is kept from some readers: only then are deliveries sifted. */
  readonly protectsReading: boolean;
  /** Why the user may not publish to the topic; undefined when it may. */
  publishRefusal(user: string, topic: string): string | undefined;
  /** Why the user may not subscribe to the prefix, nothing of which it could ever receive; undefined when it may. */
  subscribeRefusal(user: string, prefix: string): string | undefined;
  mayReceive(user: string, topic: string): boolean;
}
