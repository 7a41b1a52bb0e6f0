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

/**
 * Only a `new` publication is to be delivered. `duplicate`: it was taken before. `refused`: it has to come again, as a
 * numbered one does that is behind another refused one of its publisher.
 */
export type CaptureVerdict = 'new' | 'duplicate' | 'refused';

/** Hears every publication before it is delivered, and keeps those with captured topics, each publisher's in order. */
export interface PublishTap {
  captures(topic: string): boolean;
  /** Takes a publication. `settled` is called once, whatever the verdict, when it is committed or cannot be. */
  capture(publication: CapturedPublication, settled: (outcome: CaptureOutcome) => void): CaptureVerdict;
  /**
   * Told of a numbered publication that was not handed in. `again`: its publisher was told to send it again, so that
   * nothing behind it is kept before it. `never`: it does not come again, and nothing waits for it.
   */
  passedOver(user: string, id: PublicationId, comes: 'again' | 'never'): void;
}
