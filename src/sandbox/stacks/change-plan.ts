/**
 * What bringing a stack to a recipe would do, without doing it. What only doing it can tell stays unknown, and a change that
 * merely follows from something unknown says so: then it may be none. Nested stacks are followed when that is wanted.
 */
import {AwsFault} from '../world/contract.ts'
import type {Scope} from './contract.ts'
import {runGraph} from './graph-run.ts'
import {nestedInput} from './nested-stack.ts'
import {leafCauses} from './change-cause.ts'
import type {LeafCause, Moved} from './change-cause.ts'
import {hasUnknown, leafChanges, unknownValue} from './property-diff.ts'
import type {LeafChange} from './property-diff.ts'
import type {Wanted} from './resource-work.ts'
import {refuseSelectOfUnknown} from './select-of-unknown.ts'
import type {StackEngine} from './stack-engine.ts'
import {recipeOf} from './stack-recipe.ts'
import {attributeOf, outputOf, scopeOf} from './stack-scope.ts'
import {stackType} from './stack-state.ts'
import type {Output, Recipe, Stack, StackResource} from './stack-state.ts'
import {outputs} from './template/outputs.ts'
import {templateText} from './template-source.ts'
import {deedFor, isHalfMade, wantedResource} from './wanted-resource.ts'

export interface PlannedLeaf extends LeafChange, LeafCause {
  readonly attribute: 'Properties' | 'Tags' | 'Metadata'
  readonly recreation: 'Never' | 'Conditionally' | 'Always'
}

export interface PlannedChange {
  readonly action: 'Add' | 'Modify' | 'Remove' | 'Import'
  readonly logicalId: string
  readonly type: string
  readonly before: StackResource | null
  readonly after: Wanted | null
  readonly replacement: 'True' | 'False' | 'Conditional' | null
  readonly leaves: readonly PlannedLeaf[]
  readonly nested: StackPlan | null
}

export interface StackPlan {
  /** null: it doesn't exist yet. */
  readonly stackId: string | null
  readonly stackName: string
  readonly recipe: Recipe
  readonly changes: readonly PlannedChange[]
  readonly outputs: readonly Output[]
  readonly outputsChange: boolean
}

/** Into nested stacks; not (then each of them may change, as CloudFormation says); or by this template alone. */
export type Follow = 'follow' | 'stay' | 'own'

/** A stack, or what will become one. */
export type PlannedStack = Pick<Stack, 'id' | 'name' | 'region' | 'resources' | 'recipe' | 'outputs' | 'path'>

export const draftStack = (name: string, region: string, account: string, path: readonly string[] = []): PlannedStack => ({
  id: `arn:aws:cloudformation:${region}:${account}:stack/${name}/00000000-0000-0000-0000-000000000000`,
  name,
  region,
  resources: new Map(),
  recipe: null,
  outputs: [],
  path,
})

export async function planStack(engine: StackEngine, stack: PlannedStack, recipe: Recipe, follow: Follow): Promise<StackPlan> {
  const needs = engine.language.dependencies(recipe.document, recipe.conditions)
  const planned = new Map<string, PlannedChange | null>()
  const scope = scopeOf(engine, stack as Stack, recipe, {
    ref: (logicalId) => (isFresh(planned.get(logicalId)) ? undefined : nonEmpty(stack.resources.get(logicalId)?.physicalId)),
    attribute: (logicalId, name) => attributeAfter(planned.get(logicalId), stack.resources.get(logicalId), name),
  })
  const end = await runGraph(needs, 0, async (logicalId) => {
    planned.set(
      logicalId,
      await planResource(engine, {stack, recipe, scope, follow, planned}, logicalId, needs.get(logicalId) ?? new Set()),
    )
    return {kind: 'done', at: 0}
  })
  const removed = [...stack.resources.values()].filter((one) => !end.has(one.logicalId) && !one.status.startsWith('DELETE_'))
  const after = outputs(scope, recipe.conditions, unknownValue)
  return {
    stackId: stack.recipe === null ? null : stack.id,
    stackName: stack.name,
    recipe,
    outputs: after,
    changes: [...removed.map(removal), ...[...needs.keys()].flatMap((logicalId) => planned.get(logicalId) ?? [])],
    outputsChange: JSON.stringify(after) !== JSON.stringify(stack.outputs),
  }
}

export const changesSomething = (plan: StackPlan): boolean => plan.changes.length > 0 || plan.outputsChange

interface Planning {
  readonly stack: PlannedStack
  readonly recipe: Recipe
  readonly scope: Scope
  readonly follow: Follow
  readonly planned: ReadonlyMap<string, PlannedChange | null>
}

async function planResource(
  engine: StackEngine,
  planning: Planning,
  logicalId: string,
  needs: ReadonlySet<string>,
): Promise<PlannedChange | null> {
  const {stack, recipe, scope, follow} = planning
  if (follow === 'follow') {
    const isUnknown = (id: string, name: string): boolean => hasUnknown(scope.attribute(id, name) ?? unknownValue)
    refuseSelectOfUnknown(recipe.document.resources.get(logicalId)?.properties, isUnknown)
  }
  const wanted = wantedResource(engine, stack, recipe, scope, logicalId, needs, unknownValue)
  const existing = stack.resources.get(logicalId)
  if (existing !== undefined && !existing.status.startsWith('DELETE_') && existing.type !== wanted.type) {
    throw new AwsFault(
      'ValidationError',
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: '
        + `[${logicalId}]`,
    )
  }
  if (wanted.type === stackType) return await planNested(engine, planning, wanted, existing)
  const deed = deedFor(engine.schemas, wanted, existing)
  if (existing === undefined || deed === 'create' || deed === 'recreate') return addition(wanted, existing ?? null, null)
  if (deed === 'keep') return null
  const leaves = leavesOf(engine, planning, wanted, existing)
  return {
    action: 'Modify',
    logicalId,
    type: wanted.type,
    before: existing,
    after: wanted,
    leaves,
    replacement: replacementOf(leaves),
    nested: null,
  }
}

async function planNested(
  engine: StackEngine,
  planning: Planning,
  wanted: Wanted,
  existing: StackResource | undefined,
): Promise<PlannedChange | null> {
  const {stack, follow} = planning
  const child =
    existing === undefined || existing.physicalId === '' ? undefined : engine.shelf.find(stack.region, existing.physicalId)
  const isNew = existing === undefined || child === undefined || child.status === 'DELETE_COMPLETE'
  const leaves = isNew ? [] : leavesOf(engine, planning, wanted, existing)
  if (follow !== 'follow') {
    if (isNew || isHalfMade(existing)) return addition(wanted, existing ?? null, null)
    if (follow === 'own' && leaves.length === 0) return null
    return modification(wanted, existing, leaves, null)
  }
  const url = wanted.properties['TemplateURL']
  const text = (await templateText(engine.world, stack.region, {TemplateURL: String(url)})) ?? ''
  const inner = isNew
    ? draftStack(`${stack.name}-${wanted.logicalId}-NEW`, stack.region, engine.world.account, [...stack.path, wanted.logicalId])
    : child
  const plan = await planStack(engine, inner, await recipeOf(engine, inner, nestedInput(planning.recipe, wanted, text)), 'follow')
  if (isNew) return addition(wanted, existing ?? null, plan)
  const healthy = child.status.endsWith('_COMPLETE')
  return leaves.length === 0 && healthy && !changesSomething(plan) ? null : modification(wanted, existing, leaves, plan)
}

const addition = (after: Wanted, before: StackResource | null, nested: StackPlan | null): PlannedChange => ({
  action: 'Add',
  logicalId: after.logicalId,
  type: after.type,
  before,
  after,
  replacement: null,
  leaves: [],
  nested,
})

const modification = (
  after: Wanted,
  before: StackResource,
  leaves: readonly PlannedLeaf[],
  nested: StackPlan | null,
): PlannedChange => ({
  action: 'Modify',
  logicalId: after.logicalId,
  type: after.type,
  before,
  after,
  replacement: 'False',
  leaves,
  nested,
})

const removal = (before: StackResource): PlannedChange => ({
  action: 'Remove',
  logicalId: before.logicalId,
  type: before.type,
  before,
  after: null,
  replacement: null,
  leaves: [],
  nested: null,
})

function leavesOf(engine: StackEngine, planning: Planning, wanted: Wanted, existing: StackResource): readonly PlannedLeaf[] {
  const moved: Moved = (name) => {
    if (planning.recipe.document.parameters.has(name)) return parameterMoved(planning, name) ? 'parameter' : null
    return planning.planned.get(name) === null || planning.planned.get(name) === undefined ? null : 'resource'
  }
  const declared = {
    before: planning.stack.recipe?.document.resources.get(wanted.logicalId)?.properties,
    after: planning.recipe.document.resources.get(wanted.logicalId)?.properties,
  }
  const properties = leafChanges(existing.properties, wanted.properties).map((leaf): PlannedLeaf => ({
    ...leaf,
    attribute: 'Properties',
    recreation: recreation(engine, wanted, leaf),
    ...leafCauses(declared, leaf.path, hasUnknown(leaf.after), moved),
  }))
  const tagProperty = engine.schemas.find(wanted.type)?.tagProperty
  const ownTagsMove = properties.some(({path}) => path[0] === tagProperty)
  const tags = ownTagsMove ? [] : leafChanges(existing.tags, wanted.tags)
  const metadata = leafChanges(existing.metadata, wanted.metadata)
  const direct = {recreation: 'Never', evaluation: 'Static', source: 'DirectModification', cause: null} as const
  return [
    ...properties,
    ...tags.map((leaf): PlannedLeaf => ({...leaf, attribute: 'Tags', ...direct})),
    ...metadata.map((leaf): PlannedLeaf => ({...leaf, attribute: 'Metadata', ...direct})),
  ]
}

function parameterMoved({stack, recipe}: Planning, name: string): boolean {
  const [before, after] = [stack.recipe?.parameters.get(name), recipe.parameters.get(name)]
  return before?.resolved !== after?.resolved || before?.value !== after?.value
}

function recreation(engine: StackEngine, wanted: Wanted, {path}: LeafChange): PlannedLeaf['recreation'] {
  switch (engine.schemas.replaces(wanted.type, path)) {
    case 'no':
      return 'Never'
    case 'maybe':
      return 'Conditionally'
    case 'yes':
      return 'Always'
  }
}

function replacementOf(leaves: readonly PlannedLeaf[]): 'True' | 'False' | 'Conditional' {
  if (leaves.some((one) => one.recreation === 'Always' && one.evaluation === 'Static')) return 'True'
  return leaves.some((one) => one.recreation !== 'Never') ? 'Conditional' : 'False'
}

/** Made or replaced: its id isn't known before. */
const isFresh = (change: PlannedChange | null | undefined): boolean =>
  change !== null && change !== undefined && (change.action === 'Add' || change.replacement === 'True')

/** Of a thing that is changed in place, attributes may change as well. */
function attributeAfter(change: PlannedChange | null | undefined, existing: StackResource | undefined, name: string): unknown {
  if (change?.nested !== null && change?.nested !== undefined) return outputOf(change.nested.outputs, name)
  if (existing === undefined || (change !== null && change !== undefined)) return undefined
  return attributeOf(existing, name)
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text)
