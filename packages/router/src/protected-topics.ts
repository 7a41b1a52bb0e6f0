import { checker, compileExpression, parseLooseJson, t, VipError } from '@volttron-ts/vip-core';
import { ProtectedTopicsInvalidError } from './errors.ts';
import { pythonText } from './python-text.ts';
import type { TopicGuard } from './topic-guard.ts';

/** A topic, a beginning of topics or `/expression/`, and what one needs to use them. */
export interface TopicRule {
  readonly topic: string;
  readonly capabilities: readonly string[];
}

/** What `protected_topics.json` says; plain data that crosses threads. */
export interface ProtectedTopicRules {
  /** A publisher needs all of a rule's capabilities. */
  readonly write: readonly TopicRule[];
  /** A subscriber needs one of them; ours, the original knows only `write-protect`. */
  readonly read: readonly TopicRule[];
}

export const noProtectedTopics: ProtectedTopicRules = { write: [], read: [] };

const asTable = checker(
  t.Object({
    'write-protect': t.Array(t.Unknown(), { default: [] }),
    'read-protect': t.Array(t.Unknown(), { default: [] }),
  }),
);

/**
 * Reads the text of `protected_topics.json` (reference/vip-zmq.md §2.7.6); an empty one protects nothing. Entries that
 * are no rule are left out and named in `problems`. Throws ProtectedTopicsInvalidError.
 */
export function readProtectedTopics(text: string): { rules: ProtectedTopicRules; problems: string[] } {
  if (text.trim() === '') return { rules: noProtectedTopics, problems: [] };
  const problems: string[] = [];
  const table = parseTable(text);
  const read = (name: keyof typeof table): TopicRule[] =>
    table[name].flatMap((entry, index) => {
      const rule = asRule(entry);
      if (typeof rule !== 'string') return [rule];
      problems.push(`Entry ${index} of "${name}" is left out: ${rule}.`);
      return [];
    });
  return { rules: { write: read('write-protect'), read: read('read-protect') }, problems };
}

function parseTable(text: string): ReturnType<typeof asTable> {
  try {
    return asTable(parseLooseJson(text), 'the table of protected topics');
  } catch (error) {
    if (!(error instanceof VipError)) throw error;
    throw new ProtectedTopicsInvalidError(error.message.replace(/\.$/, ''), error);
  }
}

/** The rule, or what is wrong with it. */
function asRule(entry: unknown): TopicRule | string {
  if (typeof entry !== 'object' || entry === null) return 'it is no object';
  const { topic, capabilities } = entry as Record<string, unknown>;
  if (typeof topic !== 'string') return 'its "topic" is no text';
  const names: unknown = typeof capabilities === 'string' ? [capabilities] : capabilities;
  if (!isTexts(names) || names.length === 0) return 'its "capabilities" are neither a name nor an array of names';
  try {
    expressionOf(topic);
  } catch (error) {
    return `${topic} is no expression (${error instanceof Error ? error.message : String(error)})`;
  }
  return { topic, capabilities: names };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Longer topics count as matched by every expression: the time it takes to look is the publisher's to choose. */
const MAX_LOOKED_AT = 4096;

/** What `/expression/` matches as a whole, in linear time; undefined for any other text. Throws SyntaxError. */
function expressionOf(topic: string): ((topic: string) => boolean) | undefined {
  if (topic.length < 2 || !topic.startsWith('/') || !topic.endsWith('/')) return undefined;
  const matches = compileExpression(topic.slice(1, -1));
  return (text) => text.length > MAX_LOOKED_AT || matches(text);
}

const CACHE_SIZE = 10_000;

/** Finds the rule of a topic as the original does: equal, else the first beginning, else the first expression. */
class RuleTable {
  readonly #exact: ReadonlyMap<string, TopicRule>;
  readonly #literal: readonly TopicRule[];
  readonly #expressions: readonly { readonly matches: (topic: string) => boolean; readonly rule: TopicRule }[];
  readonly #found = new Map<string, TopicRule | undefined>();
  readonly isEmpty: boolean;

  constructor(rules: readonly TopicRule[]) {
    const expressions: { matches: (topic: string) => boolean; rule: TopicRule }[] = [];
    this.#literal = rules.filter((rule) => {
      const matches = expressionOf(rule.topic);
      if (matches !== undefined) expressions.push({ matches, rule });
      return matches === undefined;
    });
    this.#expressions = expressions;
    this.#exact = new Map(this.#literal.map((rule) => [rule.topic, rule]));
    this.isEmpty = rules.length === 0;
  }

  of(topic: string): TopicRule | undefined {
    if (this.isEmpty) return undefined;
    const known = this.#found.get(topic);
    if (known !== undefined || this.#found.has(topic)) return known;
    const rule = this.literalOf(topic) ?? this.#expressions.find(({ matches }) => matches(topic))?.rule;
    if (this.#found.size >= CACHE_SIZE) this.#found.clear();
    this.#found.set(topic, rule);
    return rule;
  }

  /** Rules of topics that start with the text. */
  under(text: string): readonly TopicRule[] {
    return this.#literal.filter(({ topic }) => topic.startsWith(text));
  }

  /** Rules that are a beginning hold for every topic that starts with the text, too. */
  literalOf(text: string): TopicRule | undefined {
    return this.#exact.get(text) ?? this.#literal.find(({ topic }) => text.startsWith(topic));
  }
}

type Held = Readonly<Record<string, unknown>>;

/** The rules, and who holds what they ask for; plain data that crosses threads. */
export interface ProtectedTopicsSnapshot {
  readonly rules: ProtectedTopicRules;
  /** Users with any of the rules' capabilities: capability → its limits, which do not matter here. */
  readonly holders: Readonly<Record<string, Held>>;
}

/** A snapshot of the rules with those of all users' capabilities that they ask for. */
export function snapshotTopics(
  rules: ProtectedTopicRules,
  capabilities: () => Readonly<Record<string, Held>>,
): ProtectedTopicsSnapshot {
  const asked = new Set([...rules.write, ...rules.read].flatMap((rule) => rule.capabilities));
  if (asked.size === 0) return { rules, holders: {} };
  const holders: [string, Held][] = [];
  for (const [user, held] of Object.entries(capabilities())) {
    const some = Object.entries(held).filter(([name]) => asked.has(name));
    if (some.length > 0) holders.push([user, Object.fromEntries(some)]);
  }
  return { rules, holders: Object.fromEntries(holders) };
}

const unprotected: ProtectedTopicsSnapshot = { rules: noProtectedTopics, holders: {} };

/** Guards topics by the capabilities of users. */
export class ProtectedTopics implements TopicGuard {
  #write: RuleTable;
  #read: RuleTable;
  #holders: ReadonlyMap<string, Held>;

  constructor({ rules, holders }: ProtectedTopicsSnapshot = unprotected) {
    this.#write = new RuleTable(rules.write);
    this.#read = new RuleTable(rules.read);
    this.#holders = new Map(Object.entries(holders));
  }

  /** Takes a new snapshot in place of the one there was. */
  update({ rules, holders }: ProtectedTopicsSnapshot): void {
    this.#write = new RuleTable(rules.write);
    this.#read = new RuleTable(rules.read);
    this.#holders = new Map(Object.entries(holders));
  }

  #of(user: string): Held {
    return this.#holders.get(user) ?? {};
  }

  get protectsWriting(): boolean {
    return !this.#write.isEmpty;
  }

  get protectsReading(): boolean {
    return !this.#read.isEmpty;
  }

  publishRefusal(user: string, topic: string): string | undefined {
    const rule = this.#write.of(topic);
    if (rule === undefined) return undefined;
    const held = this.#of(user);
    return rule.capabilities.every((name) => Object.hasOwn(held, name))
      ? undefined
      : refusal('publish', topic, rule, held);
  }

  subscribeRefusal(user: string, prefix: string): string | undefined {
    const rule = this.#read.literalOf(prefix);
    if (rule === undefined) return undefined;
    const held = this.#of(user);
    const mayReceiveSome = this.#read.under(prefix).some((one) => hasOneOf(held, one));
    return mayReceiveSome || hasOneOf(held, rule) ? undefined : refusal('subscribe', prefix, rule, held);
  }

  mayReceive(user: string, topic: string): boolean {
    const rule = this.#read.of(topic);
    return rule === undefined || hasOneOf(this.#of(user), rule);
  }
}

const hasOneOf = (held: Held, { capabilities }: TopicRule): boolean =>
  capabilities.some((name) => Object.hasOwn(held, name));

/** In the words of the original, which Python agents log. */
function refusal(verb: string, topic: string, { capabilities }: TopicRule, held: Held): string {
  const [needed, had] = [pythonText(capabilities), pythonText(held)];
  return `to ${verb} to topic "${topic}" requires capabilities ${needed}, but capability list ${had} was provided`;
}
