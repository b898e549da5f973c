/**
 * Route 53's health checkers: outside every Region, each check at its interval. They ask by name; a switch bucket's object is
 * asked of S3 without a signature, so only a bucket policy that lets them read makes it visible, and a Region that is down is an
 * answer that never comes: the check fails, whichever way it is inverted. They move nobody: records do.
 */
import {request} from 'node:http'
import type {AccountRecord, World} from '../world/contract.ts'
import {number, text} from '../services/records/properties.ts'
import {configOf, healthChecks, isHealthy, observe} from '../services/route53-checks.ts'
import {regionDown} from '../world/region-down.ts'
import type {Names} from './names.ts'
import {readAnonymously} from './object-access.ts'

/** How often it is looked who is due, virtual ms. */
const LOOK_EVERY_MS = 5000
const MINUTE_MS = 60_000
/** Route 53's checkers wait 4 s for a connection and 2 s for the answer; on a fast clock never less than this, real ms. */
const PATIENCE_MS = {virtual: 6000, least: 1500}
const BUCKET = /^([a-z0-9.-]+)\.s3\.([a-z0-9-]+)\.amazonaws\.com$/

export interface HealthCheckers {
  close(): void
}

type Result = {readonly isSuccess: boolean; readonly words: string}

export function startHealthCheckers(world: World, names: Names): HealthCheckers {
  const {clock} = world
  const dueAt = new Map<string, number>()
  const look = async (check: AccountRecord): Promise<void> => {
    const result = await askFor(world, names, check)
    // It may have been removed, or observed anew, in the meantime: the record as it is now counts.
    const present = world.records.get(check.region, check.type, check.id)
    if (present !== undefined) observe(world, present, {...result, at: clock.now()})
  }
  const stopLooking = clock.every(LOOK_EVERY_MS, () => {
    for (const check of healthChecks(world)) {
      if (text(configOf(check), 'Type')?.startsWith('HTTP') !== true || (dueAt.get(check.id) ?? 0) > clock.now()) continue
      dueAt.set(check.id, clock.now() + (number(configOf(check), 'RequestInterval') ?? 30) * 1000 - 1)
      void look(check)
    }
  })
  const stopTelling = clock.every(MINUTE_MS, () => {
    for (const {id} of healthChecks(world)) {
      world.metrics.observe({
        region: 'us-east-1',
        namespace: 'AWS/Route53',
        metric: 'HealthCheckStatus',
        dimensions: {HealthCheckId: id},
        value: isHealthy(world, id) ? 1 : 0,
      })
    }
  })
  return {
    close: () => {
      stopLooking()
      stopTelling()
    },
  }
}

async function askFor(world: World, names: Names, check: AccountRecord): Promise<Result> {
  const config = configOf(check)
  const host = text(config, 'FullyQualifiedDomainName') ?? text(config, 'IPAddress') ?? ''
  const path = text(config, 'ResourcePath') ?? '/'
  const [, bucket, region] = BUCKET.exec(host) ?? []
  if (bucket !== undefined && region !== undefined) {
    if (regionDown(world, region) !== null)
      return {isSuccess: false, words: 'The health checker could not establish a connection within the timeout limit.'}
    return fromStatus(await readAnonymously(world, region, bucket, path.replace(/^\//, '')))
  }
  const found = names.address(host)
  if (found === null) return {isSuccess: false, words: 'DNS resolution failed.'}
  return await ask(
    names.place(found.address)?.url ?? null,
    host,
    path,
    Math.max(PATIENCE_MS.virtual / world.clock.speed, PATIENCE_MS.least),
  )
}

/** Nothing is sent on a target that nobody serves. */
async function ask(url: string | null, host: string, path: string, patienceMs: number): Promise<Result> {
  if (url === null) return {isSuccess: false, words: 'Connection refused.'}
  return await new Promise((resolve) => {
    const asked = request(
      new URL(path, url),
      {headers: {host, 'user-agent': 'Amazon-Route53-Health-Check-Service', connection: 'close'}},
      (answer) => {
        answer.resume()
        answer.on('error', () => {})
        resolve(fromStatus(answer.statusCode ?? 0))
      },
    )
    const timer = setTimeout(() => {
      asked.destroy()
    }, patienceMs)
    asked.on('error', () => {})
    asked.on('close', () => {
      clearTimeout(timer)
      resolve({isSuccess: false, words: 'The health checker could not establish a connection within the timeout limit.'})
    })
    asked.end()
  })
}

const fromStatus = (status: number): Result => ({
  isSuccess: status >= 200 && status < 400,
  words: `HTTP Status Code ${status}${status === 200 ? ', OK' : ''}`,
})
