import type { CertificatePluginDefinition, JsonObject, OrderMeta } from '../plugin/certificate-plugin.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';

/** A plugin and the CA behind it, for one suite. */
export interface PluginUnderTest {
  readonly definition: CertificatePluginDefinition;
  readonly config: JsonObject;
  /** 'central' unless given. */
  readonly instanceName?: string;
  /** PEM of the roots that its certificates lead to. */
  roots(): string | Promise<string>;
  /** How many orders the CA has taken so far; absent where the plugin itself computes the certificate. */
  asked?(): number | Promise<number>;
  /** Lets the CA, or the person who does its work, issue everything asked for until now; absent where it does at once. */
  work?(): void | Promise<void>;
  /** Lets the CA refuse everything asked for and not issued. Feature `refuses`. */
  refuse?(): void | Promise<void>;
  /** Makes the CA unreachable, and reachable again. Feature `unavailable`. */
  stop?(): void | Promise<void>;
  start?(): void | Promise<void>;
  /** What the n-th request is for; names below `central` unless given. */
  names?(n: number): { readonly subject: DistinguishedName; readonly dnsNames: readonly string[] };
  /** Texts that no message, log line or `pluginMeta` may hold, besides the private keys below the home. */
  readonly secrets?: readonly string[];
  close?(): void | Promise<void>;
}

/** @param home a new directory, the instance's home */
export type PluginSetup = (home: string) => PluginUnderTest | Promise<PluginUnderTest>;

/** What a plugin offers beyond the contract's minimum; each has its own checks. */
export type PluginFeature =
  /** The CA answers later: `work`. */
  | 'waits'
  /** `refuse`. */
  | 'refuses'
  /** `stop` and `start`. */
  | 'unavailable'
  /** `getCaInfo`. */
  | 'ca-info'
  /** `createCa` and `deleteCa`. */
  | 'sub-authorities';

export interface PluginFeatures {
  readonly features?: readonly PluginFeature[];
  /** What the CA issues; all of them unless given. */
  readonly profiles?: readonly OrderMeta['profile'][];
}
