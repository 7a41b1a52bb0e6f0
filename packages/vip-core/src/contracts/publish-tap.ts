import type { PublicationId } from '../publication-id.ts';

/** A publication that is to be kept. */
export interface CapturedPublication {
  /** The verified user. */
  readonly user: string;
  readonly topic: string;
  /** The body with its sender; may be kept after the call returns. */
  readonly body: Uint8Array;
  /** Set for publishers that number their messages. */
  readonly id: PublicationId | undefined;
}

/** `refused`: the journal could not take it; it may later. */
export type CaptureOutcome = 'kept' | 'refused';

/** Hears every publication before it is delivered, and keeps those with captured topics. */
export interface PublishTap {
  captures(topic: string): boolean;
  /**
   * Takes a publication. `duplicate`: it was taken before, it is not to be delivered again. `settled` is called once,
   * in either case, when it is committed (`kept`) or cannot be (`refused`).
   */
  capture(publication: CapturedPublication, settled: (outcome: CaptureOutcome) => void): 'new' | 'duplicate';
}
