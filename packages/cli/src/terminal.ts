import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { EndOfInputError } from './errors.ts';

export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: { write(text: string): unknown };
  readonly errors: { write(text: string): unknown };
}

/** What the operator reads and answers. Input may be a file: every line answers one question. */
export class Terminal {
  /** Whether questions stay out of the output, which is one JSON value. */
  asksAside = false;
  readonly #streams: TerminalStreams;
  #lines: { readonly reader: Interface; readonly next: AsyncIterator<string> } | undefined;

  constructor(streams: TerminalStreams) {
    this.#streams = streams;
  }

  write(text: string): void {
    this.#streams.output.write(text);
  }

  complain(text: string): void {
    this.#streams.errors.write(text);
  }

  /** Writes a question or what belongs to one. */
  prompt(text: string): void {
    if (this.asksAside) this.complain(text);
    else this.write(text);
  }

  /** Asks, and answers the line without blanks around it. Throws EndOfInputError. */
  async ask(question: string): Promise<string> {
    return (await this.#answer(question)).trim();
  }

  /** Asks without showing what is typed; from a file, as any question. Throws EndOfInputError. */
  async askSecret(question: string): Promise<string> {
    const { input } = this.#streams;
    if (!('isTTY' in input) || input.isTTY !== true) return this.#answer(question);
    this.#lines?.reader.close();
    this.#lines = undefined;
    const typed = readHidden(input);
    // Whoever sees the question may type: by now nothing is echoed.
    this.prompt(question);
    const answer = await typed;
    this.prompt('\n');
    if (answer === undefined) throw ended(question);
    return answer;
  }

  /** Everything in the input, to its end. */
  readAll(): Promise<string> {
    return text(this.#streams.input);
  }

  /** Asks until the answer is yes or no; an empty one is yes. Throws EndOfInputError. */
  async agrees(question: string): Promise<boolean> {
    for (;;) {
      const answer = (await this.ask(`${question} [Y/n] `)).toLowerCase();
      if (['', 'y', 'ye', 'yes'].includes(answer)) return true;
      if (['n', 'no'].includes(answer)) return false;
      this.complain("Please respond with 'yes' or 'no'\n");
    }
  }

  close(): void {
    this.#lines?.reader.close();
  }

  async #answer(question: string): Promise<string> {
    this.prompt(question);
    this.#lines ??= this.#read();
    const line = await this.#lines.next.next();
    if (line.done !== true) return line.value;
    this.prompt('\n');
    throw ended(question);
  }

  #read(): { reader: Interface; next: AsyncIterator<string> } {
    const reader = createInterface({ input: this.#streams.input, terminal: false });
    return { reader, next: reader[Symbol.asyncIterator]() };
  }
}

const ended = (question: string): EndOfInputError => new EndOfInputError(question.replace(/[:\s]+$/, ''));

/** A line of a terminal in whose place nothing is shown; undefined when it is given up (^C, ^D). */
function readHidden(input: NodeJS.ReadableStream): Promise<string | undefined> {
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const reader = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  return new Promise((resolve) => {
    reader.once('line', (line) => {
      resolve(line);
      reader.close();
    });
    reader.once('close', () => {
      resolve(undefined);
    });
    reader.once('SIGINT', () => {
      reader.close();
    });
  });
}
