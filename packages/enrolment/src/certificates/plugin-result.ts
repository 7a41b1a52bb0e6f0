import { certificateStatus } from '@volttron-ts/pki/plugin';
import type { OrderMethod, PluginResult } from '@volttron-ts/pki';

/** The longest pause that is one, ms: 30 years. */
const LONGEST_RETRY = 1e12;

const methods: readonly OrderMethod[] = [
  'issueCertificateRequest',
  'checkCertificateStatus',
  'modifyCertificateRequest',
  'cancelCertificateRequest',
];

type Rule = (value: unknown) => boolean;
const isText: Rule = (value) => typeof value === 'string';
const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined || rule(value);

const rules: Readonly<Record<keyof PluginResult, { readonly holds: Rule; readonly want: string }>> = {
  status: {
    holds: (value) => Object.values<unknown>(certificateStatus).includes(value),
    want: `one of ${Object.values(certificateStatus)
      .map((status) => JSON.stringify(status))
      .join(', ')}`,
  },
  statusMessage: { holds: optional(isText), want: 'text' },
  certificate: { holds: optional(isText), want: 'PEM text' },
  intermediates: { holds: optional(isText), want: 'PEM text' },
  retryMsec: {
    holds: optional((value) => typeof value === 'number' && value >= 0 && value <= LONGEST_RETRY),
    want: `a number of ms from 0 to ${LONGEST_RETRY}`,
  },
  retryMethod: { holds: optional((value) => methods.some((method) => method === value)), want: 'a method of orders' },
};

/** A plugin's result if it is one; else what is wrong with it. */
export function readPluginResult(result: unknown): PluginResult | string {
  if (typeof result !== 'object' || result === null) return `the plugin answered ${kindOf(result)} instead of a result`;
  const found = result as Record<string, unknown>;
  for (const [key, { holds, want }] of Object.entries(rules)) {
    if (!holds(found[key])) return `the plugin's "${key}" is ${kindOf(found[key])} instead of ${want}`;
  }
  return result as PluginResult;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `of type ${typeof value}`;
}
