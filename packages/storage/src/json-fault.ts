/** Where a text stops being JSON; line and column count from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

/** RFC 8259 tokens, each tried at one place only. */
const space = /[ \t\n\r]*/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const stringBody = /(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/**
 * Finds the first place where `text` is not JSON, undefined if it is. `JSON.parse` names a position only sometimes,
 * and quotes an excerpt (perhaps a secret) at other times.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const scan = new Scan(text);
  const problem = scan.document();
  return problem === undefined ? undefined : { ...placeOf(text, scan.at), problem };
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** What may stand next; the stack of open brackets is explicit, so that depth cannot overflow the call stack. */
type Expecting = 'value' | 'first-element' | 'first-key' | 'key' | 'after-value';

class Scan {
  at = 0;
  readonly #text: string;
  readonly #open: ('[' | '{')[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  document(): string | undefined {
    let expecting: Expecting | { problem: string } = 'value';
    for (;;) {
      this.#match(space);
      if (this.at === this.#text.length) {
        return expecting === 'after-value' && this.#open.length === 0 ? undefined : 'the text ends too early';
      }
      expecting = this.#step(expecting);
      if (typeof expecting === 'object') return expecting.problem;
    }
  }

  #step(expecting: Expecting): Expecting | { problem: string } {
    switch (expecting) {
      case 'value':
        return this.#value();
      case 'first-element':
        return this.#take(']') ? this.#close() : this.#value();
      case 'first-key':
        return this.#take('}') ? this.#close() : this.#key();
      case 'key':
        return this.#key();
      case 'after-value':
        return this.#afterValue();
    }
  }

  #value(): Expecting | { problem: string } {
    if (this.#take('{')) return this.#enter('{');
    if (this.#take('[')) return this.#enter('[');
    if (this.#take('"')) return this.#string() ?? 'after-value';
    return this.#match(scalar) > 0 ? 'after-value' : this.#unexpected('a value');
  }

  #key(): Expecting | { problem: string } {
    if (!this.#take('"')) return this.#unexpected('a name in double quotes');
    const problem = this.#string();
    if (problem !== undefined) return problem;
    this.#match(space);
    return this.#take(':') ? 'value' : this.#unexpected('":"');
  }

  #afterValue(): Expecting | { problem: string } {
    const bracket = this.#open.at(-1);
    if (bracket === undefined) return this.#unexpected('the end');
    if (this.#take(',')) return bracket === '{' ? 'key' : 'value';
    const closing = bracket === '{' ? '}' : ']';
    return this.#take(closing) ? this.#close() : this.#unexpected(`"," or "${closing}"`);
  }

  #enter(bracket: '[' | '{'): Expecting {
    this.#open.push(bracket);
    return bracket === '{' ? 'first-key' : 'first-element';
  }

  #close(): Expecting {
    this.#open.pop();
    return 'after-value';
  }

  /** After the opening quote; undefined when the string is whole. */
  #string(): { problem: string } | undefined {
    this.#match(stringBody);
    if (this.#take('"')) return undefined;
    return this.#unexpected(this.#text[this.at] === '\\' ? 'a known escape' : 'a closing quote');
  }

  #unexpected(wanted: string): { problem: string } {
    const found = this.#text[this.at];
    return {
      problem: found === undefined ? 'the text ends too early' : `${JSON.stringify(found)} instead of ${wanted}`,
    };
  }

  #take(character: string): boolean {
    if (this.#text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  #match(token: RegExp): number {
    token.lastIndex = this.at;
    const length = token.exec(this.#text)?.[0].length ?? 0;
    this.at += length;
    return length;
  }
}
