/**
 * What `sluice dr` works with: the adapters of recoveries, wired to their ports as `compose.ts` does it for everything else. Nothing of it
 * needs a Region that may be lost.
 */
import {deskOf, openSession} from './compose.ts'
import type {OpenDesk} from './compose.ts'
import type {RecoverySettings} from './config/recovery-config.ts'
import type {StackConfig} from './config/stack-config.ts'
import {ExitCode, SluiceError} from './errors.ts'
import type {AwsSession} from './infra/aws/session.ts'
import type {Clock} from './runbooks/engine/clock.ts'
import {patiently} from './runbooks/engine/patience.ts'
import type {Store} from './runbooks/engine/store.ts'
import {Unavailable} from './runbooks/engine/unavailable.ts'
import type {Side} from './runbooks/recovery/input.ts'
import type {Place} from './runbooks/recovery/place.ts'
import type {RecoveryWorld} from './runbooks/recovery/ports/recovery-world.ts'
import {Unreachable} from './runbooks/recovery/unreachable.ts'

export interface RecoverySession {
  readonly config: StackConfig
  /** Name given with `--sandbox`; `SLUICE_SANDBOX` counts when it is undefined. */
  readonly sandbox: string | undefined
  readonly env: NodeJS.ProcessEnv
  /** `--without-primary`: Regions to which no call is sent. */
  readonly without?: readonly string[]
  /** What only looks may wait longer for an answer; a recovery goes on without a Region that is silent. */
  readonly haste?: 'recovers' | 'reads'
}

export interface OpenRecovery extends Omit<OpenDesk, 'worldOf'> {
  readonly world: RecoveryWorld
  readonly place: Place
  readonly settings: RecoverySettings
  /** The home Region's state, for the lease of releases there; nobody is asked before it is used. */
  readonly homeStore: () => Promise<Store>
  /** Regions to which no call is sent. */
  readonly without: readonly string[]
  /** Calls that `without` refused so far. */
  readonly refused: () => number
}

/**
 * Everything `sluice dr` works with. Session, identity and state are the recovery Region's: nothing of it needs another Region, and one
 * that doesn't answer is found out within seconds.
 */
export async function openRecovery(
  {config, sandbox, env, without = [], haste = 'recovers'}: RecoverySession,
  state: 'make-state' | 'read-state',
): Promise<OpenRecovery> {
  const own = config.recovery?.region
  if (own === undefined) throw noRecovery()
  const [{recoveryPlace}, {recoverySettings}, {recoveryReach}, {recoveryWorld}, {stateBucketName, stateStore}] =
    await Promise.all([
      import('./runbooks/recovery/place.ts'),
      import('./config/recovery-config.ts'),
      import('./infra/aws/recovery/reach.ts'),
      import('./infra/aws/recovery/recovery-world.ts'),
      import('./infra/aws/state-store.ts'),
    ])
  const opened = await openSession({region: own, sandbox, env}, (clock) => recoveryReach({clock, own, haste}))
  const {account, arn} = opened
  const place = recoveryPlace(config, account)
  if (place === null) throw noRecovery()
  const settings = recoverySettings(config)
  const {session, refused} = await lockedOut(haste === 'reads' ? opened.session.reading() : opened.session, place, without)
  const {worldOf: _worldOf, ...desk} = await deskOf({...opened, session}, env, state)
  return {
    ...desk,
    place,
    settings,
    without,
    refused,
    world: recoveryWorld(session, {account, arn, regionHeader: settings.probes.regionHeader}),
    homeStore: async () => stateStore(session.inRegion(place.home), stateBucketName(account, place.home)),
  }
}

/** A drill that goes without Regions lets CloudFormation go without them, too: its recovery role denies them. */
async function lockedOut(
  session: AwsSession,
  place: Place,
  without: readonly string[],
): Promise<{readonly session: AwsSession; readonly refused: () => number}> {
  if (without.length === 0) return {session, refused: () => 0}
  const [{withoutRegions}, {describeStack}] = await Promise.all([
    import('./infra/aws/recovery/without-regions.ts'),
    import('./infra/aws/read-stacks.ts'),
  ])
  const foundation = await patiently(session.clock, () =>
    describeStack(session, {name: place.stacks.foundation, region: place.recovery}),
  )
  return withoutRegions(session, without, foundation?.outputs['RecoveryExecutionRoleArn'] ?? null)
}

export interface Sides {
  /** null: that Region couldn't be asked, or has nothing. */
  readonly home: Side | null
  /** Why it is null; null: it isn't. */
  readonly homeMissing: string | null
  readonly recovery: Side
}

/** Both Regions as they stand. Home has its short bound; without the recovery Region there is no recovery. */
export async function completeRecovery({
  world,
  place,
  clock,
  without,
}: Pick<OpenRecovery, 'world' | 'place' | 'clock' | 'without'>): Promise<Sides> {
  const {readSide} = await import('./infra/aws/recovery/read-side.ts')
  const [home, recovery] = await Promise.all([
    without.includes(place.home)
      ? {side: null, missing: 'no call is sent there'}
      : unlessLost(clock, () => readSide(world, place, place.home)),
    patiently(clock, () => readSide(world, place, place.recovery)),
  ])
  if (recovery === null) throw nothingThere(place)
  const missing = home.missing ?? (home.side === null ? `${place.stacks.main} isn't there` : null)
  return {home: home.side, homeMissing: missing, recovery}
}

/** A Region that answers, however badly, is asked again; not for long, because users wait. */
const triesAtHome = 4

/** Silence, a refusal, a half-built stack: none of it may keep users from being moved away. */
async function unlessLost(
  clock: Clock,
  read: () => Promise<Side | null>,
): Promise<{readonly side: Side | null; readonly missing: string | null}> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return {side: await read(), missing: null}
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof SluiceError)) throw error
      const isWorthAnother = error instanceof Unavailable && !(error instanceof Unreachable) && attempt < triesAtHome
      if (!isWorthAnother) return {side: null, missing: error.message}
      await clock.until(clock.now() + 2000 * attempt)
    }
  }
}

function noRecovery(): SluiceError {
  return new SluiceError({
    code: 'no-recovery-region',
    exitCode: ExitCode.usage,
    message: 'sluice.yaml names no recovery Region: there is nowhere to recover to.',
    suggestions: ['add `stack.recovery.region` to sluice.yaml', 'sluice infra up'],
  })
}

function nothingThere({stacks, recovery}: Place): SluiceError {
  return new SluiceError({
    code: 'stack-unfinished',
    exitCode: ExitCode.usage,
    message: `There is no stack ${stacks.main} in ${recovery}: nobody can recover to it.`,
    suggestions: ['sluice infra up', 'sluice infra status'],
  })
}
