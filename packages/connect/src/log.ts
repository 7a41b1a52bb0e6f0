import { pino } from 'pino';
import type { Logger, LogLevel } from '@volttron-ts/vip-core';

export interface LogOptions {
  /** Which part of which process speaks, such as `volttron.platform.auth`. */
  readonly name: string;
  readonly level: LogLevel;
  /** `terminal`: VOLTTRON's own format; `json`: one object a line. */
  readonly format: 'terminal' | 'json';
  readonly write: (text: string) => void;
}

/** A log that writes each line at once. */
export function createLog({ name, level, format, write }: LogOptions): Logger {
  const stream = {
    write:
      format === 'json'
        ? write
        : (line: string) => {
            write(terminalLine(line));
          },
  };
  const log = pino({ level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return {
    debug: (message, fields) => {
      log.debug(fields ?? {}, message);
    },
    info: (message, fields) => {
      log.info(fields ?? {}, message);
    },
    warn: (message, fields) => {
      log.warn(fields ?? {}, message);
    },
    error: (message, fields) => {
      log.error(fields ?? {}, message);
    },
  };
}

const levels: Readonly<Record<number, string>> = { 20: 'DEBUG', 30: 'INFO', 40: 'WARNING', 50: 'ERROR' };
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

/** Control characters of peers' texts must not reach a terminal. */
const escapeControl = (text: string): string =>
  text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** `2016-10-19 14:21:20,934 () volttron.platform.auth INFO: message` (seed 001), fields after it. */
function terminalLine(line: string): string {
  const { time, level, name, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const stamp = String(time).replace('T', ' ').replace('.', ',').replace('Z', '');
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${showField(value)}`);
  return `${stamp} () ${String(name)} ${levels[Number(level)] ?? 'INFO'}: ${escapeControl(String(msg) + rest.join(''))}\n`;
}

const showField = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
