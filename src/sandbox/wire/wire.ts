/**
 * The sandbox's front door: one HTTP request in, one operation of one service run, one answer out. It decides the service and
 * Region from the signature's credential scope, and applies the faults that strike API calls. Signatures themselves and clock
 * skew are not checked. What isn't modelled is answered `NotImplemented` with its name, never a pretended success.
 */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {setTimeout as pause} from 'node:timers/promises'
import {AwsFault} from '../world/contract.ts'
import {regionDown} from '../world/region-down.ts'
import {notImplemented} from '../world/world.ts'
import type {SandboxWorld} from '../world/world.ts'
import {strikeOn} from './call-faults.ts'
import {entryBySigningName} from './catalogue.ts'
import {missingMembers, serviceModel} from './model.ts'
import type {Members, ServiceModel} from './model.ts'
import {protocolOf} from './protocols.ts'
import type {Decoded, Protocol} from './protocols.ts'
import {decodeBody, readBody} from './request-body.ts'
import {UnreadableBody} from './rest-shapes.ts'
import {noteCall} from './seen-calls.ts'
import type {WireAnswer, WireRequest} from './wire-request.ts'

/** How often a call that was left hanging is looked at, real ms. */
const LOOK_AGAIN_MS = 100

export type Wire = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export function createWire(world: SandboxWorld): Wire {
  return async (request, response) => {
    const scope = credentialScope(request)
    const raw = await readBody(request)
    const entry = scope === null ? undefined : entryBySigningName(scope.signingName)
    if (scope === null || entry === undefined) {
      send(world, response, unknownService(scope?.signingName ?? null), 'unknown')
      return
    }
    const model = await serviceModel(entry)
    const protocol = protocolOf(entry.protocol)
    const call = world.newCall(scope.region)
    const service = world.service(entry.name)
    const isModelled = (operation: string): boolean => service !== undefined && Object.hasOwn(service.operations, operation)
    const respond = (answer: WireAnswer): void => {
      send(world, response, answer, call.requestId)
    }
    try {
      const decoded = decode(protocol, model, request, raw, isModelled)
      const name = typeof decoded === 'string' ? decoded : decoded.operation.name
      const strike = strikeOn(world, entry, name, scope.region)
      noteCall(world, entry, name, scope.region, strike.unreachable)
      if (strike.delayMs > 0) await pause(strike.delayMs)
      if (strike.unreachable !== null) {
        if (strike.unreachable === 'hang') await untilBackOrGone(world, scope.region, response)
        request.socket.destroy()
        return
      }
      if (strike.refusal !== null) throw strike.refusal
      const run = isModelled(name) ? service?.operations[name] : undefined
      if (typeof decoded === 'string' || run === undefined) throw notImplemented(entry.name, name)
      requireMembers(model, decoded)
      const output = ((await run(decoded.input as never, call)) ?? {}) as Members
      if (strike.loseAnswer) request.socket.destroy()
      else respond(protocol.answer(model, decoded.operation, output, call.requestId))
    } catch (error) {
      respond(protocol.error(model, asFault(error, model), call.requestId))
    }
  }
}

/** A caller that has more patience than the fault lasts is cut off then: what it sent is lost. */
async function untilBackOrGone(world: SandboxWorld, region: string, response: ServerResponse): Promise<void> {
  while (!response.destroyed && regionDown(world, region) === 'hang') await pause(LOOK_AGAIN_MS)
}

function decode(
  protocol: Protocol,
  model: ServiceModel,
  request: IncomingMessage,
  raw: Buffer,
  isModelled: (operation: string) => boolean,
): Decoded | string {
  const {bytes, trailers, contentEncoding} = decodeBody(raw, request.headers, model.entry.signingName)
  const headers = {...request.headers, ...Object.fromEntries(trailers)}
  delete headers['content-encoding']
  if (contentEncoding !== undefined) headers['content-encoding'] = contentEncoding
  const [target = '/', search = ''] = (request.url ?? '/').split('?')
  const {path, bucket} =
    model.entry.name === 's3' ? splitBucket(target, request.headers.host ?? '') : {path: target, bucket: undefined}
  const wireRequest: WireRequest = {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    headers,
    body: bytes,
    bucket,
  }
  return protocol.decode(model, wireRequest, isModelled)
}

function requireMembers(model: ServiceModel, {operation, input}: Decoded): void {
  const code = model.entry.missingMemberCode
  if (code === null || !operation.input.isStructSchema()) return
  const missing = missingMembers(operation.input, input)
  if (missing.length > 0) {
    throw new AwsFault(code, `Missing required member${missing.length > 1 ? 's' : ''}: ${missing.join(', ')}`)
  }
}

/** `Credential=AKID/20261122/eu-west-1/s3/aws4_request`, from the header or a presigned query. */
function credentialScope(request: IncomingMessage): {readonly region: string; readonly signingName: string} | null {
  const presigned = new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('X-Amz-Credential')
  const credential = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1] ?? presigned
  const [region, signingName] = (credential ?? '').split('/').slice(-3)
  return region === undefined || signingName === undefined ? null : {region, signingName}
}

/** Virtual-host style is `bucket.localhost:port`; everything else on loopback carries the bucket in the path. */
function splitBucket(target: string, host: string): {readonly path: string; readonly bucket: string | undefined} {
  const name = host.split(':')[0] ?? ''
  if (name.endsWith('.localhost')) return {path: target, bucket: name.slice(0, -'.localhost'.length)}
  const [bucket = '', ...rest] = target.slice(1).split('/')
  return {path: `/${rest.join('/')}`, bucket: bucket === '' ? undefined : decodeURIComponent(bucket)}
}

/** Anything else that is thrown is a bug of ours, and says so as a 500 that names it. */
function asFault(error: unknown, model: ServiceModel): AwsFault {
  if (error instanceof AwsFault) return error
  if (error instanceof UnreadableBody) {
    const code = model.entry.protocol === 'rest-xml' ? 'MalformedXML' : 'SerializationException'
    return new AwsFault(code, error.message)
  }
  return new AwsFault(
    'SandboxBug',
    `A bug of the sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    500,
  )
}

function unknownService(signingName: string | null): WireAnswer {
  const [status, code, message] =
    signingName === null
      ? ([403, 'MissingAuthenticationToken', 'The request carries no AWS signature.'] as const)
      : ([501, 'NotImplemented', `The sandbox doesn't model the service ${signingName}.`] as const)
  return {
    status,
    headers: {'content-type': 'application/json', 'x-amzn-errortype': code},
    body: JSON.stringify({__type: code, message}),
  }
}

function send(world: SandboxWorld, response: ServerResponse, answer: WireAnswer, requestId: string): void {
  response.sendDate = false
  const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  // HEAD answers name the length of a body they don't carry.
  const length = answer.headers['content-length'] ?? String(bytes.length)
  const ids = {'x-amzn-requestid': requestId, 'x-amz-request-id': requestId}
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.status !== 204 && {'content-length': length}),
    ...ids,
    date: new Date(world.clock.now()).toUTCString(),
  })
  response.end(response.req.method === 'HEAD' ? undefined : bytes)
}
