/** Which of the switched-on faults strike one API call. Data in, data out, but for the seeded dice. */
import {AwsFault} from '../world/contract.ts'
import type {Fault, World} from '../world/contract.ts'
import {regionDown} from '../world/region-down.ts'
import type {Down} from '../world/region-down.ts'
import {entryByName} from './catalogue.ts'
import type {CatalogueEntry} from './catalogue.ts'
import {actionsOf} from './seen-calls.ts'

export interface Strike {
  /** The call never gets there: the connection is cut before anything happens, or left open until the caller gives up. */
  readonly unreachable: Down | null
  /** Real milliseconds to wait first. */
  readonly delayMs: number
  /** Answered instead of running the operation. */
  readonly refusal: AwsFault | null
  /** The operation takes effect, its answer is never sent. */
  readonly loseAnswer: boolean
}

export function strikeOn(world: World, entry: CatalogueEntry, operation: string, region: string): Strike {
  const concerned = (kind: Fault['kind']): readonly Fault[] =>
    world.faults(kind).filter((fault) => concerns(fault, entry, operation, region))
  const struck = (kind: Fault['kind']): boolean =>
    concerned(kind).some((fault) => world.random(`fault/${kind}`)() < (fault.rate ?? 1))
  const unreachable = regionDown(world, region)
  const refusal =
    unreachable !== null
      ? null
      : (denial(world, entry, operation, region)
        ?? (struck('throttle')
          ? new AwsFault(entry.throttlingCode, 'Rate exceeded', entry.name === 's3' ? 503 : 400)
          : struck('error')
            ? new AwsFault(entry.internalErrorCode, 'We encountered an internal error. Please try again.', 500)
            : null))
  return {
    unreachable,
    delayMs: concerned('latency').reduce((sum, fault) => sum + (fault.ms ?? 100), 0),
    refusal,
    loseAnswer: unreachable === null && refusal === null && struck('lost-answer'),
  }
}

/** Whether somebody took this right away; `s3:*` is every right of S3. */
export function isDenied(world: World, action: string, region?: string): boolean {
  return world.faults('denied').some((fault) => {
    if (fault.region !== undefined && region !== undefined && fault.region !== region) return false
    const wanted = (fault.target ?? '*').toLowerCase()
    return wanted.endsWith('*') ? action.toLowerCase().startsWith(wanted.slice(0, -1)) : wanted === action.toLowerCase()
  })
}

function denial(world: World, entry: CatalogueEntry, operation: string, region: string): AwsFault | null {
  const action = actionsOf(entry, operation).find((one) => isDenied(world, one, region))
  if (action === undefined) return null
  const who = `arn:aws:iam::${world.account}:user/sandbox`
  const code =
    entry.protocol === 'ec2'
      ? 'UnauthorizedOperation'
      : entry.protocol === 'query' || entry.protocol === 'rest-xml'
        ? 'AccessDenied'
        : 'AccessDeniedException'
  return new AwsFault(
    code,
    `User: ${who} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
    403,
  )
}

export function isRegionDown(world: World, region: string): boolean {
  return regionDown(world, region) !== null
}

/** No target and no Region: every call. `s3` or `s3:PutObject`, by any of the service's names. */
function concerns(fault: Fault, entry: CatalogueEntry, operation: string, region: string): boolean {
  if (fault.region !== undefined && fault.region !== region) return false
  if (fault.target === undefined) return true
  const [service = '', only] = fault.target.split(':')
  return entryByName(service)?.name === entry.name && (only === undefined || only.toLowerCase() === operation.toLowerCase())
}
