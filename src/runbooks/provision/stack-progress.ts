/**
 * How far a stack under way is, for people: resources made, what is being made and since when, records that wait for a hand. It
 * reads only what is in progress, and a poll that AWS can't serve is left out, never a failure.
 */
import {SluiceError} from '../../errors.ts'
import {Unavailable} from '../engine/unavailable.ts'
import type {StackProgress, WantedStack} from './infra-plan.ts'
import type {ProvisionWorld, StackRef, StackResource, StackState} from './ports.ts'

const stackType = 'AWS::CloudFormation::Stack'
const certificateType = 'AWS::CertificateManager::Certificate'

export async function stackProgress(world: ProvisionWorld, stack: WantedStack, state: StackState, signal: AbortSignal): Promise<StackProgress | null> {
  try {
    const expected = [...stack.resources, ...(stack.thenResources ?? [])]
    const found = await under(world, {name: stack.name, region: stack.region}, '', new Map(expected.map(({path, seconds}) => [path, seconds])), signal)
    return {
      kind: 'stack', stack: stack.id, status: state.status, done: found.done, total: Math.max(expected.length, found.done + found.underWay.length),
      underWay: found.underWay.toSorted((x, y) => x.since - y.since), records: found.records,
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
}

async function under(world: ProvisionWorld, ref: StackRef, prefix: string, usual: ReadonlyMap<string, number>, signal: AbortSignal): Promise<Found> {
  const resources = await world.stacks.resources(ref, signal)
  const parts = await Promise.all(resources.map((one) => ofResource(world, ref.region, one, `${prefix}${one.logicalId}`, usual, signal)))
  return {
    done: parts.reduce((sum, part) => sum + part.done, 0),
    underWay: parts.flatMap((part) => part.underWay),
    records: parts.flatMap((part) => part.records),
  }
}

async function ofResource(world: ProvisionWorld, region: string, resource: StackResource, path: string, usual: ReadonlyMap<string, number>, signal: AbortSignal): Promise<Found> {
  const {status, type, physicalId, changedAt} = resource
  const members = [...usual.keys()].filter((known) => known.startsWith(`${path}/`)).length
  if (/_COMPLETE$/.test(status)) return {done: 1 + members, underWay: [], records: []}
  if (!/_IN_PROGRESS$/.test(status)) return {done: 0, underWay: [], records: []}
  if (type === stackType) return physicalId === '' ? {done: 0, underWay: [], records: []} : under(world, {name: physicalId, region}, `${path}/`, usual, signal)
  const records = type === certificateType && physicalId.startsWith('arn:') ? await world.ground.pendingRecords(region, physicalId, signal) : null
  return {done: 0, underWay: [{path, type, since: changedAt, usualSeconds: usual.get(path) ?? 3}], records: records ?? []}
}
