/**
 * What Route 53 thinks of its health checks: the last observations of each, and what follows from them for the records that name
 * it. Observations come from the data plane (`../plane/health-checkers.ts`); they lie in the check's record.
 * Nothing is asked here.
 */
import type {AccountRecord, World} from '../world/contract.ts'
import {recordOf, recordsOf} from './records/lookup.ts'
import {bag, flag, number, text, texts} from './records/properties.ts'

export const CHECK = 'AWS::Route53::HealthCheck'

export interface Observation {
  readonly isSuccess: boolean
  /** `HTTP Status Code 200, OK`, or why not. */
  readonly words: string
  /** Virtual epoch ms. */
  readonly at: number
}

/** `status` is null until there were observations enough to know. */
interface Observed {
  readonly status: 'success' | 'failure' | null
  /** Results in a row that say the other thing. */
  readonly against: number
  readonly last: Observation | null
}

const UNKNOWN: Observed = {status: null, against: 0, last: null}

export const configOf = (check: AccountRecord): Readonly<Record<string, unknown>> => bag(check.properties, 'HealthCheckConfig')
export const observedOf = (check: AccountRecord): Observed => (check.attributes['Observed'] as Observed | undefined) ?? UNKNOWN
export const healthChecks = (world: World): readonly AccountRecord[] => recordsOf(world, CHECK, '')

/** A status changes when as many observations in a row as the check's threshold say so. */
export function observe(world: World, check: AccountRecord, observation: Observation): void {
  const before = observedOf(check)
  const says = observation.isSuccess ? 'success' : 'failure'
  const against =
    before.status === says ? 0 : before.last !== null && before.last.isSuccess !== observation.isSuccess ? 1 : before.against + 1
  const turns = against >= (number(configOf(check), 'FailureThreshold') ?? 3)
  const after: Observed = {status: turns ? says : before.status, against: turns ? 0 : against, last: observation}
  world.records.change(check.region, CHECK, check.id, {attributes: {...check.attributes, Observed: after}})
}

/**
 * Healthy or not, after inversion. A check that nothing is known of yet counts as healthy (an inverted one therefore as
 * unhealthy), and so does one that is disabled; one that isn't there is healthy.
 */
export function isHealthy(world: World, id: string, depth = 0): boolean {
  const check = recordOf(world, CHECK, '', id)
  if (check === undefined || depth > 3) return true
  const config = configOf(check)
  const inverted = flag(config, 'Inverted')
  if (flag(config, 'Disabled')) return !inverted
  const children = texts(config, 'ChildHealthChecks')
  const well =
    text(config, 'Type') === 'CALCULATED'
      ? children.filter((child) => isHealthy(world, child, depth + 1)).length
        >= (number(config, 'HealthThreshold') ?? children.length)
      : observedOf(check).status !== 'failure'
  return well !== inverted
}
