/**
 * What a stack's resources are now, beside what its template made them: only properties that the template sets count, and only those
 * whose value isn't a secret. A resource whose service can't be asked isn't checked.
 */
import {AwsFault} from '../world/contract.ts'
import {recordOf} from '../services/records/lookup.ts'
import type {Properties} from './contract.ts'
import {leafChanges} from './property-diff.ts'
import type {LeafChange} from './property-diff.ts'
import {changeRequest} from './resource-request.ts'
import type {StackEngine} from './stack-engine.ts'
import {stackType} from './stack-state.ts'
import type {Stack, StackResource} from './stack-state.ts'

export interface ResourceDrift {
  readonly resource: StackResource
  readonly status: 'IN_SYNC' | 'MODIFIED' | 'DELETED' | 'NOT_CHECKED'
  readonly at: number
  readonly expected: Properties
  readonly actual: Properties
  readonly differences: readonly LeafChange[]
}

export async function detectDrift(engine: StackEngine, stack: Stack): Promise<readonly ResourceDrift[]> {
  const there = [...stack.resources.values()].filter((one) => one.physicalId !== '' && !one.status.startsWith('DELETE_'))
  return await Promise.all(there.map(async (resource) => await driftOf(engine, stack, resource)))
}

async function driftOf(engine: StackEngine, stack: Stack, resource: StackResource): Promise<ResourceDrift> {
  const base = {resource, at: engine.world.clock.now(), expected: resource.properties, actual: {}, differences: []}
  // Nested stacks are checked each by itself.
  if (resource.type === stackType) return {...base, status: 'NOT_CHECKED'}
  const actual = await present(engine, stack, resource)
  if (actual === null) return {...base, status: 'DELETED'}
  const named = Object.keys(resource.properties).filter(
    (name) => !JSON.stringify(resource.properties[name]).includes('{{resolve:'),
  )
  const expected = Object.fromEntries(named.map((name) => [name, resource.properties[name]]))
  const seen = Object.fromEntries(named.map((name) => [name, actual[name]]))
  const differences = leafChanges(expected, seen)
  return {...base, expected, actual: seen, differences, status: differences.length === 0 ? 'IN_SYNC' : 'MODIFIED'}
}

/** null: it is gone. */
async function present(engine: StackEngine, stack: Stack, resource: StackResource): Promise<Properties | null> {
  const handler = engine.handler(resource.type)
  const record = recordOf(engine.world, resource.type, stack.region, resource.physicalId)
  if (handler.read === undefined) return record?.properties ?? null
  try {
    return await handler.read(changeRequest({engine, stack, operation: {id: 'drift'}}, resource))
  } catch (error) {
    if (error instanceof AwsFault && /NotFound|NoSuch|DoesNotExist/i.test(error.code)) return null
    throw error
  }
}
