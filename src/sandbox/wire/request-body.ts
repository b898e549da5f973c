/**
 * A request's body as the service should see it: gunzipped where the SDK compressed it (CloudWatch over 10 KiB; a lost gzip body
 * with a 200 is how emulators lose metrics), and unwrapped from aws-chunked. It must not touch S3's own `Content-Encoding: gzip`,
 * which belongs to the object.
 */
import type {IncomingMessage} from 'node:http'
import {gunzipSync} from 'node:zlib'
import {AwsFault} from '../world/contract.ts'

const LARGEST_BODY = 256 * 1024 * 1024

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_BODY) throw new AwsFault('EntityTooLarge', 'The body is larger than the sandbox takes.', 400)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export interface DecodedBody {
  readonly bytes: Buffer
  /** Headers that came behind an aws-chunked body, lower case. */
  readonly trailers: ReadonlyMap<string, string>
  /** What is left of Content-Encoding: the object's own. */
  readonly contentEncoding: string | undefined
}

export function decodeBody(raw: Buffer, headers: IncomingMessage['headers'], signingName: string): DecodedBody {
  const encodings = (headers['content-encoding'] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  const chunked =
    encodings.includes('aws-chunked') || headers['x-amz-content-sha256']?.toString().startsWith('STREAMING-') === true
  const left = encodings.filter((one) => one !== 'aws-chunked')
  const {bytes, trailers} = chunked ? unchunk(raw) : {bytes: raw, trailers: new Map<string, string>()}
  if (signingName === 's3') return {bytes, trailers, contentEncoding: left.length > 0 ? left.join(', ') : undefined}
  return {bytes: left.includes('gzip') ? gunzip(bytes) : bytes, trailers, contentEncoding: undefined}
}

function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes)
  } catch {
    throw new AwsFault('SerializationException', 'The body says it is gzip, and is not.')
  }
}

/** `hex-size[;chunk-signature=…]CRLF bytes CRLF … 0[;…]CRLF trailer:value CRLF CRLF` */
function unchunk(raw: Buffer): {readonly bytes: Buffer; readonly trailers: ReadonlyMap<string, string>} {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const end = raw.indexOf('\r\n', at)
    const size = end < 0 ? Number.NaN : Number.parseInt(raw.toString('latin1', at, end), 16)
    if (Number.isNaN(size) || end + 2 + size > raw.length) {
      throw new AwsFault('IncompleteBody', 'The aws-chunked body ends too early.')
    }
    at = end + 2
    if (size === 0) break
    parts.push(raw.subarray(at, at + size))
    at += size + 2
  }
  const lines = raw
    .toString('latin1', at)
    .split('\r\n')
    .filter((line) => line.includes(':'))
  const trailers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  return {bytes: Buffer.concat(parts), trailers}
}
