/**
 * A stack as a resource of another: made, brought forward or left alone as its parent is. Its outputs are there when it is
 * complete; what it replaced or dropped waits, as the parent's does, until the whole operation has succeeded.
 */
import {AwsFault} from '../world/contract.ts'
import type {Properties} from './contract.ts'
import type {NodeEnd} from './graph-run.ts'
import {strikes} from './resource-request.ts'
import {blank, fail} from './resource-work.ts'
import type {Wanted} from './resource-work.ts'
import type {Job} from './stack-engine.ts'
import {failedSentence, setStatus, tell} from './stack-events.ts'
import type {ForwardEnd} from './stack-forward.ts'
import {isSameRecipe, recipeOf} from './stack-recipe.ts'
import type {RecipeInput} from './stack-recipe.ts'
import {snapshotOf} from './stack-state.ts'
import type {Recipe, Stack, StackResource} from './stack-state.ts'
import {templateText} from './template-source.ts'
import {waitUntil} from './wait.ts'

/** What a nested stack takes itself, beside what is in it. */
const OWN_MS = 800

type GoForward = (job: Job, at: number) => Promise<ForwardEnd>

export async function workOnNested(
  job: Job,
  wanted: Wanted,
  existing: StackResource | undefined,
  at: number,
  goForward: GoForward,
): Promise<NodeEnd> {
  const child =
    existing === undefined || existing.physicalId === ''
      ? undefined
      : job.engine.shelf.find(job.stack.region, existing.physicalId)
  if (existing === undefined || child === undefined || child.status === 'DELETE_COMPLETE') {
    return await createNested(job, wanted, at, goForward)
  }
  return await updateNested(job, wanted, existing, child, at, goForward)
}

async function createNested(job: Job, wanted: Wanted, at: number, goForward: GoForward): Promise<NodeEnd> {
  const {engine, stack, operation} = job
  const resource = blank(job, wanted, 'CREATE_IN_PROGRESS')
  tell(engine, stack, operation, resource)
  try {
    strike(job, wanted)
    const name = `${stack.name}-${wanted.logicalId}-${engine.world.hex(13).toUpperCase()}`
    const text = await nestedText(job, wanted)
    const child = engine.shelf.add({name, region: stack.region, parent: stack, path: [...stack.path, wanted.logicalId]})
    inherit(child, stack)
    const made: StackResource = {
      ...resource,
      physicalId: child.id,
      changedAt: engine.world.clock.now(),
      reason: 'Resource creation Initiated',
      madeBy: operation.id,
    }
    tell(engine, stack, operation, made)
    setStatus(engine, child, operation, 'CREATE_IN_PROGRESS')
    child.operations.push(operation)
    return await bringForward(job, made, child, await childRecipe(job, child, inputOf(job, wanted, text)), at, goForward)
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error
    return failChild(job, job.stack.resources.get(wanted.logicalId) ?? resource, 'CREATE', error)
  }
}

async function updateNested(
  job: Job,
  wanted: Wanted,
  existing: StackResource,
  child: Stack,
  at: number,
  goForward: GoForward,
): Promise<NodeEnd> {
  const {engine, stack, operation} = job
  const anew = existing.status === 'CREATE_FAILED'
  const verb = anew ? 'CREATE' : 'UPDATE'
  const going: StackResource = {
    ...blank(job, wanted, `${verb}_IN_PROGRESS`),
    physicalId: child.id,
    attributes: existing.attributes,
    madeBy: existing.madeBy,
  }
  tell(engine, stack, operation, going)
  try {
    strike(job, wanted)
    const recipe = await childRecipe(job, child, inputOf(job, wanted, await nestedText(job, wanted)))
    if (child.recipe !== null && isSameRecipe(child.recipe, recipe) && child.status.endsWith('_COMPLETE')) {
      tell(engine, stack, operation, {...going, status: 'UPDATE_COMPLETE', changedAt: engine.world.clock.now()})
      return {kind: 'done', at}
    }
    if (!isReady(child)) {
      throw new AwsFault('ValidationError', `Stack:${child.id} is in ${child.status} state and can not be updated.`)
    }
    if (!child.unsettled && !child.status.endsWith('_FAILED')) child.stable = snapshotOf(child)
    setStatus(engine, child, operation, 'UPDATE_IN_PROGRESS')
    child.operations.push(operation)
    return await bringForward(job, going, child, recipe, at, goForward)
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error
    return failChild(job, going, verb, error)
  }
}

const isReady = ({status}: Stack): boolean =>
  status.endsWith('_COMPLETE') || status === 'CREATE_FAILED' || status === 'UPDATE_FAILED'

async function bringForward(
  job: Job,
  resource: StackResource,
  child: Stack,
  recipe: Recipe,
  at: number,
  goForward: GoForward,
): Promise<NodeEnd> {
  const {engine, stack, operation} = job
  const isUpdate = child.status === 'UPDATE_IN_PROGRESS'
  const verb = resource.status.startsWith('CREATE') ? 'CREATE' : 'UPDATE'
  child.unsettled = true
  const end = await goForward({...job, stack: child, recipe}, at)
  if (!end.ok) return childFailed(job, resource, child, isUpdate)
  const due = end.at + OWN_MS
  await waitUntil(engine.world.clock, due, job.signal)
  setStatus(engine, child, operation, isUpdate ? 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' : 'CREATE_COMPLETE')
  const attributes = Object.fromEntries(child.outputs.map(({key, value}) => [`Outputs.${key}`, value]))
  tell(engine, stack, operation, {
    ...resource,
    attributes,
    status: `${verb}_COMPLETE`,
    reason: null,
    changedAt: engine.world.clock.now(),
  })
  return {kind: 'done', at: due}
}

/** Says of the child what will happen to it, and of the resource why it failed: its own failure, or the others'. */
function childFailed(job: Job, resource: StackResource, child: Stack, isUpdate: boolean): NodeEnd {
  const {engine, operation} = job
  const because = failedSentence(child, ['create', 'update'])
  const own = [...child.resources.values()].some(
    (one) => one.status.endsWith('_FAILED') && one.reason?.endsWith(' cancelled') !== true,
  )
  const status = operation.disableRollback
    ? isUpdate
      ? 'UPDATE_FAILED'
      : 'CREATE_FAILED'
    : isUpdate
      ? 'UPDATE_ROLLBACK_IN_PROGRESS'
      : 'ROLLBACK_IN_PROGRESS'
  setStatus(engine, child, operation, status, own || because !== '' ? because : 'Resource creation cancelled')
  const verb = resource.status.startsWith('CREATE') ? 'CREATE' : 'UPDATE'
  const reason = !own
    ? `Resource ${verb === 'CREATE' ? 'creation' : 'update'} cancelled`
    : isUpdate
      ? `Embedded stack ${child.id} was not successfully updated. Currently in ${status} with reason: ${because}`
      : `Embedded stack ${child.id} was not successfully created: ${because}`
  tell(engine, job.stack, operation, {...resource, status: `${verb}_FAILED`, reason, changedAt: engine.world.clock.now()})
  if (own) job.failed()
  return {kind: 'failed'}
}

function failChild(job: Job, resource: StackResource, verb: 'CREATE' | 'UPDATE', error: AwsFault): NodeEnd {
  const child = job.engine.shelf.find(job.stack.region, resource.physicalId)
  if (child?.status === 'CREATE_IN_PROGRESS') setStatus(job.engine, child, job.operation, 'CREATE_FAILED', error.message)
  return fail(job, resource, verb, error)
}

function strike(job: Job, wanted: Wanted): void {
  const struck = job.engine.world.strike('resource-fails', (fault) => strikes(job, fault, wanted.logicalId, wanted.type))
  if (struck !== null) {
    throw new AwsFault('ValidationError', struck.message ?? 'Internal error while making the nested stack. Please try again.')
  }
}

async function nestedText(job: Job, {properties}: Wanted): Promise<string> {
  const {TemplateURL} = properties
  if (typeof TemplateURL !== 'string') {
    throw new AwsFault('ValidationError', 'Properties validation failed: required key [TemplateURL] not found')
  }
  return (await templateText(job.engine.world, job.stack.region, {TemplateURL})) ?? ''
}

const inputOf = (job: Job, wanted: Wanted, text: string): RecipeInput => nestedInput(job.recipe, wanted, text)

/** Lists are handed down as the texts they came from. */
export function nestedInput(parent: Recipe, {properties, tags}: Wanted, text: string): RecipeInput {
  const given = (properties['Parameters'] ?? {}) as Properties
  const own = Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:')))
  return {
    text,
    capabilities: parent.capabilities,
    notificationArns: parent.notificationArns,
    tags: own,
    given: Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
    ),
  }
}

const childRecipe = async (job: Job, child: Stack, input: RecipeInput): Promise<Recipe> =>
  await recipeOf(job.engine, child, input)

function inherit(child: Stack, parent: Stack): void {
  child.onFailure = parent.onFailure
  child.role = parent.role
}
