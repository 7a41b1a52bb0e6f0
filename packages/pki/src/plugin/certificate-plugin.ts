/**
 * What a certificate plugin is (seeds/002; Barbican's `certificate_manager`). The order engine calls one method at a time
 * per order, keeps `pluginMeta` after each call, and follows the status that the plugin answers.
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** Barbican's `CertificateStatus`; the values are its strings, which become an order's sub-status. */
export const certificateStatus = {
  /** The certificate is in the result, the order is complete. */
  CERTIFICATE_GENERATED: 'certificate generated',
  /** `checkCertificateStatus` is called after `retryMsec`. */
  WAITING_FOR_CA: 'waiting for CA',
  /** The client must correct its data; `checkCertificateStatus` is called after `retryMsec`. */
  CLIENT_DATA_ISSUE_SEEN: 'client data issue seen',
  /** The same method is called again after `retryMsec`. */
  CA_UNAVAILABLE_FOR_REQUEST: 'CA unavailable for request',
  /** The order ends without certificate. */
  REQUEST_CANCELED: 'request canceled',
  /** The order has failed. A method that throws means the same. */
  INVALID_OPERATION: 'invalid operation',
} as const;

export type CertificateStatus = (typeof certificateStatus)[keyof typeof certificateStatus];

/** The methods that work on an order. */
export type OrderMethod =
  'issueCertificateRequest' | 'checkCertificateStatus' | 'modifyCertificateRequest' | 'cancelCertificateRequest';

/** What the client wants, Barbican's `order_meta`: the keys every plugin may meet, and whatever else a client adds. */
export interface OrderMeta extends JsonObject {
  /** PKCS#10 as PEM. Its signature, key and name were checked before the order was opened. */
  readonly csr: string;
  /** What the certificate is for. */
  readonly profile: 'client' | 'server' | 'peer';
}

/** One order, as a method gets it. */
export interface PluginOrder {
  /** UUID (version 4); stable over all calls of an order, so it serves as idempotency key and as serial number. */
  readonly orderId: string;
  /** ms since 1970; when the order was opened. */
  readonly openedAt: number;
  readonly orderMeta: OrderMeta;
  /**
   * What the plugin keeps about this order, empty at first; JSON of any size. Changes are kept when the method settles,
   * also when it throws, and by `save`.
   */
  readonly pluginMeta: Record<string, Json>;
  /** The CA that the order names, by the id that the plugin gave it in `getCaInfo`. */
  readonly pluginCaId?: string;
  /**
   * Keeps `pluginMeta` now, power-safe. A plugin calls it between learning a CA's reference of the order and going on:
   * after a crash `checkCertificateStatus` is called with what was kept last.
   */
  save(): Promise<void>;
  /** Aborts when the method has taken too long, or the platform stops. */
  readonly signal: AbortSignal;
}

/** Barbican's `ResultDTO`. */
export interface PluginResult {
  readonly status: CertificateStatus;
  /** For whoever waits: becomes the order's sub-status message. */
  readonly statusMessage?: string;
  /** PEM, with CERTIFICATE_GENERATED only. */
  readonly certificate?: string;
  /** PEM, the issuer of the certificate first, without or with the root. */
  readonly intermediates?: string;
  /** The next call is made no earlier; an hour unless given. */
  readonly retryMsec?: number;
  /** The next call, where the status's own is not wanted. */
  readonly retryMethod?: OrderMethod;
}

/** One CA behind a plugin. */
export interface CaInfo {
  readonly name: string;
  readonly description?: string;
  /** PEM. */
  readonly certificate?: string;
  /** PEM. */
  readonly intermediates?: string;
  /** ISO 8601; when this information is to be asked for again. */
  readonly expiration?: string;
}

/** A CA to be made below another. */
export interface CreateCaRequest {
  readonly name: string;
  readonly description?: string;
  /** RFC 4514. */
  readonly subject: string;
  /** By the plugin's own id. */
  readonly parentCaId: string;
}

/**
 * A certificate plugin. Each method settles with what became of the order; throwing (or rejecting) is INVALID_OPERATION.
 * After an interruption (a crash of the plugin process, of the platform, or a method that took too long) the engine calls
 * `checkCertificateStatus` with the `pluginMeta` kept last, never `issueCertificateRequest`: a plugin whose CA has never
 * heard of the order answers CA_UNAVAILABLE_FOR_REQUEST with `retryMethod: 'issueCertificateRequest'`.
 */
export interface CertificatePlugin {
  /** Whether this plugin can serve such an order. */
  supports(orderMeta: OrderMeta): boolean | Promise<boolean>;
  /** Starts an order at the CA. */
  issueCertificateRequest(order: PluginOrder): Promise<PluginResult>;
  /** Looks what has become of it. */
  checkCertificateStatus(order: PluginOrder): Promise<PluginResult>;
  /** The client has changed `orderMeta`, which holds the new values. */
  modifyCertificateRequest(order: PluginOrder): Promise<PluginResult>;
  /** The client no longer wants it. */
  cancelCertificateRequest(order: PluginOrder): Promise<PluginResult>;
  /** The CAs behind the plugin, by the plugin's own ids. */
  getCaInfo?(): Promise<Readonly<Record<string, CaInfo>>>;
  /** Answers the new CA's id. */
  createCa?(request: CreateCaRequest): Promise<{ readonly pluginCaId: string; readonly info: CaInfo }>;
  deleteCa?(pluginCaId: string): Promise<void>;
  close?(): Promise<void>;
}

/** What a plugin is made with. */
export interface PluginContext {
  /** The plugin's own configuration file, `{}` without one. */
  readonly config: JsonObject;
  /** A directory of its own below the instance's home, mode 0700. */
  readonly directory: string;
  /** `$VOLTTRON_HOME`. */
  readonly home: string;
  readonly instanceName: string;
  readonly clock: { now(): number };
  /** Whose lines go to the platform's log. */
  readonly log: Readonly<Record<'debug' | 'info' | 'warn' | 'error', (message: string) => void>>;
}

/** The default export of a plugin's module. */
export interface CertificatePluginDefinition {
  /** As the instance's configuration names it. */
  readonly name: string;
  /** Throws, naming the item, the value and the way out, when the configuration does not fit. */
  create(context: PluginContext): CertificatePlugin | Promise<CertificatePlugin>;
}

export const defineCertificatePlugin = (definition: CertificatePluginDefinition): CertificatePluginDefinition =>
  definition;
