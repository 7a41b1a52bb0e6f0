import type { JournalAppendAnswer } from '@volttron-ts/vip-core';

import { UnknownCursorError, UnknownEpochError } from '../../src/index.ts';
import type { JournalBatch } from '../../src/index.ts';
import type { JournalEnd, StoreEnd } from './ends.ts';
import type { Random } from './random.ts';

const WINDOW = 4;

/** A forwarder or a historian: reads by a cursor, keeps a window of appends on the way, commits what is answered. */
export class Route {
  readonly from: JournalEnd;
  readonly to: JournalEnd | StoreEnd;
  readonly prefixes: readonly string[];
  readonly #cursor: string;
  readonly #random: Random;
  #position: { epoch: string; seq: number } | undefined;
  #appends: JournalBatch[] = [];
  #answers: { epoch: string; answer: JournalAppendAnswer }[] = [];
  #lives = '';

  constructor(from: JournalEnd, to: JournalEnd | StoreEnd, random: Random, prefixes: readonly string[] = []) {
    this.from = from;
    this.to = to;
    this.prefixes = prefixes;
    this.#cursor = `to-${to.name}`;
    this.#random = random;
  }

  /** Some steps of sending, delivering and answering. */
  work(): void {
    for (let count = 2 + this.#random.below(10); count > 0; count--) {
      const dice = this.#random.next();
      if (dice < 0.35) this.#send();
      else if (dice < 0.7) this.#deliver();
      else this.#settle();
    }
  }

  /** Sends the next span if the window has room; a new connection begins with a question. */
  #send(): void {
    this.#connect();
    if (this.#appends.length >= WINDOW) return;
    const batch = this.#read(40 + this.#random.below(600));
    this.#position = { epoch: batch.span.epoch, seq: batch.span.through };
    this.#appends.push(batch);
  }

  /** One append reaches the other end: mostly the oldest, at times another, at times it will come once more. */
  #deliver(): void {
    if (this.#appends.length === 0) return;
    const index = this.#random.chance(0.75) ? 0 : this.#random.below(this.#appends.length);
    const batch = this.#appends[index]!;
    if (this.#random.chance(0.8)) this.#appends.splice(index, 1);
    if (this.#random.chance(0.1)) return;
    const answer = this.to.append(batch);
    if (this.#random.chance(0.8)) this.#answers.push({ epoch: batch.span.epoch, answer });
  }

  /** One answer comes back. */
  #settle(): void {
    if (this.#answers.length === 0) return;
    const index = this.#random.chance(0.8) ? 0 : this.#random.below(this.#answers.length);
    for (const { epoch, answer } of this.#answers.splice(index, 1)) this.#take(epoch, answer);
  }

  /** The reader is killed and started anew; what is on the way may still arrive. */
  restart(): void {
    this.#lives = '';
    if (this.#random.chance(0.5)) this.#appends = [];
    if (this.#random.chance(0.5)) this.#answers = [];
  }

  /** Without faults: everything that stands in the source reaches the destination. True if anything did. */
  drain(): boolean {
    this.#appends = [];
    this.#answers = [];
    this.#lives = '';
    this.#connect();
    for (let round = 0, moved = false; ; round++) {
      if (round > 10_000) throw new Error(`${this.from.name} to ${this.to.name} does not come to rest`);
      const batch = this.#read(500);
      const { epoch, after, through, gone } = batch.span;
      const answer = this.to.append(batch);
      const isQuiet = answer.kind === 'through' && after === through && gone === undefined;
      if (isQuiet && answer.through <= through) return moved;
      moved ||= batch.records.length > 0;
      this.#position = { epoch, seq: through };
      this.#take(epoch, answer);
    }
  }

  #connect(): void {
    const lives = `${this.from.life} ${this.to.life}`;
    if (lives === this.#lives) return;
    this.#lives = lives;
    this.#position = undefined;
    const { span } = this.#read(1);
    const question = { span: { ...span, through: span.after }, records: new Uint8Array() };
    this.#position = { epoch: span.epoch, seq: span.after };
    this.#take(span.epoch, this.to.append(question));
  }

  #read(maxBytes: number): JournalBatch {
    const after = this.#position === undefined ? {} : { after: this.#position };
    return this.from.transaction((file) => {
      file.createCursor(this.#cursor);
      return file.read({ cursor: this.#cursor, prefixes: [...this.prefixes], maxBytes, waitMs: 0, ...after });
    });
  }

  #take(epoch: string, answer: JournalAppendAnswer): void {
    if (answer.kind === 'gap') {
      this.#position = { epoch: answer.epoch, seq: answer.expected };
      return;
    }
    this.from.transaction((file) => {
      try {
        file.commit({ cursor: this.#cursor, epoch, through: answer.through });
      } catch (error) {
        // An answer to a life of the source that a copy was put over.
        if (!(error instanceof UnknownEpochError || error instanceof UnknownCursorError)) throw error;
      }
    });
  }
}
