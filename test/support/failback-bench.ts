/** Users in the recovery Region after a failover of whichever kind, both Regions' stacks as they stand, and a failback from there. */
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import type {Runbook} from '../../src/runbooks/engine/step.ts'
import {failbackPlan} from '../../src/runbooks/recovery/failback-plan.ts'
import type {FailbackInput, PromoteInput, Standing} from '../../src/runbooks/recovery/input.ts'
import {standingKey} from '../../src/runbooks/recovery/place.ts'
import type {RecoveryWorld} from '../../src/runbooks/recovery/ports/recovery-world.ts'
import {promotePlan} from '../../src/runbooks/recovery/promote-plan.ts'
import {driveToy} from './drive-toy.ts'
import {fakeRecovery} from './fake-recovery-world.ts'
import type {FakeRecovery} from './fake-recovery-world.ts'
import {leapingClock} from './leaping-clock.ts'
import {memoryStore} from './memory-store.ts'
import {aCapacity, aPlace, aPromoteInput, aSettings, aSide, aStackConfig, surgeSeconds} from './recovery-bench.ts'

export type Around = (moment: 'before' | 'after', call: string, region: string) => void

export class Killed extends Error {}

export interface Away {
  readonly fake: FakeRecovery
  readonly standing: Standing
  /** From here on calls are watched. */
  watch(around: Around): void
}

/** Row 1 was replicated, row 2 (unplanned) only the old primary has. */
export async function away(
  mode: 'planned' | 'unplanned',
  place = aPlace(),
  change: Partial<PromoteInput> = {},
  prepare: (fake: FakeRecovery) => void = () => undefined,
): Promise<Away> {
  const clock = leapingClock()
  let around: Around | null = null
  const fake = fakeRecovery({clock, place, stackSeconds: surgeSeconds, around: (...args) => around?.(...args)})
  prepare(fake)
  await stacksStand(fake)
  fake.write(1)
  clock.leap(clock.now() + seconds(20))
  if (mode === 'unplanned') {
    fake.kill(place.home)
    const primary = fake.database(place.home)
    // Accepted while nobody else could see it.
    primary.written = [...primary.written, {id: 2, at: clock.now() + seconds(1)}]
  }
  const input = aPromoteInput(place, {mode, acceptLossMs: minutes(10), ...change})
  const runbook: Runbook<RecoveryWorld> = {first: 'promote', plan: () => promotePlan(input)}
  const {end} = await driveToy({store: memoryStore(), clock, writer: 'p1', runbook, world: fake.world})
  if (end.kind !== 'ended' || end.outcome.outcome !== 'done') throw new Error(`no failover: ${JSON.stringify(end)}`)
  fake.revive(place.home)
  clock.leap(clock.now() + minutes(30))
  fake.settle()
  fake.write(3)
  const stored = fake.stores[place.recovery]?.objects.get(standingKey(place))
  if (stored === undefined) throw new Error('no standing')
  return {
    fake,
    standing: JSON.parse(stored.body) as Standing,
    watch: (given) => {
      around = given
    },
  }
}

/** Foundation, main with its nested database, replica: as `infra up` leaves them. */
export async function stacksStand({provision, place, clock}: FakeRecovery): Promise<void> {
  for (const region of [place.home, place.recovery]) {
    for (const name of [
      place.stacks.foundation,
      place.stacks.main,
      ...(region === place.recovery ? [place.stacks.replica] : []),
    ]) {
      const text =
        name === place.stacks.main && region === place.home
          ? '  Database:\n    Type: AWS::CloudFormation::Stack\n'
          : name === place.stacks.replica
            ? '  Replica:\n    Type: AWS::RDS::DBInstance\n'
            : ''
      const parameters: Record<string, string> =
        name === place.stacks.replica
          ? {InstanceClass: 'db.m7g.large', MultiAz: 'false', DeletionProtection: 'true'}
          : name === place.stacks.main
            ? {HostsMin: region === place.home ? '2' : '1', HostsMax: '6'}
            : {}
      await provision.world.stacks.create({
        stack: {name, region},
        template: {kind: 'body', body: text},
        parameters,
        tags: {service: place.service, environment: place.environment},
        role: null,
        token: `${name}-${region}`,
      })
    }
  }
  clock.leap(clock.now() + seconds(90))
  await provision.world.stacks.list(place.home, '')
  const nested = provision.stack(`${place.stacks.main}-Database`, place.home)
  const replica = provision.stack(place.stacks.replica, place.recovery)
  if (nested !== undefined)
    nested.resources = [
      {
        logicalId: 'Database',
        physicalId: place.database,
        type: 'AWS::RDS::DBInstance',
        status: 'CREATE_COMPLETE',
        reason: null,
        changedAt: 0,
      },
    ]
  if (replica !== undefined) replica.resources = replica.resources.map((one) => ({...one, physicalId: place.database}))
}

export function aFailback({fake, standing: stands}: Away, change: Partial<FailbackInput> = {}): FailbackInput {
  const {place} = fake
  return {
    kind: 'failback',
    config: aStackConfig(),
    place,
    settings: aSettings(),
    by: 'arn:aws:iam::1:role/w1',
    from: aSide(place.recovery),
    to: aSide(place.home),
    capacity: aCapacity(place.recovery),
    standing: stands,
    stamp: '20261122-1900',
    readiness: null,
    ...change,
  }
}

export interface Returned {
  readonly events: readonly Event[]
  readonly end: string
  readonly kills: number
}

/** Drives it to an end or a pause; whoever is killed is followed by another process, and a run that paused is resumed once. */
export async function failback({fake}: Away, input: FailbackInput, resume: 'resumes' | 'stays' = 'resumes'): Promise<Returned> {
  const store = memoryStore()
  const runbook: Runbook<RecoveryWorld> = {first: 'failback', plan: () => failbackPlan(input)}
  let resumed = false
  for (let writer = 1, kills = 0; ; writer += 1) {
    try {
      const {end, journal, held} = await driveToy({store, clock: fake.clock, writer: `f${writer}`, runbook, world: fake.world})
      if (end.kind === 'paused' && resume === 'resumes' && !resumed) {
        resumed = true
        await journal.append(held.lease.epoch, 'asked', {wish: 'resume', by: 'anna', why: 'again'}, new AbortController().signal)
        continue
      }
      return {events: journal.events, end: end.kind === 'ended' ? end.outcome.outcome : end.kind, kills}
    } catch (error) {
      if (!(error instanceof Killed) || writer > 6) throw error
      kills += 1
    }
  }
}
