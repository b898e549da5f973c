import {describe, expect, test} from 'vitest'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import type {Standing} from '../../src/runbooks/recovery/input.ts'
import type {Signs} from '../../src/runbooks/recovery/situation.ts'
import {abortRelease} from '../../src/runbooks/release/abort-release.ts'
import {foresee} from '../../src/runbooks/release/foresee.ts'
import {prepareRelease} from '../../src/runbooks/release/prepare.ts'
import type {RecoveryFollower} from '../../src/runbooks/release/ports.ts'
import {fakeAws} from '../support/fake-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk, alone, aReleaseConfig, release, resume} from '../support/release-bench.ts'

const never = new AbortController().signal
const config = aReleaseConfig({recovery: {region: 'eu-central-1', stack: 'api-production-main', slots: {a: 'api-a', b: 'api-b'}}})
const standing: Standing = {
  schema: 1,
  region: 'eu-central-1',
  since: 0,
  run: 'r-1',
  settled: false,
  replicatedUntil: null,
  fence: 'fenced',
}
const quiet: Signs = {lease: null, standing: null, stopped: false}

function bench(change: Partial<RecoveryFollower> = {}) {
  const clock = leapingClock()
  const carried: unknown[] = []
  const follower: RecoveryFollower = {
    carry: async (from) => {
      carried.push(from)
      return {note: 'eu-central-1 rolls to api:2, size 1'}
    },
    signs: async () => quiet,
    noteCapacity: async () => ({note: 'capacity noted: 2 hosts, 4 tasks'}),
    ...change,
  }
  const aws = fakeAws({clock, errorRates: {'shop/api:1.9.0': 0.001}})
  const world = {...aws.world, recovery: follower}
  return {carried, world, clock, desk: aDesk(memoryStore(), clock, 'w1'), aws: {...aws, world}}
}
const noteOf = (ran: Awaited<ReturnType<typeof release>>): unknown =>
  ran.events.flatMap((event) => (event.kind === 'step-ended' && event.data.step === 'carry' ? [event.data] : []))[0]
const outcome = (ran: Awaited<ReturnType<typeof release>>): string | null =>
  ran.end.kind === 'ended' ? ran.end.outcome.outcome : null

describe('the recovery Region follows a promotion', () => {
  test('by the digest that the promoted tasks reported, and learns what production has', async () => {
    const {desk, aws, carried} = bench()
    const ran = await release(desk, aws, 'shop/api:1.9.0', {config})
    expect(outcome(ran)).toBe('promoted')
    expect(carried).toEqual([
      expect.objectContaining({image: 'shop/api:1.9.0', digest: expect.stringMatching(/^sha256:/) as string}),
    ])
    expect(noteOf(ran)).toMatchObject({
      how: 'done',
      note: 'eu-central-1 rolls to api:2, size 1; capacity noted: 2 hosts, 4 tasks',
    })
  })
  test('what it refuses is told, and the promotion stands', async () => {
    const {desk, aws} = bench({
      carry: async () => {
        throw new SluiceError({
          code: 'image-not-replicated',
          exitCode: ExitCode.unexpected,
          message: "shop isn't in the registry of eu-central-1",
        })
      },
    })
    const ran = await release(desk, aws, 'shop/api:1.9.0', {config})
    expect(outcome(ran)).toBe('promoted')
    expect(noteOf(ran)).toMatchObject({
      note: "it did NOT follow: shop isn't in the registry of eu-central-1; capacity noted: 2 hosts, 4 tasks",
    })
  })
  test('a Region that is gone is asked for a while, then told; it neither pauses nor undoes anything', async () => {
    const gone = async (): Promise<never> => {
      throw new Unavailable('ecs:DescribeServices', "eu-central-1 doesn't answer")
    }
    const {desk, aws} = bench({carry: gone, noteCapacity: gone})
    const ran = await release(desk, aws, 'shop/api:1.9.0', {config})
    expect(outcome(ran)).toBe('promoted')
    expect(noteOf(ran)).toMatchObject({
      note: "it did NOT follow: eu-central-1 doesn't answer; capacity not noted: eu-central-1 doesn't answer",
    })
  })
})

describe('a recovery and a release exclude each other', () => {
  const prepared = (world: ReturnType<typeof bench>['world']) =>
    prepareRelease(world, {config, account: '1', by: 'w1', image: 'shop/api:1.9.0', previous: null}, never)
  test('a release that is asked for while somebody recovers exits 7, and gives its own lease back', async () => {
    const {desk, aws, clock} = bench()
    const lease = {
      run: 'r-9',
      owner: 'alice',
      host: 'laptop',
      operation: 'dr promote',
      epoch: 1,
      since: clock.now(),
      expiresAt: clock.now() + 180_000,
      released: false,
    }
    const busy = {...aws, world: {...aws.world, recovery: {...aws.world.recovery, signs: async () => ({...quiet, lease})}}}
    await expect(release(desk, busy, 'shop/api:1.9.0', {config})).rejects.toMatchObject({code: 'lease-held', exitCode: 7})
    await expect(release(desk, aws, 'shop/api:1.9.0', {config})).resolves.toBeDefined()
  })
  test('one that would reach nobody exits 2', async () => {
    const {world} = bench({signs: async () => ({...quiet, standing})})
    await expect(prepared(world)).rejects.toMatchObject({code: 'users-elsewhere', exitCode: 2})
  })
  test("an old run isn't gone on with while users are elsewhere; giving it up is always right", async () => {
    const {desk, aws, clock} = bench()
    const detach = new AbortController()
    clock.at(clock.now() + 6 * 60_000, () => detach.abort())
    const left = await release(desk, aws, 'shop/api:1.9.0', {config, watching: alone({detach: detach.signal})})
    expect(left.end.kind).toBe('detached')
    const moved = {...aws, world: {...aws.world, recovery: {...aws.world.recovery, signs: async () => ({...quiet, standing})}}}
    const other = aDesk(desk.store, clock, 'w2')
    await expect(resume(other, left.run, moved)).rejects.toMatchObject({
      code: 'users-elsewhere',
      exitCode: 2,
      suggestions: ['sluice dr status', 'sluice dr failback'],
    })
    const aborted = await abortRelease(other, left.run, 'users moved', async () => moved.world, alone())
    expect(outcome(aborted)).toBe('rolled-back')
  })
  test("a recovery Region that can't be asked is said as a hazard, and the release may begin", async () => {
    const {world} = bench({
      signs: async () => {
        throw new Unavailable('s3:GetObject', "eu-central-1 doesn't answer")
      },
    })
    const {hazards} = await foresee(world, await prepared(world), never)
    expect(hazards).toContain(
      "eu-central-1 can't be asked (eu-central-1 doesn't answer): whether a recovery is under way isn't known, and it won't follow",
    )
  })
})
