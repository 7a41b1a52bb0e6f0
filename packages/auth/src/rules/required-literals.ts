/**
 * The texts of which every match of an expression contains at least one; undefined when there are none, or when the
 * expression uses something this reader does not know. It never claims too much: what is claimed wrongly would keep a
 * peer out.
 */
export function requiredLiterals(expression: string): readonly string[] | undefined {
  if (expression.length > MAX_EXPRESSION) return undefined;
  const reader = new Reader(expression);
  const found = reader.alternatives();
  return reader.isWhole && found?.every((text) => text.length >= MIN_LITERAL) ? found : undefined;
}

/** Shorter ones tell too little. */
export const MIN_LITERAL = 2;

/** More than these are no help. */
const MAX_ALTERNATIVES = 64;
/** Groups within groups are read by recursion. */
const MAX_EXPRESSION = 2048;

const LITERAL_ESCAPES = /^[^A-Za-z0-9]$/;
const CLASS_ESCAPES = new Set(['d', 'D', 'w', 'W', 's', 'S', 'b', 'B']);

/** Something of which one must be in the text; `plain` says that the part is just this text. */
interface Part {
  readonly literals: readonly string[] | undefined;
  readonly plain: boolean;
}

const NOTHING: Part = { literals: undefined, plain: false };

/** Reads the common ground of Python's and JavaScript's expressions; anything else ends it. */
class Reader {
  readonly #text: string;
  #at = 0;
  #failed = false;

  constructor(text: string) {
    this.#text = text;
  }

  get isWhole(): boolean {
    return !this.#failed && this.#at === this.#text.length;
  }

  /** `a|b|c`: the literals of all, if all have some. */
  alternatives(): readonly string[] | undefined {
    const all: (readonly string[] | undefined)[] = [this.#sequence()];
    while (this.#take('|')) all.push(this.#sequence());
    const found = all.flatMap((one) => one ?? []);
    return all.includes(undefined) || found.length > MAX_ALTERNATIVES ? undefined : found;
  }

  /** Of several parts in a row any one will do: the longest. */
  #sequence(): readonly string[] | undefined {
    let best: readonly string[] | undefined;
    let run = '';
    const offer = (literals: readonly string[] | undefined): void => {
      if (literals !== undefined && shortest(literals) > shortest(best)) best = literals;
    };
    while (!this.#failed && this.#at < this.#text.length && !'|)'.includes(this.#peek())) {
      const part = this.#part();
      if (part.plain) run += part.literals?.[0] ?? '';
      else {
        offer([run]);
        run = '';
        offer(part.literals);
      }
    }
    offer([run]);
    return shortest(best) > 0 ? best : undefined;
  }

  /** One atom with its quantifier. */
  #part(): Part {
    const atom = this.#atom();
    const least = this.#quantifier();
    if (least === undefined) return atom;
    return least > 0 ? { literals: atom.literals, plain: false } : NOTHING;
  }

  #atom(): Part {
    const character = this.#next();
    if (character === '(') return this.#group();
    if (character === '[') return this.#class();
    if (character === '\\') return this.#escape();
    if ('.^$'.includes(character)) return NOTHING;
    if ('*+?{}])'.includes(character)) return this.#fail();
    return { literals: [character], plain: true };
  }

  #escape(): Part {
    const character = this.#next();
    if (CLASS_ESCAPES.has(character)) return NOTHING;
    return LITERAL_ESCAPES.test(character) ? { literals: [character], plain: true } : this.#fail();
  }

  #group(): Part {
    if (this.#peek() === '?' && !this.#groupKind()) return this.#fail();
    const literals = this.alternatives();
    return this.#take(')') ? { literals, plain: false } : this.#fail();
  }

  /** `(?:…)`, `(?<name>…)` and `(?P<name>…)`; what looks around or sets flags is not known. */
  #groupKind(): boolean {
    const kind = /^\?(?::|P?<[A-Za-z_]\w*>)/.exec(this.#text.slice(this.#at, this.#at + 64))?.[0];
    this.#at += kind?.length ?? 0;
    return kind !== undefined;
  }

  #class(): Part {
    this.#take('^');
    // Python takes a bracket in first place for itself, JavaScript for the end of an empty class.
    if (this.#peek() === ']') return this.#fail();
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '[') return this.#fail();
      if (character === '\\') this.#next();
      if (character === ']') return NOTHING;
    }
  }

  /** The least number of times; undefined without a quantifier. */
  #quantifier(): number | undefined {
    const [quantifier = '', least = ''] =
      /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(this.#text.slice(this.#at, this.#at + 32)) ?? [];
    if (quantifier === '') return undefined;
    this.#at += quantifier.length;
    if (quantifier.startsWith('{')) return Number(least);
    return quantifier.startsWith('+') ? 1 : 0;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #next(): string {
    return this.#text.charAt(this.#at++);
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #fail(): Part {
    this.#failed = true;
    return NOTHING;
  }
}

const shortest = (literals: readonly string[] | undefined): number =>
  literals === undefined ? 0 : Math.min(...literals.map((text) => text.length));
