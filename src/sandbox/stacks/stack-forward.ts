/**
 * Brings one stack to its recipe: every resource made, changed or replaced as soon as what it needs is there. What is no longer
 * wanted stays until everything has succeeded (`stack-cleanup.ts`), so that there is a way back.
 */
import {AwsFault} from '../world/contract.ts'
import {lastEnd, runGraph} from './graph-run.ts'
import type {NodeEnd} from './graph-run.ts'
import {workOnNested} from './nested-stack.ts'
import {hasUnknown, unknownValue} from './property-diff.ts'
import {removeUnlessRetained} from './removal.ts'
import {blank, createResource, fail, updateResource} from './resource-work.ts'
import type {Wanted} from './resource-work.ts'
import type {Job} from './stack-engine.ts'
import {tell} from './stack-events.ts'
import {policyRefusal} from './stack-policy.ts'
import {scopeOf} from './stack-scope.ts'
import type {Output, StackResource} from './stack-state.ts'
import {stackType} from './stack-state.ts'
import {outputs} from './template/outputs.ts'
import {deedFor, isHalfMade, namedOutright, wantedResource} from './wanted-resource.ts'

export interface ForwardEnd {
  readonly ok: boolean
  readonly at: number
}

export async function goForward(job: Job, at: number): Promise<ForwardEnd> {
  const {engine, stack, recipe} = job
  const needs = engine.language.dependencies(recipe.document, recipe.conditions)
  const denied = refuseDeletions(job, new Set(needs.keys()))
  if (denied) return {ok: false, at}
  stack.recipe = recipe
  const ends = await runGraph(
    needs,
    at,
    async (logicalId, due) => await workOn(job, logicalId, needs.get(logicalId) ?? new Set(), due),
  )
  const ok = [...ends.values()].every((end) => end.kind === 'done')
  if (ok) stack.outputs = allKnown(stack.name, outputs(scopeOf(engine, stack, recipe), recipe.conditions, unknownValue))
  return {ok, at: lastEnd(ends, at)}
}

/** Everything is there now: what still isn't known is an attribute that a handler should have supplied. */
function allKnown(stack: string, all: readonly Output[]): readonly Output[] {
  const unknown = all.filter(({value}) => hasUnknown(value)).map(({key}) => key)
  if (unknown.length > 0) throw new Error(`outputs of ${stack} refer to attributes that nobody supplied: ${unknown.join(', ')}`)
  return all
}

function refuseUnknown({logicalId, type, properties}: Wanted): void {
  if (hasUnknown(properties))
    throw new Error(
      `properties of ${logicalId} (${type}) refer to attributes that nobody supplied: ${JSON.stringify(properties)}`,
    )
}

async function workOn(job: Job, logicalId: string, needs: ReadonlySet<string>, at: number): Promise<NodeEnd> {
  if (job.signal.aborted) return {kind: 'skipped'}
  const {engine, stack, recipe} = job
  const existing = stack.resources.get(logicalId)
  let wanted: Wanted
  try {
    wanted = wantedResource(engine, stack, recipe, scopeOf(engine, stack, recipe), logicalId, needs, unknownValue)
    refuseUnknown(wanted)
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error
    return unresolvable(job, logicalId, existing, error)
  }
  const deed = deedFor(engine.schemas, wanted, existing)
  const refusal = existing === undefined || deed === 'keep' || isHalfMade(existing) ? null : refused(job, wanted, existing, deed)
  if (refusal !== null && existing !== undefined) return fail(job, existing, 'UPDATE', refusal)
  if (wanted.type === stackType) return await workOnNested(job, wanted, existing, at, goForward)
  if (existing === undefined || deed === 'create') return await createResource(job, wanted, at)
  switch (deed) {
    case 'keep':
      return keep(job, wanted, existing, at)
    case 'update':
      return await updateResource(job, wanted, existing, at)
    case 'replace':
      return await createResource(job, wanted, at, existing)
    case 'recreate':
      return await recreate(job, wanted, existing, at)
  }
}

function keep(job: Job, wanted: Wanted, existing: StackResource, at: number): NodeEnd {
  const {needs, metadata, deletionPolicy, updateReplacePolicy} = wanted
  const status = existing.status === 'UPDATE_FAILED' ? 'UPDATE_COMPLETE' : existing.status
  job.stack.resources.set(wanted.logicalId, {
    ...existing,
    needs,
    metadata,
    deletionPolicy,
    updateReplacePolicy,
    status,
    reason: null,
  })
  return {kind: 'done', at}
}

/** What never was made well goes first, then it is made anew. */
async function recreate(job: Job, wanted: Wanted, existing: StackResource, at: number): Promise<NodeEnd> {
  const gone =
    existing.physicalId === ''
      ? ({kind: 'done', at} as const)
      : await removeUnlessRetained(job, existing, existing.deletionPolicy, at, 'aside')
  if (gone.kind === 'done') return await createResource(job, wanted, gone.at)
  return fail(job, existing, 'CREATE', new AwsFault('NotStabilized', 'What was left of the last try could not be deleted.'))
}

function unresolvable(job: Job, logicalId: string, existing: StackResource | undefined, error: AwsFault): NodeEnd {
  const type = job.recipe.document.resources.get(logicalId)?.type ?? ''
  const wanted: Wanted = {
    logicalId,
    type,
    properties: {},
    tags: {},
    needs: new Set(),
    metadata: undefined,
    deletionPolicy: 'Delete',
    updateReplacePolicy: 'Delete',
  }
  return fail(job, existing ?? blank(job, wanted, 'CREATE_IN_PROGRESS'), existing === undefined ? 'CREATE' : 'UPDATE', error)
}

function refused(
  job: Job,
  wanted: Wanted,
  existing: StackResource,
  deed: 'create' | 'recreate' | 'update' | 'replace',
): AwsFault | null {
  const {stack, engine, operation} = job
  const said = policyRefusal(stack.policy, deed === 'replace' ? 'Update:Replace' : 'Update:Modify', wanted.logicalId, wanted.type)
  if (said !== null) return new AwsFault('ValidationError', said)
  if (deed !== 'replace') return null
  if (operation.disableRollback) {
    return new AwsFault('ValidationError', 'Replacement type updates not supported on stack with disable-rollback.')
  }
  const name = namedOutright(engine.schemas, wanted, existing)
  return name === null
    ? null
    : new AwsFault(
        'ValidationError',
        'CloudFormation cannot update a stack when a custom-named resource requires replacing. '
          + `Rename ${name} and update the stack again.`,
      )
}

/** A policy's word against deletions is asked before anything else happens. */
function refuseDeletions(job: Job, wanted: ReadonlySet<string>): boolean {
  const {stack, engine, operation} = job
  const refusals = [...stack.resources.values()]
    .filter((one) => !wanted.has(one.logicalId))
    .flatMap((resource) => {
      const reason = policyRefusal(stack.policy, 'Update:Delete', resource.logicalId, resource.type)
      return reason === null ? [] : [{resource, reason}]
    })
  for (const {resource, reason} of refusals) {
    tell(engine, stack, operation, {...resource, status: 'UPDATE_FAILED', reason, changedAt: engine.world.clock.now()})
    job.failed()
  }
  return refusals.length > 0
}
