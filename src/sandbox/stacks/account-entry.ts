/**
 * Enters what a stack made into the account, and takes it out again. A record that its own service keeps is only completed, never
 * overwritten; the status says `creating` until the resource is complete.
 */
import type {AccountRecord, World} from '../world/contract.ts'
import type {StackResource} from './stack-state.ts'

const worldWide = ['AWS::IAM::', 'AWS::Route53::', 'AWS::CloudFront::']

/** Global things live in a Region of their own. */
export const recordRegion = (type: string, region: string): string =>
  worldWide.some((prefix) => type.startsWith(prefix)) ? 'aws-global' : region

export function recordOf(world: World, region: string, type: string, id: string): AccountRecord | undefined {
  return world.records.get(recordRegion(type, region), type, id) ?? world.records.get(region, type, id)
}

export function enterAccount(
  world: World, stack: {readonly id: string; readonly region: string}, resource: StackResource, status: 'creating' | 'modifying',
): void {
  const {type, physicalId, properties, attributes, tags, logicalId} = resource
  const known = recordOf(world, stack.region, type, physicalId)
  world.records.put({
    region: known?.region ?? recordRegion(type, stack.region),
    type,
    id: physicalId,
    properties: {...known?.properties, ...properties},
    attributes: {...attributes, ...known?.attributes},
    tags: {...known?.tags, ...tags},
    status: known !== undefined && status === 'creating' ? known.status : status,
    createdAt: known?.createdAt ?? world.clock.now(),
    stack: {id: stack.id, logicalId},
  })
}

export function settleInAccount(world: World, region: string, type: string, physicalId: string): void {
  const known = recordOf(world, region, type, physicalId)
  if (known === undefined || (known.status !== 'creating' && known.status !== 'modifying')) return
  world.records.change(known.region, type, physicalId, {status: 'available'})
}

export function leaveAccount(world: World, region: string, type: string, physicalId: string): void {
  world.records.remove(recordRegion(type, region), type, physicalId)
  world.records.remove(region, type, physicalId)
}
