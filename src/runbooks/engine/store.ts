/**
 * Where state lives, as the engine sees it: objects with conditional writes. S3 and a local directory are behind this port.
 * Every method may throw `StoreUnavailable`; nothing else is expected to be thrown.
 */
export interface Stored {
  readonly body: string
  /** Opaque; changes with every write. */
  readonly etag: string
}

export type Put =
  | {readonly kind: 'written'; readonly etag: string}
  /** The condition didn't hold: somebody else wrote first. */
  | {readonly kind: 'conflict'}

export interface Store {
  get(key: string, signal?: AbortSignal): Promise<Stored | null>
  /** `If-None-Match: *`: only when there is no such object. */
  create(key: string, body: string, signal?: AbortSignal): Promise<Put>
  /** `If-Match: etag`. */
  replace(key: string, body: string, etag: string, signal?: AbortSignal): Promise<Put>
  /** Keys that start with `prefix`, in order; at most `limit` after `after`. */
  list(
    prefix: string,
    options?: {readonly after?: string; readonly limit?: number},
    signal?: AbortSignal,
  ): Promise<readonly string[]>
  /** The distinct next path segments below `prefix` (which ends in `/`), in order. */
  folders(prefix: string, signal?: AbortSignal): Promise<readonly string[]>
}

/** State can't be reached (network, throttled beyond retries, access). What happened to a write is unknown. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreUnavailable'
  }
}
