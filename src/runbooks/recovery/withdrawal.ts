/**
 * Whether a run can still be withdrawn, and why not, in a sentence with the next command. In an outage nothing goes back by itself once
 * the promotion has begun; a person may until the flip, while it is seen that home has everything: it answers, this run fenced it, and
 * its database is a primary. It only reads.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Event} from '../engine/event.ts'
import {runState} from '../engine/run-state.ts'
import {StoreUnavailable} from '../engine/store.ts'
import {Unavailable} from '../engine/unavailable.ts'
import {recoveryInput} from './find-recovery.ts'
import type {PromoteInput} from './input.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {hopeless, isReplica} from './promotion-state.ts'
import {iso} from './situation.ts'
import {closed} from './steps/fence.ts'

interface Begun {
  readonly step: string
  readonly at: number
}

/** The step that can't be taken back, once it has begun: from then on forward is the only direction that is gone by itself. */
export function returnBegun(events: readonly Event[]): Begun | null {
  const points = new Set(
    events.flatMap((event) =>
      event.kind === 'planned' ? event.data.steps.filter(({pointOfNoReturn}) => pointOfNoReturn === true).map(({id}) => id) : [],
    ),
  )
  return begunOf(events, (step) => points.has(step))
}

function begunOf(events: readonly Event[], is: (step: string) => boolean): Begun | null {
  for (const event of events)
    if (event.kind === 'step-started' && is(event.data.step)) return {step: event.data.step, at: event.at}
  return null
}

/** A failover that has promoted, and hasn't begun to send users: whether they can go back depends on home. */
function depends(events: readonly Event[]): PromoteInput | null {
  const input = recoveryInput(events)
  return input?.kind === 'promote' && begunOf(events, (step) => step === 'flip') === null ? input : null
}

/** By the journal alone. */
export function refuseTooLate(run: string, events: readonly Event[]): void {
  const point = returnBegun(events)
  if (point === null || depends(events) !== null) return
  const input = recoveryInput(events)
  const flip = begunOf(events, (step) => step === 'flip')
  if (input?.kind === 'promote' && flip !== null)
    throw refused(
      `${run} is past its point of no return: users have been sent to ${input.to.region} since ${iso(flip.at)} and write there. `
        + 'The way back is a failback, which loses nothing.',
      [`sluice dr resume ${run}`, `sluice dr failback --confirm ${input.place.environment}`],
    )
  throw refused(`${run} is past its point of no return: ${point.step} has begun, and nothing can take that back.`, [
    `sluice dr resume ${run}`,
    ...(input?.kind === 'promote' ? ['sluice dr failback'] : []),
    ...(input?.kind === 'failback' ? [`sluice dr promote --unplanned (once ${input.place.home} is lost)`] : []),
  ])
}

/** By the journal, and by what home says where that decides. */
export async function refuseUnlessHomeHasAll(
  run: string,
  events: readonly Event[],
  worldOf: (input: PromoteInput) => Promise<RecoveryWorld | null>,
): Promise<void> {
  refuseTooLate(run, events)
  const input = returnBegun(events) === null ? null : depends(events)
  if (input === null) return
  const world = await worldOf(input)
  const lacks = world === null ? 'nobody looked whether it has everything' : await homeLacks(world, input, events)
  if (lacks !== null)
    throw refused(`${run} has begun to promote, and users can't go back to ${input.place.home}: ${lacks}. Nothing was changed.`, [
      `sluice dr resume ${run}`,
    ])
}

/** Why home may not have everything, or isn't known to; null: it has. */
async function homeLacks(world: RecoveryWorld, {place, from}: PromoteInput, events: readonly Event[]): Promise<string | null> {
  const {home} = place
  const fenced = runState(events).facts.get('fence')
  if (from === null || fenced?.['how'] !== 'fenced') return `this run couldn't fence ${home}, so what it took since isn't known`
  try {
    const [database, rule, ingress] = await Promise.all([
      world.database.describe(home, place.database),
      world.fence.liveRule(home, from.listener, from.targetGroups),
      world.fence.ingress(home, from.databaseGroup),
    ])
    if (rule === null || rule.fixed === null || !closed(ingress)) return `${home} isn't fenced any more`
    if (database === null) return `there is no database ${place.database} in ${home}`
    if (isReplica(database)) return `${place.database} in ${home} is no primary`
    return hopeless(database) ?? (database.status === 'available' ? null : `${place.database} in ${home} is ${database.status}`)
  } catch (error) {
    if (error instanceof Unavailable || error instanceof StoreUnavailable || error instanceof SluiceError)
      return `${home} doesn't answer (${error.message})`
    throw error
  }
}

const refused = (message: string, suggestions: readonly string[]): SluiceError =>
  new SluiceError({code: 'past-return', exitCode: ExitCode.usage, message, suggestions})
