/**
 * Messages as they cross a MessagePort: one transferable block instead of a structured clone, which would copy the
 * whole memory behind every view. u32 count of messages; each: u32 count of frames, u32 lengths, bytes.
 */
export function packMessages(messages: readonly (readonly Uint8Array[])[]): ArrayBuffer {
  let size = 4;
  for (const message of messages) {
    size += 4 + 4 * message.length;
    for (const frame of message) size += frame.length;
  }
  const block = new ArrayBuffer(size);
  const bytes = new Uint8Array(block);
  const view = new DataView(block);
  view.setUint32(0, messages.length, true);
  let at = 4;
  for (const message of messages) {
    view.setUint32(at, message.length, true);
    at += 4;
    for (const frame of message) {
      view.setUint32(at, frame.length, true);
      at += 4;
    }
    for (const frame of message) {
      bytes.set(frame, at);
      at += frame.length;
    }
  }
  return block;
}

/** The messages of a block; frames are views of it. */
export function unpackMessages(block: ArrayBuffer): Uint8Array[][] {
  const view = new DataView(block);
  const messages: Uint8Array[][] = [];
  let at = 4;
  for (let left = view.getUint32(0, true); left > 0; left--) {
    const frames: Uint8Array[] = [];
    const count = view.getUint32(at, true);
    let start = at + 4 + 4 * count;
    for (let index = 0; index < count; index++) {
      const length = view.getUint32(at + 4 + 4 * index, true);
      frames.push(new Uint8Array(block, start, length));
      start += length;
    }
    messages.push(frames);
    at = start;
  }
  return messages;
}
