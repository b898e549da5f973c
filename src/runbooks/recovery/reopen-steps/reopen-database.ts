/**
 * The database that users left when they went home is theirs again, under its final name. Nothing is promoted, and nothing is deleted but
 * a replica that is half made and so holds nothing. The record follows at once, whoever ticks next.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import type {Reopens} from '../input.ts'
import {callsOf} from '../port-calls.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {hopeless, isBusy, statusLagsMs} from '../promotion-state.ts'
import {stand, stands} from '../steps/promote-database.ts'
import type {Promotion} from '../steps/promote-database.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {leftDatabase, madeAfterAll} from './left-database.ts'

export function reopenDatabase(way: Way, reopens: Reopens, promotion: Promotion, {needs}: Placed): RecoveryStep {
  const {place, to} = way
  const {region} = to
  const asked: Asked = {renameAt: null}
  return {
    id: 'promote-database',
    title: `${place.database} in ${region} is what users left`,
    needs,
    pointOfNoReturn: true,
    consent: promotion.consent,
    calls: [
      ...callsOf(region, 'database.describe', 'database.modify', 'database.remove'),
      ...callsOf(place.recovery, 'store.read', 'store.write'),
    ],
    deadlineMs: minutes(45),
    atDeadline: 'pause',
    usual: {p50Seconds: 60, p90Seconds: 600},
    intent: () => ({reopen: place.database, region, from: reopens.aside}),
    observe: async (world, context) => {
      const left = await leftDatabase(way, reopens, world, context.signal)
      const {database, inTheWay} = left
      const begun = context.events.some((event) => event.kind === 'step-started' && event.data.step === 'promote-database')
      const made = begun ? null : madeAfterAll(left)
      if (made !== null) return {kind: 'failed', because: made, then: 'fail'}
      const isThere = inTheWay === null && database?.id === place.database && database.status === 'available'
      return isThere && (await stands(way, world, context))
        ? {kind: 'done', facts: factsOf(database, context)}
        : {kind: 'not-done'}
    },
    start: (world, context) => stand(way, promotion, world, context),
    poll: async (world, context) => {
      if (!(await stands(way, world, context))) await stand(way, promotion, world, context)
      return next(way, reopens, asked, world, context)
    },
  }
}

interface Asked {
  renameAt: number | null
}

const factsOf = ({class: klass, multiAz}: DatabaseState, {now}: StepContext) => ({promotedAt: now, class: klass, multiAz})

async function next(way: Way, reopens: Reopens, asked: Asked, world: RecoveryWorld, context: StepContext): Promise<Polled> {
  const {place, to} = way
  const {now, signal} = context
  const wait = (waitsFor: string): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(5)})
  const {database, inTheWay} = await leftDatabase(way, reopens, world, signal)
  if (database === null) return {kind: 'failed', because: `${reopens.aside} in ${to.region} is gone`, then: 'pause'}
  const wrong = hopeless(database)
  if (wrong !== null) return {kind: 'failed', because: wrong, then: 'pause'}
  if (inTheWay !== null) return outOfTheWay(inTheWay, world, context)
  if (database.status !== 'available') return wait(`${database.id} to be available (${database.status})`)
  if (database.id === place.database)
    return {kind: 'done', facts: factsOf(database, context), note: 'nothing was promoted: it is as users left it'}
  if (asked.renameAt === null || now - asked.renameAt > statusLagsMs) {
    asked.renameAt = now
    await unlessBusy(() => world.database.modify(to.region, database.id, {id: place.database}, signal), 'rds:ModifyDBInstance')
  }
  return wait(`${database.id} to be called ${place.database} again`)
}

/** The name that the stacks and tasks know has to be free; what was made halfway holds nothing that is anybody's. */
async function outOfTheWay(
  {id, region, status, protected: isProtected}: DatabaseState,
  world: RecoveryWorld,
  context: StepContext,
) {
  const wait = (waitsFor: string): Polled => ({kind: 'pending', waitsFor, lookAgainAt: context.now + seconds(10)})
  if (status === 'deleting') return wait(`the half-made replica ${id} in ${region} to be gone`)
  const byHand = `aws rds delete-db-instance --region ${region} --db-instance-identifier ${id} --skip-final-snapshot`
  if (status === 'available')
    return {
      kind: 'failed',
      because: `the new replica ${id} in ${region} has become available, and may have more than what users left. To go on without it: ${byHand}`,
      then: 'pause',
    } as const
  if (isProtected) return wait(`RDS to let go of the half-made replica ${id} in ${region} (${status}, protected): ${byHand}`)
  await unlessBusy(() => world.database.remove(region, id, null, context.signal), 'rds:DeleteDBInstance')
  return wait(`the half-made replica ${id} in ${region} to be gone`)
}

/** RDS is at something else: asked again once it is over. */
async function unlessBusy(ask: () => Promise<void>, action: string): Promise<void> {
  try {
    await ask()
  } catch (error) {
    throw isBusy(error) ? new Unavailable(action, error.message, {cause: error}) : error
  }
}
