/**
 * One pretended AWS account: its Regions, clock, seed, faults, metrics, and the services that live in it. It knows no service
 * by name and speaks no protocol; the wire in front of it and the services within do.
 */
import {AwsFault} from './contract.ts'
import type {CallContext, Fault, Service, World} from './contract.ts'
import {uuid} from './uuid.ts'
import {createClock} from './clock.ts'
import type {StoppableClock} from './clock.ts'
import {createAccountRecords} from './account-records.ts'
import {createMetricStore} from './metric-store.ts'
import type {MetricStore} from './metric-store.ts'
import {hexFrom, randomStreams} from './random.ts'

export interface WorldOptions {
  readonly account?: string
  readonly regions?: readonly string[]
  /** Virtual milliseconds per real one, 1–60. */
  readonly speed: number
  readonly seed: number
  /** Virtual epoch ms at which the world begins; the machine's time if left out. */
  readonly startAt?: number
  /** A clock of one's own instead of the running one (tests leap); `speed` and `startAt` are its then. */
  readonly clock?: StoppableClock
}

export interface SandboxWorld extends World {
  readonly metrics: MetricStore
  /** Turns a fault on and answers it with its id. */
  setFault(fault: Omit<Fault, 'id' | 'setAt'>): Fault
  /** Turns off one fault (by id), all of a kind, or all; answers how many that were. */
  clearFault(idOrKind?: string): number
  allFaults(): readonly Fault[]
  register(service: Service): void
  service(name: string): Service | undefined
  newCall(region: string): CallContext
  /** Closes every service and cancels every timer. */
  close(): Promise<void>
}

const DEFAULT_ACCOUNT = '111122223333'
export const DEFAULT_REGIONS: readonly string[] = ['eu-west-1', 'eu-central-1']

export function createWorld(options: WorldOptions): SandboxWorld {
  const account = options.account ?? DEFAULT_ACCOUNT
  const regions = options.regions ?? DEFAULT_REGIONS
  const clock = options.clock ?? createClock(options.speed, options.startAt ?? Date.now())
  const random = randomStreams(options.seed)
  const hex = hexFrom(random('hex'))
  const requestHex = hexFrom(random('request-ids'))
  const services = new Map<string, Service>()
  let faults: readonly Fault[] = []
  let faultNumber = 0

  const newCall = (region: string): CallContext => ({region, account, requestId: uuid({hex: requestHex})})
  const invoke: World['invoke'] = async (service, operation, input, region) => {
    const run = services.get(service)?.operations[operation]
    if (run === undefined) throw notImplemented(service, operation)
    return await run(input as never, newCall(region))
  }

  return {
    account,
    regions,
    clock,
    random,
    hex,
    faults: (kind) => faults.filter((fault) => fault.kind === kind),
    metrics: createMetricStore(() => clock.now()),
    records: createAccountRecords(),
    strike: (kind, matches) => {
      const struck = faults.find((fault) => fault.kind === kind && fault.times !== 0 && matches(fault))
      if (struck?.times !== undefined) {
        const left = struck.times - 1
        faults = faults.map((fault) => (fault === struck ? {...fault, times: left} : fault))
      }
      return struck ?? null
    },
    invoke,
    setFault: (fault) => {
      faultNumber += 1
      const known = {...fault, id: `f-${faultNumber}`, setAt: clock.now()}
      faults = [...faults, known]
      return known
    },
    clearFault: (idOrKind) => {
      const left = idOrKind === undefined ? [] : faults.filter((fault) => fault.id !== idOrKind && fault.kind !== idOrKind)
      const cleared = faults.length - left.length
      faults = left
      return cleared
    },
    allFaults: () => faults,
    register: (service) => {
      services.set(service.name, service)
    },
    service: (name) => services.get(name),
    newCall,
    close: async () => {
      clock.stop()
      await Promise.all([...services.values()].map(async (service) => service.close?.()))
    },
  }
}

/** What is not modelled says so by name; it never pretends to have worked. */
export function notImplemented(service: string, operation: string): AwsFault {
  return new AwsFault('NotImplemented', `The sandbox doesn't model ${service}:${operation}.`, 501)
}
