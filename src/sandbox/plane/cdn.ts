/**
 * CloudFront's edges as one server: the distribution is chosen by the Host header alone (whatever name led here, its present
 * holder answers), the behaviour by path, the origin by behaviour; of an origin group the second member answers GET, HEAD and
 * OPTIONS when the first one can't. Nothing is cached. What a distribution
 * serves follows its configuration two virtual minutes late.
 */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {attribute, recordsOf} from '../services/records/lookup.ts'
import {DISTRIBUTION, servedConfig} from '../services/cloudfront-distributions.ts'
import {bag, bags, number, text, texts} from '../services/records/properties.ts'
import type {Bag} from '../services/records/properties.ts'
import {readBody} from '../wire/request-body.ts'
import {listenOnLoopback} from '../wire/loopback.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {askOrigin} from './cdn-origin.ts'
import type {OriginAnswer, OriginAsk} from './cdn-origin.ts'
import type {Names} from './names.ts'

export interface Cdn {
  close(): Promise<void>
}

interface Served {
  readonly record: AccountRecord
  readonly config: Bag
}

/** Methods that may be tried at a second origin. */
const FAILS_OVER = new Set(['GET', 'HEAD', 'OPTIONS'])

export async function openCdn(world: World, names: Names): Promise<Cdn> {
  const server = await listenOnLoopback(async (request, response) => {
    const answer = await serve(world, names, request)
    send(response, answer)
  })
  names.serveDistributionsAt(server.endpoint)
  return {close: server.close}
}

async function serve(world: World, names: Names, request: IncomingMessage): Promise<OriginAnswer> {
  const body = await readBody(request)
  const served = distributionFor(world, (request.headers.host ?? '').split(':')[0]?.toLowerCase() ?? '')
  if (served === null || text(served.config, 'Enabled') === 'false') return own(403, 'The request could not be satisfied.')
  const [path = '/', query = ''] = (request.url ?? '/').split('?')
  const root = text(served.config, 'DefaultRootObject')
  const ask: OriginAsk = {
    method: request.method ?? 'GET',
    path: path === '/' && root !== undefined ? `/${root}` : path,
    query,
    headers: request.rawHeaders,
    body,
  }
  const behaviour = behaviourFor(served.config, path)
  if (!allowedMethods(behaviour).includes(ask.method))
    return own(403, 'This distribution is not configured to allow the HTTP request method that was used.')
  const answer = await fromTarget(world, names, served, text(behaviour, 'TargetOriginId') ?? '', ask)
  return await errorPage(world, names, served, ask, answer)
}

/** By its exact alias, else by a wildcard, else by the distribution's own name. */
function distributionFor(world: World, host: string): Served | null {
  const served = recordsOf(world, DISTRIBUTION, '')
    .map((record) => ({record, config: servedConfig(world, record)}))
    .filter((one): one is Served => one.config !== null)
  const withAlias = (alias: string): Served | undefined => served.find(({config}) => texts(config, 'Aliases').includes(alias))
  return (
    withAlias(host)
    ?? withAlias(`*${host.slice(host.indexOf('.'))}`)
    ?? served.find(({record}) => attribute(record, 'DomainName') === host)
    ?? null
  )
}

function behaviourFor(config: Bag, path: string): Bag {
  return (
    bags(config, 'CacheBehaviors').find((one) => matches(text(one, 'PathPattern') ?? '', path))
    ?? bag(config, 'DefaultCacheBehavior')
  )
}

function matches(pattern: string, path: string): boolean {
  const escaped = pattern
    .replace(/^\/?/, '/')
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${escaped}$`).test(path)
}

const allowedMethods = (behaviour: Bag): readonly string[] => {
  const methods = texts(behaviour, 'AllowedMethods')
  return methods.length > 0 ? methods : ['GET', 'HEAD']
}

async function fromTarget(
  world: World,
  names: Names,
  {record, config}: Served,
  id: string,
  ask: OriginAsk,
): Promise<OriginAnswer> {
  const group = bags(bag(config, 'OriginGroups'), 'Items').find((one) => text(one, 'Id') === id)
  const members = group === undefined ? [id] : bags(bag(group, 'Members'), 'Items').map((one) => text(one, 'OriginId') ?? '')
  const failing = new Set(texts(bag(bag(group ?? {}, 'FailoverCriteria'), 'StatusCodes'), 'Items').map(Number))
  const distribution = `arn:aws:cloudfront::${world.account}:distribution/${record.id}`
  let last: OriginAnswer | null = null
  for (const member of FAILS_OVER.has(ask.method) ? members : members.slice(0, 1)) {
    const origin = bags(config, 'Origins').find((one) => text(one, 'Id') === member)
    if (origin === undefined) continue
    last = await askOrigin(world, names, {origin, distribution, ask})
    if (last.isConnected && !failing.has(last.status)) return last
  }
  return last ?? own(502, "CloudFront wasn't able to connect to the origin.")
}

/** A page of the distribution's own in the place of an error, where it names one; its status then too. */
async function errorPage(
  world: World,
  names: Names,
  served: Served,
  ask: OriginAsk,
  answer: OriginAnswer,
): Promise<OriginAnswer> {
  const rule = bags(served.config, 'CustomErrorResponses').find((one) => number(one, 'ErrorCode') === answer.status)
  const page = text(rule ?? {}, 'ResponsePagePath')
  if (rule === undefined || page === undefined) return answer
  const target = text(behaviourFor(served.config, page), 'TargetOriginId') ?? ''
  const found = await fromTarget(world, names, served, target, {
    ...ask,
    method: 'GET',
    path: page,
    query: '',
    body: Buffer.alloc(0),
  })
  return found.status === 200 ? {...found, status: number(rule, 'ResponseCode') ?? answer.status} : answer
}

function own(status: number, words: string): OriginAnswer {
  return {
    status,
    isConnected: false,
    headers: ['content-type', 'text/html', 'server', 'CloudFront'],
    body: Buffer.from(`<html><body>${status} ${words}</body></html>\n`),
  }
}

function send(response: ServerResponse, {status, headers, body}: OriginAnswer): void {
  const kept: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!NOT_RETURNED.has((headers[i] ?? '').toLowerCase())) kept.push(headers[i] ?? '', headers[i + 1] ?? '')
  }
  kept.push(
    'content-length',
    String(body.length),
    'x-cache',
    status < 400 ? 'Miss from cloudfront' : 'Error from cloudfront',
    'via',
    '1.1 sandbox.cloudfront.net (CloudFront)',
  )
  response.writeHead(status, kept)
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

const NOT_RETURNED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])
