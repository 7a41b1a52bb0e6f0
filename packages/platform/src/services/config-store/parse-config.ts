import { parseLooseJson } from '@volttron-ts/vip-core';
import { ConfigInvalidError } from '../../errors.ts';
import { parseCsvRows } from './csv-rows.ts';
import { stripComments } from './strip-comments.ts';

/** How the text of a configuration is read. */
export type ConfigType = 'raw' | 'json' | 'csv';

/** The contents of a configuration, as an agent gets them. Throws ConfigInvalidError with the original's texts. */
export function parseConfig(name: string, text: string, type: string): unknown {
  switch (type) {
    case 'raw':
      return text;
    case 'json':
      return parseJson(name, text);
    case 'csv':
      return parseCsvRows(text);
    default:
      throw new ConfigInvalidError(name, 'Unsupported configuration type.');
  }
}

function parseJson(name: string, text: string): unknown {
  const contents = readJson(name, stripComments(text));
  if (typeof contents === 'object' && contents !== null) return contents;
  throw new ConfigInvalidError(name, 'Configuration must be a list or object.');
}

function readJson(name: string, text: string): unknown {
  try {
    return parseLooseJson(text);
  } catch (error) {
    const fault = jsonFault(text) ?? (error instanceof Error ? error.message : String(error));
    throw new ConfigInvalidError(name, `The configuration "${name}" is no JSON: ${fault}`);
  }
}

/** What the engine's own parser says, which names the place. */
function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : undefined;
  }
}
