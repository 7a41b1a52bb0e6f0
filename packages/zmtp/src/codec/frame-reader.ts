import { ProtocolError } from '../errors.ts';

export const more = 1;
export const long = 2;
export const command = 4;

/** Bytes of the longest frame header. */
export const longHeader = 9;
const empty = Buffer.alloc(0);
/** First room of a frame that spans chunks, where it is not shorter. */
const growth = 65_536;

/**
 * Cuts received chunks into frames without copying: a body is a view of its chunk, and only a frame that spans chunks is
 * put together, once. Pull: `feed` one chunk, then call `next` until it answers false.
 */
export class FrameReader {
  /** Of the frame that `next` found. */
  flags = 0;
  body: Buffer = empty;
  /** Largest body accepted, in bytes; checked before anything is kept for it. */
  limit: number;

  private chunk: Buffer = empty;
  private offset = 0;
  /** The first `kept` bytes are those of a frame that began in an earlier chunk, header included. */
  private partial: Buffer = empty;
  private kept = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Only when `next` has answered false. */
  feed(chunk: Buffer): void {
    this.chunk = chunk;
    this.offset = 0;
  }

  /** Whether bytes of an unfinished or unread frame are here. */
  get pending(): boolean {
    return this.kept > 0 || this.offset < this.chunk.length;
  }

  next(): boolean {
    if (this.kept > 0) return this.nextSpanning();
    const { chunk, offset } = this;
    const available = chunk.length - offset;
    const flags = chunk[offset];
    if (flags === undefined) return false;
    const header = (flags & long) === 0 ? 2 : longHeader;
    if (available < header) {
      this.check(flags, 0);
      return this.keepRest();
    }
    const length = header === 2 ? (chunk[offset + 1] ?? 0) : readLength(chunk, offset + 1);
    this.check(flags, length);
    if (available < header + length) return this.keepRest();
    this.flags = flags;
    this.body = chunk.subarray(offset + header, offset + header + length);
    this.offset = offset + header + length;
    return true;
  }

  private check(flags: number, length: number): void {
    if ((flags & ~7) !== 0 || (flags & 5) === 5) throw new ProtocolError('the flags of a frame are wrong', flags);
    if (length > this.limit) {
      throw new ProtocolError(`a frame of ${length} bytes is above the limit of ${this.limit}`, length);
    }
  }

  private keepRest(): false {
    this.collect(this.chunk.length - this.offset);
    return false;
  }

  /** Moves bytes of the chunk to the partial frame until it has `wanted`; room grows with what arrives, not with what is announced. */
  private collect(wanted: number): boolean {
    const take = Math.min(wanted - this.kept, this.chunk.length - this.offset);
    if (take > 0) {
      if (this.partial.length < this.kept + take) {
        const room = Math.max(this.kept + take, Math.min(wanted, Math.max(this.kept * 2, growth)));
        const grown = Buffer.allocUnsafe(room);
        this.partial.copy(grown, 0, 0, this.kept);
        this.partial = grown;
      }
      this.chunk.copy(this.partial, this.kept, this.offset, this.offset + take);
      this.kept += take;
      this.offset += take;
    }
    return this.kept >= wanted;
  }

  private nextSpanning(): boolean {
    const header = ((this.partial[0] ?? 0) & long) === 0 ? 2 : longHeader;
    if (!this.collect(header)) return false;
    const { partial } = this;
    const flags = partial[0] ?? 0;
    const length = header === 2 ? (partial[1] ?? 0) : readLength(partial, 1);
    this.check(flags, length);
    if (!this.collect(header + length)) return false;
    this.flags = flags;
    this.body = this.partial.subarray(header, header + length);
    this.partial = empty;
    this.kept = 0;
    return true;
  }
}

/** Lengths above 2^53 lose precision, and are above every limit anyway. */
function readLength(bytes: Buffer, offset: number): number {
  return bytes.readUInt32BE(offset) * 0x1_0000_0000 + bytes.readUInt32BE(offset + 4);
}
