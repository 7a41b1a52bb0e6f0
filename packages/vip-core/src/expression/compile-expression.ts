import { readExpression } from './read-expression.ts';
import { isWordUnit } from './syntax-tree.ts';
import type { Node, Place, UnitTest } from './syntax-tree.ts';

/** A step of a program; `next` are the steps behind it. */
type Step =
  | { readonly kind: 'unit'; readonly test: UnitTest; readonly next: number }
  | { readonly kind: 'place'; readonly place: Place; readonly next: number }
  | { readonly kind: 'fork'; readonly next: number[] }
  | { readonly kind: 'match' };

/** Repetitions are written out; what would take more steps is refused. */
const MAX_STEPS = 2000;
const MAX_WRITTEN = 10 * MAX_STEPS;

const tooLong = (): SyntaxError =>
  new SyntaxError(`it takes more than ${MAX_STEPS} steps: repeat less within what is repeated`);

/**
 * Compiles an expression that is to match texts as a whole. Whatever the expression and the text, matching takes no more
 * than their lengths multiplied: Thompson's construction, all branches at once.
 *
 * @throws SyntaxError, see `readExpression`
 */
export function compileExpression(text: string): (text: string) => boolean {
  const program = new Program();
  const first = program.write(readExpression(text), program.add({ kind: 'match' }));
  return matcher(program.steps, first);
}

/** Written from behind, so that every step knows the next one. */
class Program {
  readonly steps: Step[] = [];
  /** Nodes written so far: repetitions of what is empty add no steps, and take time all the same. */
  #written = 0;

  add(step: Step): number {
    if (this.steps.length >= MAX_STEPS) throw tooLong();
    return this.steps.push(step) - 1;
  }

  /** Answers where the node begins. */
  write(node: Node, next: number): number {
    if (++this.#written > MAX_WRITTEN) throw tooLong();
    switch (node.kind) {
      case 'unit':
        return this.add({ kind: 'unit', test: node.test, next });
      case 'place':
        return this.add({ kind: 'place', place: node.place, next });
      case 'sequence':
        return node.parts.reduceRight((behind, part) => this.write(part, behind), next);
      case 'choice':
        return this.add({ kind: 'fork', next: node.options.map((option) => this.write(option, next)) });
      case 'repeat':
        return this.#repeat(node, next);
    }
  }

  #repeat({ part, least, most }: Extract<Node, { kind: 'repeat' }>, next: number): number {
    let first = next;
    if (most === Infinity) {
      const branches: number[] = [next];
      first = this.add({ kind: 'fork', next: branches });
      branches.push(this.write(part, first));
    } else {
      for (let n = least; n < most; n++) first = this.add({ kind: 'fork', next: [next, this.write(part, first)] });
    }
    for (let n = 0; n < least; n++) first = this.write(part, first);
    return first;
  }
}

function matcher(steps: readonly Step[], first: number): (text: string) => boolean {
  const match = 0;
  return (text) => {
    const reached = new Int32Array(steps.length).fill(-1);
    let live = follow(steps, [first], reached, text, 0);
    for (let at = 0; at < text.length && live.length > 0; at++) {
      const unit = text.charCodeAt(at);
      const next: number[] = [];
      for (const number of live) {
        const step = steps[number];
        if (step?.kind === 'unit' && step.test(unit)) next.push(step.next);
      }
      live = follow(steps, next, reached, text, at + 1);
    }
    return live.length > 0 && reached[match] === text.length;
  };
}

/** All steps that are reached at a place without a further unit. */
function follow(steps: readonly Step[], from: number[], reached: Int32Array, text: string, at: number): number[] {
  const found: number[] = [];
  const waiting = from;
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    if (reached[number] === at) continue;
    reached[number] = at;
    const step = steps[number];
    if (step?.kind === 'fork') waiting.push(...step.next);
    else if (step?.kind === 'place') {
      if (holds(step.place, text, at)) waiting.push(step.next);
    } else found.push(number);
  }
  return found;
}

function holds(place: Place, text: string, at: number): boolean {
  if (place === 'start') return at === 0;
  if (place === 'end') return at === text.length;
  const isEdge = isWordAt(text, at - 1) !== isWordAt(text, at);
  return isEdge === (place === 'edge');
}

const isWordAt = (text: string, at: number): boolean => at >= 0 && at < text.length && isWordUnit(text.charCodeAt(at));
