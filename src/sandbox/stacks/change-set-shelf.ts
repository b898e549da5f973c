/**
 * Change sets by stack: what they plan, and whether they can still be carried out.
 * One for each nested stack hangs on its parent's.
 */
import type {OperationEvent} from '@aws-sdk/client-cloudformation'
import {AwsFault} from '../world/contract.ts'
import type {StackPlan} from './change-plan.ts'
import type {StackEngine} from './stack-engine.ts'
import type {RecipeInput} from './stack-recipe.ts'
import {uuid} from '../world/uuid.ts'
import type {Stack} from './stack-state.ts'

export interface ChangeSet {
  readonly id: string
  readonly name: string
  readonly kind: 'CREATE' | 'UPDATE' | 'IMPORT'
  readonly createdAt: number
  /** The root stack whose change it is. */
  readonly stack: Stack
  readonly stackId: string
  readonly stackName: string
  readonly description: string | undefined
  readonly token: string | null
  readonly input: RecipeInput
  readonly includeNested: boolean
  readonly onStackFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING' | undefined
  readonly role: string | null
  readonly parentId: string | null
  readonly rootId: string | null
  /** null when it failed before there was one. */
  readonly plan: StackPlan | null
  /** Change set ids by logical id of the nested stack. */
  readonly nested: ReadonlyMap<string, string>
  readonly validation: readonly OperationEvent[]
  status: 'CREATE_PENDING' | 'CREATE_IN_PROGRESS' | 'CREATE_COMPLETE' | 'FAILED'
  execution: 'UNAVAILABLE' | 'AVAILABLE' | 'EXECUTE_IN_PROGRESS' | 'OBSOLETE'
  reason: string | null
}

const shelves = new WeakMap<StackEngine, Map<string, ChangeSet>>()

const shelfOf = (engine: StackEngine): Map<string, ChangeSet> => {
  const known = shelves.get(engine) ?? new Map<string, ChangeSet>()
  shelves.set(engine, known)
  return known
}

export const putChangeSet = (engine: StackEngine, changeSet: ChangeSet): void => {
  shelfOf(engine).set(changeSet.id, changeSet)
}

export const freshChangeSetId = (engine: StackEngine, region: string, name: string): string =>
  `arn:aws:cloudformation:${region}:${engine.world.account}:changeSet/${name}/${uuid(engine.world)}`

export const changeSetsOf = (engine: StackEngine, stack: Stack): readonly ChangeSet[] =>
  [...shelfOf(engine).values()].filter((one) => one.stack === stack)

export function findChangeSet(
  engine: StackEngine,
  region: string,
  nameOrId: string,
  stackName: string | undefined,
): ChangeSet | undefined {
  if (nameOrId.startsWith('arn:')) return shelfOf(engine).get(nameOrId)
  if (stackName === undefined) {
    throw new AwsFault('ValidationError', 'StackName must be specified if ChangeSetName is not specified as an ARN.')
  }
  const stack = engine.shelf.get(region, stackName)
  return [...shelfOf(engine).values()].find((one) => one.name === nameOrId && one.stackId === stack.id)
}

export function changeSetBy(engine: StackEngine, region: string, nameOrId: string, stackName: string | undefined): ChangeSet {
  const found = findChangeSet(engine, region, nameOrId, stackName)
  if (found === undefined) throw new AwsFault('ChangeSetNotFoundException', `ChangeSet [${nameOrId}] does not exist`, 404)
  return found
}

export function removeChangeSet(engine: StackEngine, changeSet: ChangeSet): void {
  shelfOf(engine).delete(changeSet.id)
  for (const id of changeSet.nested.values()) {
    const inner = shelfOf(engine).get(id)
    if (inner !== undefined) removeChangeSet(engine, inner)
  }
}

/** A stack that changed makes what was planned before worthless. */
export function retireChangeSets(engine: StackEngine, stack: Stack, but: ChangeSet | null): void {
  for (const one of changeSetsOf(engine, stack)) {
    const isOf = but !== null && (one.id === but.id || one.rootId === but.id)
    if (!isOf && one.execution === 'AVAILABLE') one.execution = 'OBSOLETE'
  }
}
