import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../golden/volttron-9.0.4/', import.meta.url);

export const goldenText = (name: string): string => readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

/** One question to Python VOLTTRON 9.0.4 and its answer, as curl recorded them. */
export interface Transcript {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What curl was given with `-d`. */
  readonly body: string | undefined;
  readonly theirs: Answer;
}

const OF_CURL = new Set(['host', 'user-agent', 'accept', 'content-length']);

export function readTranscript(file: string): Transcript {
  const text = goldenText(`http/${file}`);
  const [, method = '', path = ''] = /^> (\S+) (\S+) HTTP/m.exec(text) ?? [];
  const headers = [...text.matchAll(/^> ([\w-]+): (.*)$/gm)].map(([, name = '', value = '']) => [
    name.toLowerCase(),
    value,
  ]);
  return {
    ...{
      method,
      path,
      headers: Object.fromEntries(headers.filter(([name = '']) => !OF_CURL.has(name))) as Transcript['headers'],
    },
    body: /^### curl args: .*?-d (.*)$/m.exec(text)?.[1],
    theirs: {
      status: Number(/^< HTTP\/1.1 (\d+)/m.exec(text)?.[1]),
      type: /^< Content-Type: (.*)$/m.exec(text)?.[1],
      text: text.slice(text.indexOf('--- body\n') + '--- body\n'.length).replace(/\n$/, ''),
    },
  };
}
