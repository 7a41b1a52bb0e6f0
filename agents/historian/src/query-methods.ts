import { t } from '@volttron-ts/agent';
import type { Rpc } from '@volttron-ts/agent';
import { QueryAggregateError, QuerySyntaxError, QueryTopicError } from '@volttron-ts/history';
import type { HistoryStore, QueryArguments } from '@volttron-ts/history';

const anything = (title: string): ReturnType<typeof t.Unknown> => t.Unknown({ title, default: null });
const none = t.Tuple([]);

/** The arguments of `query` in the order in which Python takes them (reference/agents-cli.md §1.9). */
const names = ['topic', 'start', 'end', 'agg_type', 'agg_period', 'skip', 'count', 'order'] as const;

/** Python's callers know a wrong argument by TypeError or ValueError, and by the text. */
async function asPython<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof QueryTopicError || error instanceof QueryAggregateError) {
      throw new TypeError(error.message, { cause: error });
    }
    if (error instanceof QuerySyntaxError) throw new RangeError(error.message, { cause: error });
    throw error;
  }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Lets others query a store, with Python's arguments and results. */
export function exportQueries(rpc: Rpc, store: HistoryStore): void {
  rpc.export('query', {
    params: t.Tuple(names.map(anything)),
    description: 'Values of one topic or several, by time.',
    // The store checks each of them.
    call: (args) =>
      asPython(store.query(Object.fromEntries(names.map((name, index) => [name, args[index]])) as QueryArguments)),
  });
  rpc.export('get_topic_list', {
    params: none,
    description: 'Names of all topics.',
    call: () => store.topicList(),
  });
  rpc.export('get_topics_by_pattern', {
    params: t.Tuple([t.String({ title: 'topic_pattern' })]),
    description: 'Name and id of the topics in which a regular expression is found.',
    call: ([pattern]) => store.topicsByPattern(pattern),
  });
  rpc.export('get_topics_metadata', {
    params: t.Tuple([anything('topics')]),
    description: 'Metadata of one topic or several.',
    call: ([topics]) => {
      if (typeof topics === 'string' || isTexts(topics)) return asPython(store.topicsMetadata(topics));
      throw new RangeError('Please provide a valid topic name or topic_list');
    },
  });
  rpc.export('get_version', {
    params: none,
    description: 'Version of the historian whose methods and tables these are.',
    call: () => store.version,
  });
}
