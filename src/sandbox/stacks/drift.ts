/**
 * What a stack's resources are now, beside what its template made them: only properties that the template sets count, tags among
 * them, and only those whose value isn't a secret. A resource whose service can't be asked isn't checked.
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
  const tags = engine.schemas.find(resource.type)?.tagProperty
  if (tags !== undefined && isTagList(expected[tags])) seen[tags] = tagsNow(engine, stack, resource, expected[tags])
  const differences = leafChanges(expected, seen)
  return {...base, expected, actual: seen, differences, status: differences.length === 0 ? 'IN_SYNC' : 'MODIFIED'}
}

interface Tag {
  readonly Key: string
  readonly Value: string
}

const isTagList = (value: unknown): value is readonly Tag[] =>
  Array.isArray(value) && value.every((one: object) => Object.keys(one).toSorted().join() === 'Key,Value')

/** Calls change tags beside the properties. The stack's own go to everything and are nobody's template; nor are AWS's. */
function tagsNow(engine: StackEngine, stack: Stack, resource: StackResource, expected: readonly Tag[]): readonly Tag[] {
  const now = recordOf(engine.world, resource.type, stack.region, resource.physicalId)?.tags ?? {}
  const wanted = expected.filter(({Key}) => now[Key] !== undefined).map(({Key}) => ({Key, Value: now[Key] ?? ''}))
  const others = Object.entries(now).filter(([key]) => resource.tags[key] === undefined && !key.startsWith('aws:'))
  return [...wanted, ...others.map(([Key, Value]) => ({Key, Value}))]
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
