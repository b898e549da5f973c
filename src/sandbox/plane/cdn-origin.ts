/**
 * One origin asked once, as CloudFront does: a bucket through S3 with the distribution's own access, anything else by its DNS
 * name over HTTP. It says whether anybody was there at all, because only then is an answer an answer;
 * it never tries a second time by itself.
 */
import {request as httpRequest} from 'node:http'
import {setTimeout as pause} from 'node:timers/promises'
import {bag, number, text} from '../services/records/properties.ts'
import type {Bag} from '../services/records/properties.ts'
import type {World} from '../world/contract.ts'
import {regionDown} from '../world/region-down.ts'
import type {Names} from './names.ts'
import {readObject} from './object-access.ts'

export interface OriginAsk {
  readonly method: string
  readonly path: string
  readonly query: string
  /** Name and value in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer
}

export interface OriginAnswer {
  readonly status: number
  /** False: nobody was there, and the status is CloudFront's own. */
  readonly isConnected: boolean
  /** Name and value in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer
}

const BUCKET = /^([a-z0-9.-]+)\.s3\.([a-z0-9-]+)\.amazonaws\.com$/
/** CloudFront waits this long for an answer; on a fast clock never less than this, real ms. */
const RESPONSE_MS = {virtual: 30_000, least: 3000}
const NOT_FORWARDED = new Set(['connection', 'keep-alive', 'host', 'content-length', 'transfer-encoding'])

export async function askOrigin(
  world: World,
  names: Names,
  {origin, distribution, ask}: {readonly origin: Bag; readonly distribution: string; readonly ask: OriginAsk},
): Promise<OriginAnswer> {
  const domain = text(origin, 'DomainName') ?? ''
  const path = `${text(origin, 'OriginPath') ?? ''}${ask.path}`
  const [, bucket, region] = BUCKET.exec(domain) ?? []
  if (bucket === undefined || region === undefined) return await askByName(world, names, domain, {...ask, path})
  const down = regionDown(world, region)
  if (down !== null) {
    const attempts = (number(origin, 'ConnectionAttempts') ?? 3) * (number(origin, 'ConnectionTimeout') ?? 10) * 1000
    if (down === 'hang') await pause(attempts / world.clock.speed)
    return nobody(down === 'hang' ? 504 : 502)
  }
  // Without its access control nothing signs the request: the bucket sees a stranger.
  const reader =
    text(origin, 'OriginAccessControlId') === undefined || Object.keys(bag(origin, 'S3OriginConfig')).length === 0
      ? {kind: 'anybody' as const}
      : {kind: 'cloudfront' as const, distribution}
  const found = await readObject(world, region, bucket, decodeURIComponent(path.slice(1)), reader)
  return {status: found.status, isConnected: true, headers: Object.entries(found.headers).flat(), body: Buffer.from(found.body)}
}

async function askByName(
  world: World,
  names: Names,
  domain: string,
  {method, path, query, headers, body}: OriginAsk,
): Promise<OriginAnswer> {
  const found = names.address(domain)
  const url = found === null ? null : (names.place(found.address)?.url ?? null)
  if (url === null) return nobody(502)
  const kept: string[] = ['host', domain, 'content-length', String(body.length), 'connection', 'close']
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!NOT_FORWARDED.has((headers[i] ?? '').toLowerCase())) kept.push(headers[i] ?? '', headers[i + 1] ?? '')
  }
  return await new Promise((resolve) => {
    const asked = httpRequest(new URL(`${path}${query === '' ? '' : `?${query}`}`, url), {method, headers: kept}, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
      })
      answer.on('end', () => {
        resolve({status: answer.statusCode ?? 502, isConnected: true, headers: answer.rawHeaders, body: Buffer.concat(chunks)})
      })
      answer.on('error', () => {
        resolve(nobody(502))
      })
    })
    const timer = setTimeout(
      () => {
        resolve(nobody(504))
        asked.destroy()
      },
      Math.max(RESPONSE_MS.virtual / world.clock.speed, RESPONSE_MS.least),
    )
    asked.on('error', () => {
      resolve(nobody(502))
    })
    asked.on('close', () => {
      clearTimeout(timer)
    })
    asked.end(body)
  })
}

const nobody = (status: 502 | 504): OriginAnswer => ({
  status,
  isConnected: false,
  headers: ['content-type', 'text/html', 'server', 'CloudFront'],
  body: Buffer.from(`<html><body>${status} CloudFront couldn't reach the origin.</body></html>\n`),
})
