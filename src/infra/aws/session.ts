/**
 * The door to AWS: one session per Region, through which every call goes. It creates a service's client when the first call
 * needs it, bounds every call, keeps AWS's own time, counts calls, and hands what went wrong to `translateError`.
 * It must never let a call outlive its bound, nor, in sandbox mode, let a request leave this machine.
 */
import type {Clock} from '../../runbooks/engine/clock.ts'
import {awsTimeKeeper} from './aws-time.ts'
import type {AwsTimeKeeper} from './aws-time.ts'
import {boundedSignal} from './bounded-signal.ts'
import {createClient, serviceModules} from './clients.ts'
import type {AnyClient, InputOf, OperationName, OutputOf, ServiceName} from './clients.ts'
import {realBound} from './real-bound.ts'
import {isAccessDenied, translateError} from './translate-error.ts'

/** One finished call, for `--verbose`. `ms` is real time, retries included. */
export interface ObservedCall {
  /** `elasticloadbalancing:ModifyRule` */
  readonly action: string
  readonly region: string
  readonly ms: number
  readonly failed: boolean
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** What the call is about (an ARN, a name), for error sentences. */
  readonly resource?: string
  /** Sent once, never by the SDK again: for what must not happen twice. */
  readonly once?: true
}

/** Who may be called and for how long: asked before a call, told after it. */
export interface Reach {
  /** Throws when the call must not be sent now. */
  admit(action: string, region: string): void
  /** Real ms for a call to this Region, of the session's own bound. */
  boundMs(region: string, ofSession: number): number
  /** How often the SDK tries. */
  attempts(region: string, ofSession: number): number
  /** An answer came from there, whatever it says: one attempt's, too. */
  answered(region: string): void
  /** What was thrown by a call that began at `since` (run time), in this reach's own words. */
  failed(call: {readonly action: string; readonly region: string; readonly since: number}, error: Error): Error
  /** Real ms until a connection must be there. */
  readonly connectMs: number
}

export interface AwsSession {
  readonly region: string
  /** `aws`, `aws-cn`, … */
  readonly partition: string
  readonly profile: string | null
  readonly sandbox: {readonly endpoint: string} | null
  readonly clock: Clock
  /** Real milliseconds that a call with its retries may take. */
  readonly boundMs: number
  /** Calls so far (a call with its retries is one), all Regions of this session together. */
  readonly calls: number
  /** AWS's own time, epoch ms: the newest `Date` header carried forward by the run's clock. */
  awsTime(): number
  /** Throws `Unavailable` when the outcome is unknown or AWS can't serve now, else `SluiceError`. */
  call<S extends ServiceName, O extends string & OperationName<S>>(
    service: S,
    operation: O,
    input: InputOf<S, O>,
    options?: CallOptions,
  ): Promise<OutputOf<S, O>>
  /** When the present credentials expire, epoch ms; null when they don't, or don't say. */
  credentialsExpireAt(): Promise<number | null>
  /** The same session in another Region; counts and time are shared. */
  inRegion(region: string): AwsSession
  /** The same for what only reads and needs no lease: under a fast clock, too, an answer has some seconds. */
  reading(): AwsSession
}

export interface AwsSessionInput {
  readonly region: string
  readonly clock: Clock
  /** null: AWS itself. */
  readonly sandbox: {readonly endpoint: string} | null
  readonly profile?: string
  readonly onCall?: (call: ObservedCall) => void
  readonly reach?: Reach
  /** Real ms that a call has at least, however fast the clock. */
  readonly leastCallMs?: number
}

/** What sessions of several Regions have in common. */
interface Shared {
  readonly time: AwsTimeKeeper
  calls: number
}

/** A call and its retries, in run time. The lease is good for longer than that, so a call never outlives its right. */
const callBoundMs = 30_000
/** The first attempt and its retries. */
const attempts = 4
/** Under a fast clock the bound shrinks with it, but a loopback request on a busy machine still needs this much: 114 s of run
 * time at speed 60, within the 120 s that the lease is good for when a call is made (`leaseMarginMs`). */
const leastCallBoundMs = 1900
/** No lease runs out on what only reads. */
export const leastReadingMs = 5000

export function awsSession(input: AwsSessionInput): AwsSession {
  return sessionIn(input.region, input, {time: awsTimeKeeper(input.clock), calls: 0})
}

export function partitionOf(region: string): string {
  const prefixes = [
    ['cn-', 'aws-cn'],
    ['us-gov-', 'aws-us-gov'],
    ['us-isob-', 'aws-iso-b'],
    ['us-iso-', 'aws-iso'],
    ['eusc-', 'aws-eusc'],
  ] as const
  return prefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws'
}

function sessionIn(region: string, input: AwsSessionInput, shared: Shared): AwsSession {
  const {clock, sandbox, reach} = input
  const profile = input.profile ?? null
  const clients = new Map<string, Promise<AnyClient>>()
  const siblings = new Map<string, AwsSession>()
  const boundMs = realBound(clock, callBoundMs, input.leastCallMs ?? leastCallBoundMs)

  const clientOf = (service: ServiceName, tries = attempts): Promise<AnyClient> => {
    const key = `${service} ${tries}`
    const known = clients.get(key)
    if (known !== undefined) return known
    const created = createClient(service, {
      region,
      profile,
      sandbox,
      attempts: tries,
      connectMs: reach?.connectMs ?? null,
      onResponseDate(date) {
        shared.time.heard(date)
        reach?.answered(region)
      },
    })
    clients.set(key, created)
    return created
  }

  const send = async (
    service: ServiceName,
    operation: string,
    callInput: unknown,
    {signal, once}: CallOptions,
  ): Promise<unknown> => {
    const client = await clientOf(service, once === true ? 1 : reach?.attempts(region, attempts))
    const module = await serviceModules[service]()
    const Command = (module as unknown as Record<string, new (input: unknown) => unknown>)[`${operation}Command`]
    if (Command === undefined) throw new Error(`the SDK has no ${service}:${operation}`)
    const bounded = boundedSignal(reach?.boundMs(region, boundMs) ?? boundMs, signal)
    try {
      // The race is needed: the SDK waits between retries without looking at the signal. A retry that wakes up after the bound
      // is refused by the SDK's request handler, because its signal is aborted by then.
      return await Promise.race([client.send(new Command(callInput), {abortSignal: bounded.signal}), bounded.aborted])
    } finally {
      bounded.release()
    }
  }

  const whoWeAre = async (): Promise<string | null> => {
    try {
      const answer = (await send('sts', 'GetCallerIdentity', {}, {})) as {Arn?: string}
      return answer.Arn ?? null
    } catch {
      return null
    }
  }

  return {
    region,
    partition: partitionOf(region),
    profile,
    sandbox,
    clock,
    boundMs,
    get calls() {
      return shared.calls
    },
    awsTime: () => shared.time.now(),
    async call<S extends ServiceName, O extends string & OperationName<S>>(
      service: S,
      operation: O,
      callInput: InputOf<S, O>,
      options: CallOptions = {},
    ) {
      const action = `${service}:${operation as string}`
      reach?.admit(action, region)
      const began = performance.now()
      const since = clock.now()
      let failed = true
      shared.calls += 1
      try {
        const output = (await send(service, operation, callInput, options)) as OutputOf<S, O>
        failed = false
        reach?.answered(region)
        return output
      } catch (error) {
        const who = isAccessDenied(error) ? await whoWeAre() : null
        const translated = translateError(error, {action, region, resource: options.resource ?? null, profile, who})
        throw reach?.failed({action, region, since}, translated) ?? translated
      } finally {
        input.onCall?.({action, region, ms: performance.now() - began, failed})
      }
    },
    async credentialsExpireAt() {
      const client = await clientOf('sts')
      const credentials = await (client.config.credentials as () => Promise<{expiration?: Date}>)()
      return credentials.expiration?.getTime() ?? null
    },
    reading: () => sessionIn(region, {...input, leastCallMs: leastReadingMs}, shared),
    inRegion(other) {
      if (other === region) return this
      const known = siblings.get(other)
      if (known !== undefined) return known
      const sibling = sessionIn(other, input, shared)
      siblings.set(other, sibling)
      return sibling
    },
  }
}
