import { RouteExpressionError } from '../../errors.ts';
import { compileExpression } from './expression-program.ts';
import type { Program } from './expression-program.ts';
import { parseExpression } from './expression-parser.ts';
import type { ExpressionNode } from './expression-parser.ts';

/** Longer expressions are refused. */
export const EXPRESSION_LIMIT = 256;
/** Longer paths match no expression. */
const PATH_LIMIT = 1024;

/**
 * A regular expression of an agent for paths, with the meaning of Python's `re.match`: from the path's beginning, not
 * necessarily to its end. All places in it are followed at once, so that matching takes at most steps × characters,
 * whatever the expression: nothing back-tracks. What cannot be matched this way (back-references, look-around) is refused.
 */
export class RouteExpression {
  readonly source: string;
  /** The text that every path it matches begins with. */
  readonly prefix: string;
  readonly #program: Program;

  /** Throws RouteExpressionError. */
  constructor(source: string) {
    if (source.length > EXPRESSION_LIMIT) {
      throw new RouteExpressionError(
        source.slice(0, EXPRESSION_LIMIT),
        `it is longer than ${EXPRESSION_LIMIT} characters`,
      );
    }
    const node = parseExpression(source);
    this.source = source;
    this.prefix = literalPrefix(node);
    this.#program = compileExpression(source, node);
  }

  matches(path: string): boolean {
    return path.length <= PATH_LIMIT && this.#program.matches(path);
  }
}

function literalPrefix(node: ExpressionNode): string {
  const items = node.kind === 'sequence' ? node.items : [node];
  let prefix = '';
  for (const item of items) {
    if (item.kind === 'literal') prefix += item.text;
    else if (item.kind !== 'start') break;
  }
  return prefix;
}
