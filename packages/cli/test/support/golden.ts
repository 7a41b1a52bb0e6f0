import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Captured from VOLTTRON 9.0.4; their notice stands in e2e/golden/README.md. */
const FOLDER = fileURLToPath(new URL('../../../../e2e/golden/volttron-9.0.4/', import.meta.url));

/** A command of the original, and what it did. */
export interface Transcript {
  readonly args: readonly string[];
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const goldenPath = (path: string): string => `${FOLDER}${path}`;

/** A transcript of `vctl/`, without `.txt`; the home of the capture is replaced by `home`. */
export function transcript(name: string, home = ''): Transcript {
  const text = read(name, home);
  const [, command = '', code = '', stdout = '', stderr = ''] =
    /^\$ vctl (.*)\nrc=(\d+)\n--- stdout\n(.*)--- stderr\n(.*)$/s.exec(text) ?? [];
  if (command === '') throw new Error(`${name} is no transcript`);
  return { args: command.split(' '), code: Number(code), stdout, stderr };
}

/** What an interactive command wrote, its answers being unknown. */
export const dialogue = (name: string): string => read(name, '');

function read(name: string, home: string): string {
  return readFileSync(goldenPath(`vctl/${name}.txt`), 'utf8').replaceAll('/srv/vtn/vhomeA', home);
}

/** The entries that `vctl auth list`, or the question of `auth remove`, printed. */
export function entriesIn(text: string): Record<string, unknown>[] {
  return [...text.matchAll(/INDEX: \d+\n(\{.*?\n\})/gs)].map(
    ([, json = '']) => JSON.parse(json) as Record<string, unknown>,
  );
}

/** What `auth list` of the original printed, with the line that is ours: the operator may manage agents. */
export function withManageAgents(text: string): string {
  const last = /(?<="allow_auth_modifications": null)(?=\n {2}\},\n[^{]*\{\},\n[^{}]*"user_id": "control\.connection")/;
  if (!last.test(text)) throw new Error('control.connection has no entry');
  return text.replace(last, ',\n    "manage_agents": null');
}
