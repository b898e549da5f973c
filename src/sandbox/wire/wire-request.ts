/** One request as the codecs see it, and one answer as they make it. No sockets. */
import type {IncomingHttpHeaders} from 'node:http'

export interface WireRequest {
  readonly method: string
  /** Undecoded, without the query and, for S3, without the bucket. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** S3 only: from the path's first segment or the host. */
  readonly bucket: string | undefined
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | string
}
