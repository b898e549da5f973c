/** Runs recoveries over a fake world: begin, resume, and what a run came to. */
import type {Event, Facts} from '../../src/runbooks/engine/event.ts'
import {runState} from '../../src/runbooks/engine/run-state.ts'
import type {RecoveryInput} from '../../src/runbooks/recovery/input.ts'
import {resumeRecovery, startRecovery} from '../../src/runbooks/recovery/run-recovery.ts'
import type {RecoveryRan, RecoveryWatching, Resuming} from '../../src/runbooks/recovery/run-recovery.ts'
import {fakeRecovery} from './fake-recovery-world.ts'
import type {FakeRecovery, FakeRecoveryOptions} from './fake-recovery-world.ts'
import {leapingClock} from './leaping-clock.ts'
import {aPlace} from './recovery-bench.ts'
import {aDesk} from './release-bench.ts'

const never = new AbortController().signal

export const aRecovery = (options: Partial<FakeRecoveryOptions> = {}): FakeRecovery =>
  fakeRecovery({clock: leapingClock(), place: aPlace(), ...options})

export const unwatched: RecoveryWatching = {detach: never, leave: never}

export const begin = (
  fake: FakeRecovery,
  input: RecoveryInput,
  watching: Partial<RecoveryWatching> = {},
  writer = 'w1',
): Promise<RecoveryRan> =>
  startRecovery(aDesk(fake.world.store(fake.place.recovery), fake.clock, writer), input, fake.world, {...unwatched, ...watching})

export const goOn = (
  fake: FakeRecovery,
  run: string,
  resuming: Resuming = {},
  writer = 'w2',
  watching: Partial<RecoveryWatching> = {},
): Promise<RecoveryRan> =>
  resumeRecovery(
    aDesk(fake.world.store(fake.place.recovery), fake.clock, writer),
    run,
    () => Promise.resolve(fake.world),
    {...unwatched, ...watching},
    resuming,
  )

export const factsOf = (events: readonly Event[], step: string): Facts => runState(events).facts.get(step) ?? {}

/** `done`, `failed: …`, `paused: …`. */
export function endOf({end}: RecoveryRan): string {
  switch (end.kind) {
    case 'ended':
      return end.outcome.outcome === 'done' ? 'done' : `${end.outcome.outcome}: ${end.outcome.because}`
    case 'paused':
      return `paused: ${end.because}`
    case 'lease-lost':
    case 'state-unreachable':
    case 'detached':
      return end.kind
  }
}
