/**
 * The sandbox's own routes beside AWS's: its clock, what is going on, faults, images, traffic, and down. Loopback only, JSON
 * both ways. A request that can't be read is a 400 with a sentence, never a guess.
 */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {AwsFault} from './world/contract.ts'
import type {Fault} from './world/contract.ts'
import {FAULT_KINDS} from './fault-kinds.ts'
import type {Outside} from './plane/outside.ts'
import {rowsByRight} from './plane/rightful-database.ts'
import {runBackupPlans} from './services/backup-jobs.ts'
import {readBody} from './wire/request-body.ts'
import {seenCalls} from './wire/seen-calls.ts'
import {knownServices, sandboxStatus} from './status.ts'
import type {StatusSources} from './status.ts'

export interface AdminSources extends StatusSources {
  readonly outside: Outside
  down(): void
}

const KINDS = Object.keys(FAULT_KINDS) as Fault['kind'][]

class Unreadable extends Error {}
class NoSuchRoute extends Error {}

export function createAdmin(sources: AdminSources): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    try {
      const body = await readJson(request)
      const answer = await route(sources, `${request.method} ${url.pathname.slice('/_sluice'.length)}`, body, url.searchParams)
      send(response, 200, answer)
      if (url.pathname === '/_sluice/down' && request.method === 'POST')
        response.on('close', () => {
          sources.down()
        })
    } catch (error) {
      if (error instanceof NoSuchRoute) send(response, 404, {message: error.message})
      else if (error instanceof Unreadable || error instanceof AwsFault) send(response, 400, {message: error.message})
      else throw error
    }
  }
}

async function route(
  sources: AdminSources,
  what: string,
  body: Record<string, unknown>,
  query: URLSearchParams,
): Promise<object> {
  const {world, plane} = sources
  switch (what) {
    case 'GET /clock':
      return {epochMs: world.clock.now(), speed: world.clock.speed}
    case 'GET /status':
      return sandboxStatus(sources)
    case 'GET /calls':
      return {calls: seenCalls(world, sinceOf(query))}
    case 'GET /names':
      return namesAndAddresses(sources)
    case 'GET /faults':
      return {faults: world.allFaults()}
    case 'POST /faults':
      return world.setFault(readFault(body, world.regions))
    case 'DELETE /faults':
      return {cleared: world.clearFault(query.get('kind') ?? query.get('id') ?? undefined)}
    case 'GET /images':
      return {images: plane.images.list()}
    case 'POST /images':
      return {image: plane.images.add(text(body, 'tag'), strings(body['env'] ?? {}))}
    case 'GET /traffic':
      return {traffic: plane.traffic.stats()}
    case 'POST /traffic':
      return body['host'] === undefined ? setTraffic(sources, body) : setNamedTraffic(sources, body)
    case 'GET /counter':
      return sources.outside.counter.report((region) => rowsByRight(world, region))
    case 'POST /counter':
      return setCounter(sources, body)
    case 'POST /backup':
      return {jobs: runBackupPlans(world)}
    case 'POST /down':
      return {closing: true}
    default:
      throw new NoSuchRoute(`The sandbox has no ${what}.`)
  }
}

/** Where made-up addresses really listen: plain HTTP on loopback. */
function namesAndAddresses({plane, outside}: AdminSources): object {
  const addresses = plane.names
    .places()
    .filter(({url}) => url !== null)
    .map(({address, url}) => [address, url])
  return {dns: outside.dns, addresses: Object.fromEntries(addresses) as object}
}

function sinceOf(query: URLSearchParams): number {
  const since = Number(query.get('since') ?? 0)
  if (!Number.isFinite(since)) throw new Unreadable('since is a moment of the virtual clock, in epoch ms.')
  return since
}

function setNamedTraffic({plane}: AdminSources, body: Record<string, unknown>): object {
  const [host, perMinute] = [text(body, 'host'), rateOf(body)]
  const stragglers = body['stragglers'] ?? 0
  if (typeof stragglers !== 'number' || !(stragglers >= 0 && stragglers <= 1))
    throw new Unreadable('stragglers is a fraction from 0 to 1.')
  plane.traffic.setNamed({host, path: body['path'] === undefined ? '/' : text(body, 'path'), perMinute, stragglers})
  return {services: [host], perMinute}
}

function setCounter({outside}: AdminSources, body: Record<string, unknown>): object {
  const [host, perMinute] = [text(body, 'host'), rateOf(body)]
  outside.counter.set(host, perMinute)
  return {host, perMinute}
}

function rateOf(body: Record<string, unknown>): number {
  const perMinute = body['perMinute']
  if (typeof perMinute === 'number' && Number.isFinite(perMinute) && perMinute >= 0) return perMinute
  throw new Unreadable('perMinute is a number of requests, 0 or more.')
}

async function setTraffic(sources: AdminSources, body: Record<string, unknown>): Promise<object> {
  const {plane, world} = sources
  const perMinute = rateOf(body)
  const service = body['service'] === undefined ? null : text(body, 'service')
  const named = typeof body['loadBalancer'] === 'string' ? body['loadBalancer'] : null
  const known = await knownServices(sources)
  const wanted =
    service === null ? known : named === null ? known.filter((one) => one.service === service) : [{service, loadBalancer: named}]
  if (service !== null && wanted.length === 0) {
    throw new Unreadable(`There is no service ${service} here; there is ${known.map((one) => one.service).join(', ') || 'none'}.`)
  }
  for (const one of wanted)
    plane.traffic.set({service: one.service, region: world.regions[0] ?? '', loadBalancer: one.loadBalancer, perMinute})
  return {services: wanted.map((one) => one.service), perMinute}
}

function readFault(body: Record<string, unknown>, regions: readonly string[]): Omit<Fault, 'id' | 'setAt'> {
  const kind = KINDS.find((one) => one === body['kind'])
  if (kind === undefined) throw new Unreadable(`There is no fault ${String(body['kind'])}; there are ${KINDS.join(', ')}.`)
  const {rate, seconds, ms, region, target, times, message} = body
  if (rate !== undefined && !(typeof rate === 'number' && rate >= 0 && rate <= 1)) {
    throw new Unreadable('rate is a fraction from 0 to 1.')
  }
  for (const [name, value] of [
    ['seconds', seconds],
    ['ms', ms],
  ] as const) {
    if (value !== undefined && !(typeof value === 'number' && Number.isFinite(value) && value >= 0)) {
      throw new Unreadable(`${name} is a number, 0 or more.`)
    }
  }
  // Global services have their control planes in us-east-1, whether or not the account has anything else there.
  const known = kind === 'region-down' ? [...new Set([...regions, 'us-east-1'])] : regions
  if (region !== undefined && !(typeof region === 'string' && known.includes(region))) {
    throw new Unreadable(`region is one of ${known.join(', ')}.`)
  }
  if (kind === 'region-down' && region === undefined) {
    throw new Unreadable(`region-down needs a region: one of ${regions.join(', ')}.`)
  }
  if (target !== undefined && typeof target !== 'string') {
    throw new Unreadable('target is a name: s3, s3:PutObject, or a service.')
  }
  if (kind === 'resource-fails' && target === undefined) {
    throw new Unreadable('resource-fails needs a target: a type, or Stack/LogicalId.')
  }
  if (times !== undefined && !(typeof times === 'number' && Number.isInteger(times) && times > 0)) {
    throw new Unreadable('times is a whole number, 1 or more.')
  }
  if (message !== undefined && typeof message !== 'string') throw new Unreadable('message is a text.')
  return {
    kind,
    ...(typeof rate === 'number' && {rate}),
    ...(typeof seconds === 'number' && {seconds}),
    ...(typeof ms === 'number' && {ms}),
    ...(typeof region === 'string' && {region}),
    ...(typeof target === 'string' && {target}),
    ...(typeof times === 'number' && {times}),
    ...(typeof message === 'string' && {message}),
  }
}

function text(body: Record<string, unknown>, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw new Unreadable(`${name} is missing.`)
  return value
}

function strings(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Object.values(value).some((one) => typeof one !== 'string')) {
    throw new Unreadable('env holds strings by name.')
  }
  return value as Readonly<Record<string, string>>
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const source = (await readBody(request)).toString('utf8')
  if (source.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(source)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new Unreadable('The body is not a JSON object.')
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {'content-type': 'application/json', connection: 'close'})
  response.end(JSON.stringify(body))
}
