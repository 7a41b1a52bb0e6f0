import { anyUnit, classEscapes, controlEscapes, isUnit, not, oneOf, placeEscapes } from './syntax-tree.ts';
import type { Node, UnitTest } from './syntax-tree.ts';

/** Longer expressions are refused. */
const MAX_LENGTH = 2048;

/**
 * Reads the common ground of Python's and JavaScript's expressions.
 *
 * @throws SyntaxError with the reason, also for what takes more than linear time: back-references, and what looks around
 */
export function readExpression(text: string): Node {
  if (text.length > MAX_LENGTH) throw new SyntaxError(`an expression has ${MAX_LENGTH} characters at most`);
  // Its texts about mistakes are those that people know.
  new RegExp(text.replaceAll('(?P<', '(?<'));
  return new Reader(text).whole();
}

interface Times {
  readonly least: number;
  readonly most: number;
}

const simpleQuantifiers: ReadonlyMap<string, Times> = new Map([
  ['*', { least: 0, most: Infinity }],
  ['+', { least: 1, most: Infinity }],
  ['?', { least: 0, most: 1 }],
]);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Node {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw this.#refusal('it has a parenthesis too many');
    return node;
  }

  #choice(): Node {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#peek())) parts.push(this.#part());
    return { kind: 'sequence', parts };
  }

  #part(): Node {
    const part = this.#atom();
    const times = this.#quantifier();
    return times === undefined ? part : { kind: 'repeat', part, ...times };
  }

  /** How often the part before it; undefined without a quantifier. Greed makes no difference to a whole text. */
  #quantifier(): Times | undefined {
    const found = /^(?:[*+?]|\{(?:\d+(?:,\d*)?|,\d+)\})\??/.exec(this.#text.slice(this.#at, this.#at + 24))?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    const simple = simpleQuantifiers.get(found.charAt(0));
    if (simple !== undefined) return simple;
    const [least = '', most = least] = found.replace(/[{}?]/g, '').split(',');
    return { least: Number(least), most: most === '' ? Infinity : Number(most) };
  }

  #atom(): Node {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'unit', test: this.#class() };
      case '\\':
        return this.#escape();
      case '.':
        return { kind: 'unit', test: anyUnit };
      case '^':
        return { kind: 'place', place: 'start' };
      case '$':
        return { kind: 'place', place: 'end' };
      default:
        return { kind: 'unit', test: isUnit(character) };
    }
  }

  #group(): Node {
    if (this.#peek() === '?') {
      const name = /^\?(?::|P?<[A-Za-z_]\w*>)/.exec(this.#text.slice(this.#at, this.#at + 100))?.[0];
      if (name === undefined) throw this.#refusal(`"(${this.#text.slice(this.#at, this.#at + 2)}" is not known here`);
      this.#at += name.length;
    }
    const node = this.#choice();
    this.#take(')');
    return node;
  }

  #escape(): Node {
    const place = placeEscapes.get(this.#peek());
    if (place === undefined) return { kind: 'unit', test: this.#escaped() };
    this.#at++;
    return { kind: 'place', place };
  }

  /** What a backslash says of one unit. */
  #escaped(): UnitTest {
    const hex = /^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/.exec(this.#text.slice(this.#at, this.#at + 5))?.[0];
    if (hex !== undefined) {
      this.#at += hex.length;
      return isUnit(String.fromCharCode(Number.parseInt(hex.slice(1), 16)));
    }
    const character = this.#next();
    const control = controlEscapes.get(character);
    if (control !== undefined && !/^0\d/.test(character + this.#peek())) return isUnit(control);
    const found = classEscapes.get(character);
    if (found !== undefined) return found;
    if (/[A-Za-z0-9]/.test(character)) throw this.#refusal(`"\\${character}" is not known here`);
    return isUnit(character);
  }

  #class(): UnitTest {
    const isNegated = this.#take('^');
    // Python takes a bracket in first place for itself, JavaScript for the end of an empty class.
    if (this.#peek() === ']') throw this.#refusal('"]" at the beginning of a class is written "\\]"');
    const tests: UnitTest[] = [];
    while (!this.#take(']')) tests.push(this.#classPart());
    const any = oneOf(tests);
    return isNegated ? not(any) : any;
  }

  #classPart(): UnitTest {
    const from = this.#classUnit();
    const isRange = this.#peek() === '-' && this.#text.charAt(this.#at + 1) !== ']';
    if (!isRange || typeof from !== 'number') return typeof from === 'number' ? (unit) => unit === from : from;
    this.#at++;
    const to = this.#classUnit();
    if (typeof to !== 'number') throw this.#refusal('a range in a class ends with a character');
    return (unit) => unit >= from && unit <= to;
  }

  /** A unit, or a class within the class. */
  #classUnit(): number | UnitTest {
    const character = this.#next();
    if (character !== '\\') return character.charCodeAt(0);
    if (this.#take('b')) return 8;
    const isClass = classEscapes.has(this.#peek());
    const test = this.#escaped();
    return isClass ? test : this.#unitOf(test);
  }

  #unitOf(test: UnitTest): number {
    for (let unit = 0; unit < 0x10000; unit++) if (test(unit)) return unit;
    return 0;
  }

  #refusal(why: string): SyntaxError {
    return new SyntaxError(`Invalid expression: /${this.#text}/: ${why}`);
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
}
