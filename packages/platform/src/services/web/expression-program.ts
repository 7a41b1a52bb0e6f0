import { RouteExpressionError } from '../../errors.ts';
import type { ExpressionNode } from './expression-parser.ts';

/** Steps that an expression may have, with its counted repetitions written out. */
const STEP_LIMIT = 500;
const ASCII = 128;

interface Take {
  readonly kind: 'take';
  /** What `matches` says of the characters below 128. */
  readonly ascii: Uint8Array;
  readonly matches: (character: string) => boolean;
}

/** Goes on at both places. */
interface Fork {
  readonly kind: 'fork';
  one: number;
  other: number;
}

type Step = Take | Fork | { readonly kind: 'start' | 'end' | 'match' };

/** The steps of an expression (Thompson's construction). */
export class Program {
  readonly #steps: readonly Step[];
  /** Of each step, the character at which it was reached last. */
  readonly #seen: Int32Array;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#seen = new Int32Array(steps.length);
  }

  /** Whether a beginning of the text matches. */
  matches(text: string): boolean {
    this.#seen.fill(-1);
    let places: number[] = [];
    if (this.#reach(0, 0, text, places)) return true;
    for (let at = 0; at < text.length && places.length > 0; at++) {
      const code = text.charCodeAt(at);
      const next: number[] = [];
      for (const place of places) {
        const step = this.#steps[place];
        if (step?.kind !== 'take' || !takes(step, code)) continue;
        if (this.#reach(place + 1, at + 1, text, next)) return true;
      }
      places = next;
    }
    return false;
  }

  /** Adds the characters' steps that can be reached from a step without a character; true when the end is one of them. */
  #reach(from: number, at: number, text: string, places: number[]): boolean {
    const stack = [from];
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      if (this.#seen[place] === at) continue;
      this.#seen[place] = at;
      const step = this.#steps[place];
      if (step?.kind === 'match') return true;
      if (step?.kind === 'take') places.push(place);
      else if (step?.kind === 'fork') stack.push(step.one, step.other);
      else if (step?.kind === 'start' ? at === 0 : at === text.length) stack.push(place + 1);
    }
    return false;
  }
}

/** Throws RouteExpressionError when it is too long. */
export function compileExpression(source: string, node: ExpressionNode): Program {
  return new Compiler(source).program(node);
}

class Compiler {
  readonly #source: string;
  readonly #steps: Step[] = [];
  /** What was written, parts without a step included: an empty group may be repeated too. */
  #work = 0;

  constructor(source: string) {
    this.#source = source;
  }

  program(node: ExpressionNode): Program {
    this.#emit(node);
    this.#add({ kind: 'match' });
    return new Program(this.#steps);
  }

  #emit(node: ExpressionNode): void {
    if (++this.#work > 4 * STEP_LIMIT) throw this.#tooLong();
    switch (node.kind) {
      case 'literal':
        this.#add(takeStep((character) => character === node.text));
        return;
      case 'class':
        this.#add(takeStep(node.matches));
        return;
      case 'sequence':
        for (const item of node.items) this.#emit(item);
        return;
      case 'either':
        this.#emitEither(node.items);
        return;
      case 'repeat':
        this.#emitRepeat(node.item, node.least, node.most);
        return;
      default:
        this.#add({ kind: node.kind });
    }
  }

  #emitEither(items: readonly ExpressionNode[]): void {
    const ends: Fork[] = [];
    for (const [index, item] of items.entries()) {
      const isLast = index === items.length - 1;
      const before = isLast ? undefined : this.#fork();
      this.#emit(item);
      if (!isLast) ends.push(this.#fork());
      if (before !== undefined) before.other = this.#steps.length;
    }
    for (const end of ends) end.one = end.other = this.#steps.length;
  }

  #emitRepeat(item: ExpressionNode, least: number, most: number): void {
    for (let count = 0; count < least; count++) this.#emit(item);
    if (most === Infinity) {
      const start = this.#steps.length;
      const before = this.#fork();
      this.#emit(item);
      const back = this.#fork();
      back.one = back.other = start;
      before.other = this.#steps.length;
      return;
    }
    const forks: Fork[] = [];
    for (let count = least; count < most; count++) {
      forks.push(this.#fork());
      this.#emit(item);
    }
    for (const before of forks) before.other = this.#steps.length;
  }

  /** Goes on with the next step, until told where else. */
  #fork(): Fork {
    const next = this.#steps.length + 1;
    const step: Fork = { kind: 'fork', one: next, other: next };
    this.#add(step);
    return step;
  }

  #add(step: Step): void {
    if (this.#steps.length >= STEP_LIMIT) throw this.#tooLong();
    this.#steps.push(step);
  }

  #tooLong(): RouteExpressionError {
    return new RouteExpressionError(this.#source, `written out, it has more than ${STEP_LIMIT} steps`);
  }
}

function takeStep(matches: (character: string) => boolean): Take {
  const ascii = Uint8Array.from({ length: ASCII }, (_, code) => Number(matches(String.fromCharCode(code))));
  return { kind: 'take', ascii, matches };
}

const takes = (step: Take, code: number): boolean =>
  code < ASCII ? step.ascii[code] === 1 : step.matches(String.fromCharCode(code));
