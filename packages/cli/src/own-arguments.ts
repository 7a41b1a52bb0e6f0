const TYPED: readonly string[] = ['store', 'edit'];

/**
 * The arguments as commander takes them. By `--json` after `config store` and `edit` the original means a type, which is
 * theirs anyhow; before them it is the option of every command. `-st` is no letter but a word.
 */
export function ownArguments(args: readonly string[]): string[] {
  const words = args.map((arg) => (arg === '-st' ? '--agent-start-time' : arg));
  const at = words.findIndex((word, index) => TYPED.includes(word) && words[index - 1] === 'config');
  return at < 0 ? words : words.filter((word, index) => index < at || word !== '--json');
}
