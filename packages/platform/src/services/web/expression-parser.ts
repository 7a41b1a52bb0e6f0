import { RouteExpressionError } from '../../errors.ts';

/** What a regular expression consists of. */
export type ExpressionNode =
  | { readonly kind: 'literal'; readonly text: string }
  /** One character of a class. */
  | { readonly kind: 'class'; readonly matches: (character: string) => boolean }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly items: readonly ExpressionNode[] }
  | { readonly kind: 'either'; readonly items: readonly ExpressionNode[] }
  | ({ readonly kind: 'repeat'; readonly item: ExpressionNode } & Range);

const COUNT = /^\{(?:(\d{1,4})|(\d{0,4}),(\d{0,4}))\}/;
const GROUP = /^\((?:\?:|\?P?<[A-Za-z_]\w*>)?/;
const CLASS = /^\[(\^?)(\]?(?:[^\]\\]|\\.)*)\]/s;

interface Range {
  readonly least: number;
  readonly most: number;
}

const signs: ReadonlyMap<string, Range> = new Map([
  ['*', { least: 0, most: Infinity }],
  ['+', { least: 1, most: Infinity }],
  ['?', { least: 0, most: 1 }],
]);

/** Reads an expression of Python's common syntax. Throws RouteExpressionError. */
export function parseExpression(source: string): ExpressionNode {
  return new Parser(source).whole();
}

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): ExpressionNode {
    const node = this.#either();
    if (this.#at < this.#source.length) throw this.#wrong('a ")" closes nothing');
    return node;
  }

  #either(): ExpressionNode {
    const items = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at++;
      items.push(this.#sequence());
    }
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: 'either', items };
  }

  #sequence(): ExpressionNode {
    const items: ExpressionNode[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? '')) {
      items.push(this.#repeated(this.#atom()));
    }
    return { kind: 'sequence', items };
  }

  #atom(): ExpressionNode {
    const character = this.#source[this.#at] ?? '';
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw this.#wrong(`"${character}" repeats nothing`);
      default:
        this.#at++;
        return plain(character);
    }
  }

  #group(): ExpressionNode {
    const [opening = '('] = GROUP.exec(this.#rest()) ?? [];
    this.#at += opening.length;
    if (this.#source[this.#at] === '?') throw this.#wrong('look-around, flags and conditions are not taken');
    const node = this.#either();
    if (this.#source[this.#at] !== ')') throw this.#wrong('a "(" is not closed');
    this.#at++;
    return node;
  }

  #class(): ExpressionNode {
    const [whole, negated = '', inside = ''] = CLASS.exec(this.#rest()) ?? [];
    if (whole === undefined) throw this.#wrong('a "[" is not closed');
    this.#at += whole.length;
    return this.#oneOf(`[${negated}${inside.replace(/^\]/, '\\]')}]`);
  }

  #escape(): ExpressionNode {
    const character = this.#source[this.#at + 1];
    if (character === undefined) throw this.#wrong('it ends with a backslash');
    this.#at += 2;
    if ('dDwWsS'.includes(character)) return this.#oneOf(`\\${character}`);
    if (character === 'A') return { kind: 'start' };
    if (character === 'Z') return { kind: 'end' };
    if (/[1-9]/.test(character)) throw this.#wrong('references back to a group are not taken');
    if (/[A-Za-z0]/.test(character)) throw this.#wrong(`"\\${character}" is not taken`);
    return { kind: 'literal', text: character };
  }

  #oneOf(text: string): ExpressionNode {
    try {
      const expression = new RegExp(`^${text}$`);
      return { kind: 'class', matches: (character) => expression.test(character) };
    } catch {
      throw this.#wrong(`"${text}" is no class of characters`);
    }
  }

  #repeated(item: ExpressionNode): ExpressionNode {
    const range = this.#count();
    if (range === undefined) return item;
    if (item.kind === 'start' || item.kind === 'end') throw this.#wrong('a beginning or end cannot be repeated');
    if (this.#source[this.#at] === '?') this.#at++;
    if (this.#count() !== undefined) throw this.#wrong('a repetition cannot be repeated without brackets');
    return { kind: 'repeat', item, ...range };
  }

  #count(): Range | undefined {
    const sign = signs.get(this.#source[this.#at] ?? '');
    if (sign !== undefined) {
      this.#at++;
      return sign;
    }
    const [whole, exactly, least = '', most = ''] = COUNT.exec(this.#rest()) ?? [];
    if (whole === undefined || whole === '{,}') return undefined;
    this.#at += whole.length;
    if (exactly !== undefined) return { least: Number(exactly), most: Number(exactly) };
    const range = { least: Number(least), most: most === '' ? Infinity : Number(most) };
    if (range.least > range.most) throw this.#wrong(`${whole} ends before it begins`);
    return range;
  }

  #rest(): string {
    return this.#source.slice(this.#at);
  }

  #wrong(why: string): RouteExpressionError {
    return new RouteExpressionError(this.#source, `${why} (at character ${this.#at + 1})`);
  }
}

function plain(character: string): ExpressionNode {
  if (character === '.') return { kind: 'class', matches: (one) => one !== '\n' };
  if (character === '^') return { kind: 'start' };
  if (character === '$') return { kind: 'end' };
  return { kind: 'literal', text: character };
}
