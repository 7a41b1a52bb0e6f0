import { decodeText, encodeText, packRecords, parseLooseJson, services, unpackRecords } from '@volttron-ts/vip-core';
import type { JournalReadRequest, JournalRecord, JournalSpan, VipMessage } from '@volttron-ts/vip-core';
import type { FakePeer, FakePlatform } from './fake-platform.ts';

type Reply = (operation: string, body: unknown, records?: Uint8Array) => void;

/**
 * A journal in memory behind `platform.journal`: captures, hands out by cursors, takes appends by the rule of design
 * §4.5. It keeps everything; what can go wrong are its answers.
 */
export class FakeJournal {
  /** What it holds, oldest first; sequences have no holes. */
  readonly records: JournalRecord[] = [];
  readonly cursors = new Map<string, number>();
  /** Operations that reached it, in order. */
  readonly asked: { readonly operation: string; readonly body: unknown }[] = [];
  /** Decides what happens to a request: `lose` does it and does not answer, `ignore` does nothing. */
  fate: (operation: string) => 'answer' | 'lose' | 'ignore' = () => 'answer';
  readonly #name: string;
  readonly #epochs: { readonly name: string; readonly start: number }[] = [];
  #marks = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  constructor(name: string) {
    this.#name = name;
    this.reopen();
  }

  /** Serves as the journal of a platform. */
  playOn(platform: FakePlatform): this {
    const peer: FakePeer = (message, send) => {
      this.#serve(message, (operation, body, records) => {
        const args = [encodeText(operation), encodeText(JSON.stringify(body)), ...(records ? [records] : [])];
        send({ peer: message.peer, id: message.id, subsystem: 'journal', args });
      });
    };
    platform.play(services.journal, peer);
    return this;
  }

  /** The next record begins a new epoch. */
  reopen(): void {
    const start = this.records.length;
    if (this.#epochs.at(-1)?.start === start) this.#epochs.pop();
    this.#epochs.push({ name: `${this.#name}-e${this.#epochs.length + 1}`, start });
  }

  capture(topic: string, body: unknown = { bus: '', headers: {}, message: 1, sender: 'driver' }): void {
    const seq = this.records.length + 1;
    const origin = { journal: this.#name, epoch: this.#epochs.at(-1)?.name ?? '', seq };
    const publisher = { publisher: 'driver', publisherEpoch: '', n: 0 };
    const bytes = encodeText(JSON.stringify(body));
    this.records.push({ seq, time: seq * 1000, origin, ...publisher, path: '', topic, body: bytes });
    this.#wake();
  }

  /** Puts it back to how it was after so many records. */
  restore(count: number, marks: ReadonlyMap<string, number>): void {
    this.records.length = count;
    this.#marks = new Map(marks);
    this.reopen();
  }

  get marks(): ReadonlyMap<string, number> {
    return new Map(this.#marks);
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #serve(message: VipMessage, reply: Reply): void {
    const [operation = '', text = ''] = message.args.slice(0, 2).map(decodeText);
    const body = parseLooseJson(text);
    this.asked.push({ operation, body });
    const fate = this.fate(operation);
    if (fate === 'ignore') return;
    const answer: Reply = fate === 'lose' ? () => undefined : reply;
    if (operation === 'read') this.#read(body as JournalReadRequest, answer);
    else if (operation === 'commit') {
      const { cursor, through } = body as { cursor: string; through: number };
      this.cursors.set(cursor, Math.max(through, this.cursors.get(cursor) ?? 0));
      answer('committed', {});
    } else this.#append(body as JournalSpan, message.args[2] ?? new Uint8Array(0), answer);
  }

  #epochAfter(seq: number): number {
    return this.#epochs.findLastIndex(({ start }) => start <= seq);
  }

  #read(request: JournalReadRequest, reply: Reply): void {
    const { cursor, prefixes, maxBytes, waitMs } = request;
    const after = Math.min(request.after?.seq ?? this.cursors.get(cursor) ?? 0, this.records.length);
    const taken = this.#take(after, maxBytes);
    if (taken.length === 0 && waitMs > 0) {
      const again = (): void => {
        this.#waiting.delete(again);
        this.#read(request, reply);
      };
      this.#waiting.add(again);
      return;
    }
    const wanted = taken.filter(({ topic }) => prefixes.length === 0 || prefixes.some((one) => topic.startsWith(one)));
    reply('batch', this.#span(cursor, after, taken.length), packRecords(wanted));
  }

  #take(after: number, maxBytes: number): JournalRecord[] {
    const end = this.#epochs[this.#epochAfter(after) + 1]?.start ?? this.records.length;
    const taken: JournalRecord[] = [];
    let bytes = 0;
    for (const record of this.records.slice(after, end)) {
      if (taken.length > 0 && bytes + record.body.length > maxBytes) break;
      taken.push(record);
      bytes += record.body.length;
    }
    return taken;
  }

  #span(cursor: string, after: number, count: number): JournalSpan {
    const index = this.#epochAfter(after);
    const { name, start } = this.#epochs[index] ?? { name: '', start: 0 };
    const before = this.#epochs[index - 1];
    return {
      stream: `${this.#name}/${cursor}`,
      epoch: name,
      prev: before === undefined ? null : { epoch: before.name, last: start },
      after,
      through: after + count,
      encoding: 'packed',
      instance: this.#name,
    };
  }

  #append(span: JournalSpan, packed: Uint8Array, reply: Reply): void {
    const key = (epoch: string): string => `${span.stream} ${epoch}`;
    const previous = span.prev === null ? undefined : this.#marks.get(key(span.prev.epoch));
    const start = this.#marks.get(key(span.epoch)) ?? (span.prev === null ? 0 : previous);
    if (start === undefined || span.after > start) {
      const epoch = this.#marks.has(key(span.epoch)) || span.prev === null ? span.epoch : span.prev.epoch;
      reply('gap', { epoch, expected: start ?? 0 });
      return;
    }
    for (const record of unpackRecords(packed)) {
      if (record.seq > start) this.records.push({ ...record, seq: this.records.length + 1 });
    }
    const through = Math.max(start, span.through);
    this.#marks.set(key(span.epoch), through);
    this.#wake();
    reply('through', { through });
  }
}
