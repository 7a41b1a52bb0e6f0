/** What the CA looks at to see that a name is ours. */
export interface Challenge {
  /** The name that is shown to be ours. */
  readonly name: string;
  readonly token: string;
  /** What the CA wants to find: the key authorization, or its digest (RFC 8555 §8.3, §8.4). */
  readonly value: string;
}

/** One way to answer challenges. */
export interface ChallengeResponder {
  readonly type: 'http-01' | 'dns-01';
  /** Settles when the CA can see it; may take minutes. Twice is as once. */
  present(challenge: Challenge): Promise<void>;
  /** Twice is as once. */
  remove(challenge: Challenge): Promise<void>;
  close(): Promise<void>;
}

/** Base64url of at least 128 bits (RFC 8555 §8.3), and nothing that leads out of a folder. */
export const TOKEN = /^[A-Za-z0-9_-]{22,256}$/;
