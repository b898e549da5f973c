/**
 * Makes, changes or removes one resource: events, the account's record, the type's usual time, and the wait until it is stable.
 * Every outcome is told as an event and answered as an end; nothing is thrown. What failing means for others is not decided here.
 */
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'
import {canReach} from '../world/region-down.ts'
import {homeOf, recordOf} from '../services/records/lookup.ts'
import {enterAccount, leaveAccount, settleInAccount} from './account-entry.ts'
import type {Made, ResourceHandler} from './contract.ts'
import {durationMs, longestWaitMs} from './durations.ts'
import {takeFinalSnapshot} from './final-snapshot.ts'
import {plausibleAttributes} from './generic-handler.ts'
import type {NodeEnd} from './graph-run.ts'
import {reasonOf} from './resource-reason.ts'
import {changeRequest, pathOf, requestOf, strikes} from './resource-request.ts'
import type {Job} from './stack-engine.ts'
import {tell, tellOnly} from './stack-events.ts'
import type {StackResource} from './stack-state.ts'
import {waitUntil} from './wait.ts'

const LOOK_AGAIN_MS = 5000
/** How long an injected failure takes to show. */
const STRIKE_MS = 3000
const GLOBAL_CONTROL_PLANE = 'us-east-1'

/** A resource as it shall be; one that is there already is one too. */
export type Wanted = Pick<
  StackResource,
  'logicalId' | 'type' | 'properties' | 'tags' | 'needs' | 'metadata' | 'deletionPolicy' | 'updateReplacePolicy'
>

export async function createResource(
  job: Job,
  wanted: Wanted,
  at: number,
  previous: StackResource | null = null,
): Promise<NodeEnd> {
  const verb = previous === null ? 'CREATE' : 'UPDATE'
  let resource = blank(job, wanted, `${verb}_IN_PROGRESS`)
  if (previous === null) tell(job.engine, job.stack, job.operation, resource)
  else {
    // The old one stays what the stack has until there is a new one.
    tellOnly(job.engine, job.stack, job.operation, {
      ...resource,
      physicalId: previous.physicalId,
      reason: 'Requested update requires the creation of a new physical resource; hence creating one.',
    })
  }
  try {
    await refuseOrStrike(job, wanted, at)
    const request = await requestOf(job, wanted, '', {})
    const made = await handlerOf(job, wanted).create(request)
    if (previous !== null) job.stack.leftOver = [...job.stack.leftOver, previous]
    resource = {...withMade(job, wanted, resource, made), reason: 'Resource creation Initiated', madeBy: job.operation.id}
    tell(job.engine, job.stack, job.operation, resource)
    enterAccount(job.engine.world, job.stack, resource, 'creating')
    const end = await complete(job, wanted, resource, at, 'create')
    return succeed(job, resource, `${verb}_COMPLETE`, end)
  } catch (error) {
    return fail(job, resource, verb, error)
  }
}

export async function updateResource(job: Job, wanted: Wanted, existing: StackResource, at: number): Promise<NodeEnd> {
  let resource: StackResource = {
    ...blank(job, wanted, 'UPDATE_IN_PROGRESS'),
    physicalId: existing.physicalId,
    attributes: existing.attributes,
    madeBy: existing.madeBy,
  }
  tell(job.engine, job.stack, job.operation, resource)
  try {
    await refuseOrStrike(job, wanted, at)
    const request = await requestOf(job, wanted, existing.physicalId, existing.properties)
    const made = await handlerOf(job, wanted).update(request)
    resource = withMade(job, wanted, resource, made, existing.attributes)
    enterAccount(job.engine.world, job.stack, resource, 'modifying')
    const end = await complete(job, wanted, resource, at, 'update')
    return succeed(job, resource, 'UPDATE_COMPLETE', end)
  } catch (error) {
    if (job.operation.disableRollback) await putBack(job, wanted, existing)
    const failed = job.operation.disableRollback ? existing : resource
    return fail(job, failed, 'UPDATE', error)
  }
}

/** Without history of its own on the stack when it is left over: `onStack` false. */
export async function removeResource(job: Job, resource: StackResource, at: number, onStack: boolean): Promise<NodeEnd> {
  const {engine, stack, operation} = job
  const say = onStack ? tell : tellOnly
  const going: StackResource = {...resource, status: 'DELETE_IN_PROGRESS', reason: null, changedAt: engine.world.clock.now()}
  say(engine, stack, operation, going)
  try {
    let end = at
    if (resource.physicalId !== '') {
      const request = changeRequest(job, resource)
      const handler = engine.handler(resource.type)
      // Somebody deleted it by hand: there is nothing to snapshot, and nothing to wait for.
      const there = recordOf(engine.world, resource.type, stack.region, resource.physicalId) !== undefined
      if (there && resource.deletionPolicy === 'Snapshot') takeFinalSnapshot(engine.world, stack, resource)
      await unlessGone(async () => {
        await handler.remove(request)
      })
      const dice = engine.world.random(`remove/${stack.region}/${pathOf(job, resource.logicalId)}`)()
      end = there ? at + durationMs(resource.type, 'remove', dice) : at
      await waitUntil(engine.world.clock, end, job.signal)
      end = await untilNull(job, resource.type, end, async () => (await handler.gone?.(request)) ?? null)
      leaveAccount(engine.world, stack.region, resource.type, resource.physicalId)
    }
    say(engine, stack, operation, {...going, status: 'DELETE_COMPLETE', changedAt: engine.world.clock.now()})
    return {kind: 'done', at: end}
  } catch (error) {
    if (error instanceof Cancelled) return {kind: 'skipped'}
    say(engine, stack, operation, {
      ...going,
      status: 'DELETE_FAILED',
      reason: reasonOf(engine.world, error),
      changedAt: engine.world.clock.now(),
    })
    job.failed()
    return {kind: 'failed'}
  }
}

class Cancelled extends Error {}

export function blank(
  job: Job,
  {logicalId, type, properties, tags, needs, metadata, deletionPolicy, updateReplacePolicy}: Wanted,
  status: string,
): StackResource {
  return {
    logicalId,
    type,
    properties,
    tags,
    needs,
    metadata,
    deletionPolicy,
    updateReplacePolicy,
    physicalId: '',
    status,
    reason: null,
    changedAt: job.engine.world.clock.now(),
    attributes: {},
    madeBy: null,
  }
}

function withMade(
  job: Job,
  {properties}: Wanted,
  resource: StackResource,
  made: Made,
  known: Readonly<Record<string, unknown>> = {},
): StackResource {
  const schema = job.engine.schemas.find(resource.type)
  const {
    stack: {region},
    engine: {world},
  } = job
  const plausible =
    schema === undefined || Object.keys(known).length > 0
      ? known
      : plausibleAttributes(
          schema,
          {world, region, type: resource.type, properties, logicalId: resource.logicalId},
          made.physicalId,
        )
  return {...resource, physicalId: made.physicalId, changedAt: world.clock.now(), attributes: {...plausible, ...made.attributes}}
}

async function complete(
  job: Job,
  wanted: Wanted,
  resource: StackResource,
  at: number,
  doing: 'create' | 'update',
): Promise<number> {
  const {
    engine: {world},
    stack,
  } = job
  const dice = world.random(`${doing}/${stack.region}/${pathOf(job, resource.logicalId)}`)()
  const due = at + durationMs(resource.type, doing, dice)
  if ((await waitUntil(world.clock, due, job.signal)) === 'cancelled') throw new Cancelled()
  const handler = handlerOf(job, wanted)
  if (handler.stable === undefined) return due
  const request = changeRequest(job, resource)
  return await untilNull(job, resource.type, due, async () => (await handler.stable?.(request)) ?? null)
}

/** Asks every 5 s until there is nothing left to wait for; answers when that was due. */
async function untilNull(job: Job, type: string, from: number, ask: () => Promise<string | null>): Promise<number> {
  const {world} = job.engine
  const last = from + longestWaitMs(type)
  for (let due = from; ; due = Math.max(due + LOOK_AGAIN_MS, world.clock.now())) {
    if ((await waitUntil(world.clock, due, job.signal)) === 'cancelled') throw new Cancelled()
    const waitsFor = await ask()
    if (waitsFor === null) return due
    if (due >= last) throw new AwsFault('NotStabilized', `Exceeded attempts to wait: ${waitsFor}`)
  }
}

async function refuseOrStrike(job: Job, wanted: Wanted, at: number): Promise<void> {
  const {
    engine: {world, schemas},
  } = job
  const {logicalId, type} = wanted
  const problems = schemas.check(type, wanted.properties)
  if (problems.length > 0) {
    throw new AwsFault(
      'InvalidRequest',
      `Properties validation failed for resource ${logicalId} with message: ${problems.join(', ')}`,
    )
  }
  refuseLostControlPlane(world, type, job.stack.region)
  const struck = world.strike('resource-fails', (fault) => strikes(job, fault, logicalId, type))
  if (struck === null) return
  await waitUntil(world.clock, at + STRIKE_MS, job.signal)
  throw new AwsFault('GeneralServiceException', struck.message ?? `Internal error while making ${type}. Please try again.`)
}

/** Route 53, CloudFront and IAM are changed in us-east-1, whatever Region the stack is in. */
function refuseLostControlPlane(world: World, type: string, region: string): void {
  if (homeOf(type, region) === region || canReach(world, region, GLOBAL_CONTROL_PLANE)) return
  throw new AwsFault(
    'ServiceUnavailable',
    `${type}: the control plane in ${GLOBAL_CONTROL_PLANE} can't be reached. Please try again.`,
    503,
  )
}

/** Best effort: the resource goes back to what it was before it failed. */
async function putBack(job: Job, wanted: Wanted, existing: StackResource): Promise<void> {
  try {
    await handlerOf(job, wanted).update({...changeRequest(job, existing), previous: wanted.properties})
  } catch {
    // It failed before it took effect, or it can't be helped: the event says what failed first.
  }
}

const handlerOf = (job: Job, wanted: Wanted): ResourceHandler => job.engine.handler(wanted.type)

async function unlessGone(remove: () => Promise<void>): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (error instanceof AwsFault && /NotFound|NoSuch|DoesNotExist/i.test(error.code)) return
    throw error
  }
}

function succeed(job: Job, resource: StackResource, status: string, at: number): NodeEnd {
  const {engine, stack, operation} = job
  settleInAccount(engine.world, stack.region, resource.type, resource.physicalId)
  tell(engine, stack, operation, {...resource, status, reason: null, changedAt: engine.world.clock.now()})
  return {kind: 'done', at}
}

export function fail(job: Job, resource: StackResource, verb: 'CREATE' | 'UPDATE', error: unknown): NodeEnd {
  const {engine, stack, operation} = job
  const cancelled = error instanceof Cancelled || job.signal.aborted
  const reason = cancelled ? `Resource ${verb === 'CREATE' ? 'creation' : 'update'} cancelled` : reasonOf(engine.world, error)
  tell(engine, stack, operation, {...resource, status: `${verb}_FAILED`, reason, changedAt: engine.world.clock.now()})
  if (!cancelled) job.failed()
  return {kind: 'failed'}
}
