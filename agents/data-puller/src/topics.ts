/** What a platform of ours keeps in its journal whatever its configuration says. */
const journalled = ['devices', 'datalogger', 'analysis', 'record'] as const;

export interface TopicReplacement {
  readonly from: string;
  readonly to: string;
}

export interface TopicConfig {
  readonly services_topic_list: readonly string[];
  readonly custom_topic_list: readonly string[];
  readonly topic_replace_list: readonly TopicReplacement[];
}

/** The fewest prefixes that cover all that are configured, so that nothing comes twice. */
export function prefixesOf({ services_topic_list: services, custom_topic_list: custom }: TopicConfig): string[] {
  const all = [...services, ...custom].flatMap((prefix) => (prefix === 'all' ? journalled : [prefix]));
  const distinct = [...new Set(all)].sort();
  return distinct.filter((prefix) => !distinct.some((other) => other !== prefix && prefix.startsWith(other)));
}

/** What the source's journal holds as it is to be here, and what is to be subscribed to. */
export function waysOf(config: TopicConfig): { readonly journal: string[]; readonly bus: string[] } {
  const prefixes = prefixesOf(config);
  const isKept = (prefix: string): boolean =>
    config.topic_replace_list.length === 0 && journalled.some((kept) => prefix.startsWith(kept));
  return { journal: prefixes.filter(isKept), bus: prefixes.filter((prefix) => !isKept(prefix)) };
}

export const replaceTopic = (topic: string, replacements: readonly TopicReplacement[]): string =>
  replacements.reduce((text, { from, to }) => text.replaceAll(from, to), topic);
