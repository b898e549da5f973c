/**
 * How far a stack under way is, for people: resources made, what is being made and since when, records that wait for a hand, what
 * has failed already. It reads only what is in progress, and a poll that AWS can't serve is left out, never a failure.
 */
import {SluiceError} from '../../errors.ts'
import {Unavailable} from '../engine/unavailable.ts'
import {cancelled, withoutToken} from './explain-failure.ts'
import type {StackProgress, WantedStack} from './infra-plan.ts'
import type {ProvisionWorld, StackResource, StackState} from './ports.ts'

const stackType = 'AWS::CloudFormation::Stack'
const certificateType = 'AWS::CertificateManager::Certificate'

export async function stackProgress(
  world: ProvisionWorld,
  stack: WantedStack,
  state: StackState,
  signal: AbortSignal,
): Promise<StackProgress | null> {
  try {
    const expected = [...stack.resources, ...(stack.thenResources ?? [])]
    const looking: Looking = {
      world,
      region: stack.region,
      usual: new Map(expected.map(({path, seconds}) => [path, seconds])),
      since: state.changedAt,
      signal,
    }
    const found = await under(looking, stack.name, '')
    return {
      kind: 'stack',
      stack: stack.id,
      status: state.status,
      done: found.done,
      total: Math.max(expected.length, found.done + found.underWay.length),
      underWay: found.underWay.toSorted((x, y) => x.since - y.since),
      records: found.records,
      failed: found.failed,
    }
  } catch (error) {
    if (error instanceof Unavailable || error instanceof SluiceError) return null
    throw error
  }
}

interface Found {
  readonly done: number
  readonly underWay: StackProgress['underWay']
  readonly records: StackProgress['records']
  readonly failed: StackProgress['failed']
}

const nothing: Found = {done: 0, underWay: [], records: [], failed: []}

interface Looking {
  readonly world: ProvisionWorld
  readonly region: string
  /** Usual seconds by path. */
  readonly usual: ReadonlyMap<string, number>
  /** Begin of the operation under way: what failed before that is being made again. */
  readonly since: number
  readonly signal: AbortSignal
}

async function under(looking: Looking, name: string, prefix: string): Promise<Found> {
  const resources = await looking.world.stacks.resources({name, region: looking.region}, looking.signal)
  const parts = await Promise.all(resources.map((one) => ofResource(looking, one, `${prefix}${one.logicalId}`)))
  return {
    done: parts.reduce((sum, part) => sum + part.done, 0),
    underWay: parts.flatMap((part) => part.underWay),
    records: parts.flatMap((part) => part.records),
    failed: parts.flatMap((part) => part.failed),
  }
}

async function ofResource(looking: Looking, resource: StackResource, path: string): Promise<Found> {
  const {world, region, usual, signal} = looking
  const {status, type, physicalId, changedAt} = resource
  const members = [...usual.keys()].filter((known) => known.startsWith(`${path}/`)).length
  if (/_COMPLETE$/.test(status)) return {...nothing, done: 1 + members}
  if (/_FAILED$/.test(status)) return failedIn(looking, resource, path)
  if (!/_IN_PROGRESS$/.test(status)) return nothing
  if (type === stackType) return physicalId === '' ? nothing : under(looking, physicalId, `${path}/`)
  const records =
    type === certificateType && physicalId.startsWith('arn:')
      ? await world.ground.pendingRecords(region, physicalId, signal)
      : null
  return {...nothing, underWay: [{path, type, since: changedAt, usualSeconds: usual.get(path) ?? 3}], records: records ?? []}
}

/**
 * Of a nested stack, what failed in it: of itself it says no more than that.
 * What was stopped because of another's failure isn't news.
 */
async function failedIn(looking: Looking, {type, physicalId, reason, changedAt}: StackResource, path: string): Promise<Found> {
  if (changedAt < looking.since) return nothing
  if (type === stackType && physicalId !== '') {
    const inside = await under(looking, physicalId, `${path}/`)
    if (inside.failed.length > 0) return inside
  }
  return cancelled.test(reason ?? '')
    ? nothing
    : {...nothing, failed: [{path, type, reason: withoutToken(reason ?? 'no reason given')}]}
}
