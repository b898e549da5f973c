/**
 * What the dr commands find out before there is a plan: both Regions as they stand, where users are, what production needs, readiness.
 * Only reads, but for the newest readiness, which is kept where an unplanned failover finds it without asking a Region that may be dead.
 */
import {completeRecovery} from '../../compose-recovery.ts'
import type {Sides} from '../../compose-recovery.ts'
import {SluiceError} from '../../errors.ts'
import {patiently} from '../../runbooks/engine/patience.ts'
import {describePlan} from '../../runbooks/engine/describe-plan.ts'
import {StoreUnavailable} from '../../runbooks/engine/store.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import type {Json} from '../../runbooks/engine/event.ts'
import {keepCapacity, readCapacity, takeCapacitySnapshot} from '../../runbooks/recovery/capacity.ts'
import {forecastPath} from '../../runbooks/recovery/critical-path.ts'
import type {Forecast} from '../../runbooks/recovery/critical-path.ts'
import {recoveryRuns} from '../../runbooks/recovery/find-recovery.ts'
import type {FoundRecovery} from '../../runbooks/recovery/find-recovery.ts'
import type {CapacitySnapshot, PromoteInput, Side, Standing} from '../../runbooks/recovery/input.ts'
import {promotePlan} from '../../runbooks/recovery/promote-plan.ts'
import {readReadiness} from '../../runbooks/recovery/readiness/read-readiness.ts'
import type {Readiness} from '../../runbooks/recovery/readiness/read-readiness.ts'
import {readStanding} from '../../runbooks/recovery/standing.ts'
import type {Opened} from './recovery-command.ts'

export interface Around {
  readonly sides: Sides
  readonly standing: Standing | null
  readonly capacity: CapacitySnapshot | null
  readonly runs: readonly FoundRecovery[]
  /** End of the newest drill that was done, epoch ms. */
  readonly lastDrillAt: number | null
}

export async function lookAround(opened: Opened): Promise<Around> {
  const {desk, place, clock} = opened
  const [sides, standing, capacity, runs] = await Promise.all([
    completeRecovery(opened),
    patiently(clock, () => readStanding(desk.store, place)),
    patiently(clock, () => readCapacity(desk.store, place)),
    recoveryRuns(desk, place, recent),
  ])
  const drills = runs
    .filter(({input}) => input.kind === 'drill')
    .flatMap(({events}) => events.flatMap((event) => (event.kind === 'ended' && event.data.outcome === 'done' ? [event.at] : [])))
  return {sides, standing, capacity, runs, lastDrillAt: drills.length === 0 ? null : Math.max(...drills)}
}

/** Journals that are read to tell of the last drill: more would make a failover wait. */
const recent = 30

/** Readiness now, each thing looked at by itself; what doesn't answer in time is unknown. */
export async function readinessNow(opened: Opened, around: Around): Promise<Readiness> {
  const {world, clock, place, settings, config} = opened
  const {sides, standing, lastDrillAt} = around
  const signal = AbortSignal.timeout(Math.max(leastMs, boundMs / clock.speed))
  return readReadiness(world, {
    config,
    place,
    settings,
    sides: {home: sides.home, recovery: sides.recovery},
    standing,
    lastDrillAt,
    now: clock.now(),
    signal,
    forecast: forecastOf(opened, around),
  })
}

const boundMs = 60_000
/** However fast the clock: answers take real time. */
const leastMs = 8000

/** Of an unplanned failover that begins now, by what each step usually takes. */
function forecastOf({config, place, settings}: Opened, {sides, capacity}: Around): Forecast {
  const input: PromoteInput = {
    kind: 'promote',
    config,
    place,
    settings,
    by: '',
    mode: 'unplanned',
    from: sides.home,
    to: sides.recovery,
    capacity: capacity ?? unknownCapacity(place.home),
    backups: {days: 1, window: ''},
    acceptLossMs: null,
    surge: null,
    lastAnswerAt: null,
    readiness: null,
  }
  return forecastPath(describePlan(promotePlan(input)).steps, 'serving')
}

const unknownCapacity = (region: string): CapacitySnapshot => ({
  schema: 1,
  at: 0,
  region,
  hosts: {min: 0, max: 0, desired: 0, peak: 0},
  service: {desired: 0, min: 0, max: 0, peak: 0},
  database: {class: '', multiAz: false, backupDays: 1, backupWindow: ''},
  image: null,
  by: '',
})

/** What production needs: as written down in peace; as home is at this moment where it isn't; null: nobody can tell. */
export async function capacityFor(
  {world, place, arn, clock}: Opened,
  {capacity}: Around,
  from: Side | null,
): Promise<CapacitySnapshot | null> {
  if (capacity !== null || from === null) return capacity
  const taken = await patiently(clock, () =>
    takeCapacitySnapshot(world, place, from, {previous: null, now: clock.now(), by: arn}),
  )
  return taken.kind === 'taken' ? taken.snapshot : null
}

const readinessKey = ({place: {service, environment}}: Opened): string => `recovery/${service}.${environment}/readiness.json`

/** Where users are, that Region's size is written down. One that can't be asked, or has nothing to size, is a finding and no failure. */
export async function writeDownCapacity(
  {world, place, arn, clock}: Pick<Opened, 'world' | 'place' | 'arn' | 'clock'>,
  {sides, standing}: Pick<Around, 'sides' | 'standing'>,
): Promise<void> {
  const side = standing?.region === place.recovery ? sides.recovery : sides.home
  if (side === null) return
  try {
    await keepCapacity(world, place, side, {now: clock.now(), by: arn})
  } catch (error) {
    if (!(error instanceof Unavailable || error instanceof StoreUnavailable || error instanceof SluiceError)) throw error
  }
}

/** Kept by `dr check`: an unplanned failover has no time to look again. */
export async function keepReadiness(opened: Opened, readiness: Readiness): Promise<void> {
  const {store} = opened.desk
  const key = readinessKey(opened)
  await patiently(opened.clock, async () => {
    const present = await store.get(key)
    // Somebody else has written one at the same moment: either is as good.
    if (present === null) await store.create(key, JSON.stringify(readiness))
    else await store.replace(key, JSON.stringify(readiness), present.etag)
  })
}

/** The newest that was kept; null: none. */
export async function keptReadiness(opened: Opened): Promise<Json> {
  const kept = await patiently(opened.clock, () => opened.desk.store.get(readinessKey(opened)))
  return kept === null ? null : (JSON.parse(kept.body) as Json)
}
