/** What a failover, a switchover or a failback is made from, read where it still can be; or the sentence why there can be none. */
import {loadExtension} from '../../config/runbook-load.ts'
import type {RecoveryName} from '../../config/runbook.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {patiently} from '../../runbooks/engine/patience.ts'
import {StoreUnavailable} from '../../runbooks/engine/store.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import type {
  FailbackInput,
  PromoteInput,
  PromoteMode,
  SettleInput,
  Side,
  Silence,
  Standing,
} from '../../runbooks/recovery/input.ts'
import {namedRelease} from '../../runbooks/provision/served-release.ts'
import {describePlan} from '../../runbooks/engine/describe-plan.ts'
import type {PlannedStep} from '../../runbooks/engine/event.ts'
import type {Call} from '../../runbooks/engine/step.ts'
import type {RecoveryInput} from '../../runbooks/recovery/input.ts'
import {failbackStamp, slotThatServes, stampOf} from '../../runbooks/recovery/failback-input.ts'
import {recoveryRunbook} from '../../runbooks/recovery/recovery-runbook.ts'
import {findReopens} from '../../runbooks/recovery/reopening.ts'
import {iso} from '../../runbooks/recovery/situation.ts'
import {isInVain} from '../../runbooks/recovery/standing.ts'
import {provenSilence, readWatch} from '../../runbooks/recovery/watch.ts'
import type {Opened} from './recovery-command.ts'
import type {Around} from './recovery-reading.ts'
import {capacityFor, keptReadiness, readinessNow} from './recovery-reading.ts'
import {surgeOrder} from './recovery-templates.ts'

export interface PromoteWish {
  readonly mode: PromoteMode
  readonly acceptLossMs: number | null
  readonly acceptUnknownLoss: boolean
  readonly lastAnswerAt: number | null
}

export async function promoteInput(opened: Opened, around: Around, wish: PromoteWish): Promise<PromoteInput> {
  const {config, place, settings, arn} = opened
  const {sides, standing} = around
  if (standing !== null && standing.region === place.recovery) {
    throw refused('users-elsewhere', `Users are in ${place.recovery} already, since ${iso(standing.since)} (${standing.run}).`, [
      'sluice dr status',
      `sluice dr failback --confirm ${place.environment}`,
    ])
  }
  if (wish.mode === 'planned' && sides.home === null) {
    throw refused(
      'primary-unreachable',
      `${place.home} doesn't answer (${sides.homeMissing ?? ''}): a planned switchover needs it.`,
      ['sluice dr promote --unplanned'],
    )
  }
  const capacity = await capacityFor(opened, around, sides.home)
  if (capacity === null) {
    throw refused(
      'capacity-unknown',
      `Nobody has written down what production needs, and ${place.home} can't be asked: there is no size to fail over to.`,
      ['sluice dr check'],
    )
  }
  const role = await recoveryRole(opened)
  const [surge, readiness, backups, extension, silence, left] = await Promise.all([
    surgeOrder(opened, role),
    // Looking at everything takes time that an outage doesn't give.
    wish.mode === 'planned' ? readinessNow(opened, around) : keptReadiness(opened),
    backupsOf(opened, sides.home, {days: capacity.database.backupDays, window: capacity.database.backupWindow}),
    extensionOf(opened, 'dr promote'),
    // What a person knows better wins.
    wish.mode === 'planned' || wish.lastAnswerAt !== null ? null : silenceOfHome(opened),
    wish.mode === 'planned' ? null : findReopens(opened, standing),
  ])
  return {
    kind: 'promote',
    config,
    place,
    settings,
    by: arn,
    mode: wish.mode,
    from: sides.home,
    to: left === null ? sides.recovery : {...sides.recovery, serving: left.serving},
    capacity,
    backups,
    surge,
    stood: standing,
    reopens: left?.reopens ?? null,
    readiness,
    extension,
    acceptLossMs: wish.acceptLossMs,
    acceptUnknownLoss: wish.acceptUnknownLoss,
    lastAnswerAt: wish.lastAnswerAt,
    silence,
  }
}

export async function failbackInput(opened: Opened, around: Around): Promise<FailbackInput> {
  const {config, place, settings, arn, clock} = opened
  const {sides, standing} = around
  const inVain = standing !== null && isInVain(standing, place)
  if (standing === null || (standing.region === place.home && !inVain)) {
    throw refused('users-at-home', `Users are in ${place.home}: there is nothing to bring back.`, ['sluice dr status'])
  }
  if (sides.home === null)
    throw refused(
      'home-unreachable',
      `${place.home} doesn't answer (${sides.homeMissing ?? ''}): nobody can go back to it yet.`,
      ['sluice dr status'],
    )
  const capacity = await capacityFor(opened, around, sides.recovery)
  if (capacity === null)
    throw refused(
      'capacity-unknown',
      `Nobody has written down what production needs, and ${place.recovery} doesn't tell its size: there is no size to bring ${place.home} to.`,
      ['sluice dr check'],
    )
  const {home} = sides
  // Users stay where they are: nothing is served anew.
  const slot = inVain
    ? ({kind: 'slot', serving: home.serving} as const)
    : await patiently(clock, () =>
        slotThatServes(opened.world, place, home, sides.recovery, async () =>
          namedRelease({...opened.desk, store: await opened.homeStore()}, config),
        ),
      )
  if (slot.kind === 'neither') {
    throw refused(
      'version-missing',
      `Neither slot in ${place.home} has the version that serves in ${place.recovery} (${slot.serves}): users would come back to another one.`,
      ['sluice dr failback', 'bring one of them to that version with aws ecs update-service first'],
    )
  }
  const [readiness, extension] = await Promise.all([
    readinessNow(opened, around),
    inVain ? null : extensionOf(opened, 'dr failback'),
  ])
  return {
    kind: 'failback',
    config,
    place,
    settings,
    by: arn,
    from: sides.recovery,
    to: {...home, serving: slot.serving},
    capacity,
    standing,
    stamp: failbackStamp(standing),
    readiness,
    extension,
  }
}

export function settleInput({config, place, settings, arn, clock}: Opened, standing: Standing | null): SettleInput {
  if (standing !== null && isInVain(standing, place))
    throw refused(
      'promoted-in-vain',
      `The database in ${place.recovery} was promoted in vain: nothing can be settled before it is a replica again.`,
      [`sluice dr failback --confirm ${place.environment}`],
    )
  if (standing === null)
    throw refused('nothing-to-settle', 'Users have never left home: there is nothing to settle.', ['sluice dr status'])
  return {kind: 'settle', config, place, settings, by: arn, standing, active: standing.region, stamp: stampOf(clock.now())}
}

/** Own steps of the team, loaded at the start and kept in event 0: a resume doesn't need the file. */
export async function extensionOf({settings}: Pick<Opened, 'settings'>, recovery: RecoveryName) {
  return settings.extend === null ? null : loadExtension(settings.extend, recovery)
}

/** The plan's steps, to be shown before anything happens. */
export function plannedSteps(input: RecoveryInput): readonly PlannedStep[] {
  const runbook = recoveryRunbook(input)
  return describePlan(runbook.plan(runbook.first, [])).steps
}

/** What each step of a run's first plan declares; null: this version of the tool would plan otherwise. */
export function callsOfRecovery(
  input: RecoveryInput,
  planHash: string,
): readonly {readonly step: string; readonly calls: readonly Call[]}[] | null {
  try {
    const runbook = recoveryRunbook(input)
    const plan = runbook.plan(runbook.first, [])
    return describePlan(plan).planHash === planHash ? plan.steps.map(({id, calls}) => ({step: id, calls})) : null
  } catch {
    // An input of another version, that today's planners can't read.
    return null
  }
}

/** As the recovery Region's watch knows it: a state that can't be read makes the loss larger, and holds up nothing. */
async function silenceOfHome({desk, place, clock}: Opened): Promise<Silence | null> {
  try {
    return provenSilence(await patiently(clock, () => readWatch(desk.store, place)), {
      region: place.home,
      by: place.recovery,
      now: clock.now(),
    })
  } catch (error) {
    if (error instanceof StoreUnavailable) return null
    throw error
  }
}

/** CloudFormation's role of the recovery Region's foundation. */
async function recoveryRole({world, place, clock}: Opened): Promise<string | null> {
  const foundation = await patiently(clock, () => world.stacks.describe({name: place.stacks.foundation, region: place.recovery}))
  return foundation?.outputs['RecoveryExecutionRoleArn'] ?? null
}

/** As they are now; a home that doesn't tell leaves what was written down. */
async function backupsOf(
  {world, place}: Opened,
  home: Side | null,
  known: PromoteInput['backups'],
): Promise<PromoteInput['backups']> {
  if (home === null) return known
  try {
    const primary = await world.database.describe(home.region, place.database)
    return primary === null || primary.backupDays === 0 ? known : {days: primary.backupDays, window: primary.backupWindow}
  } catch (error) {
    if (error instanceof Unavailable || error instanceof SluiceError) return known
    throw error
  }
}

const refused = (code: string, message: string, suggestions: readonly string[]): SluiceError =>
  new SluiceError({code, exitCode: ExitCode.usage, message, suggestions})
