/**
 * Enters what a stack made into the account, and takes it out again. A record that its own service keeps is only completed, never
 * overwritten; the status says `creating` until the resource is complete.
 */
import {homeOf, recordOf} from '../services/records/lookup.ts'
import type {World} from '../world/contract.ts'
import type {StackResource} from './stack-state.ts'

export function enterAccount(
  world: World,
  stack: {readonly id: string; readonly region: string},
  resource: StackResource,
  status: 'creating' | 'modifying',
): void {
  const {type, physicalId, properties, attributes, tags, logicalId} = resource
  const known = recordOf(world, type, stack.region, physicalId)
  world.records.put({
    region: homeOf(type, stack.region),
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
  const known = recordOf(world, type, region, physicalId)
  if (known === undefined || (known.status !== 'creating' && known.status !== 'modifying')) return
  world.records.change(known.region, type, physicalId, {status: 'available'})
}

export function leaveAccount(world: World, region: string, type: string, physicalId: string): void {
  world.records.remove(homeOf(type, region), type, physicalId)
}
