/** Hosts that were asked for and don't come: what a person is told of it, when it ends the run, and when it only waits. */
import {describe, expect, it} from 'vitest'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Event, Facts} from '../../src/runbooks/engine/event.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import type {FakeHosts} from '../support/fake-recovery-compute.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aPromoteInput} from '../support/recovery-bench.ts'
import {aRecovery, begin, endOf, factsOf, goOn} from '../support/recovery-drive.ts'

const home = 'eu-west-1'
const away = 'eu-central-1'
const full =
  'We currently do not have sufficient m7g.large capacity in the Availability Zone you requested (eu-central-1a). Launching EC2 instance failed.'
const noQuota =
  'You have requested more vCPU capacity than your current vCPU limit of 8 allows for the instance bucket that the specified instance type belongs to. Launching EC2 instance failed.'

function lost(fake: FakeRecovery): FakeRecovery {
  fake.clock.leap(fake.clock.now() + minutes(1))
  fake.kill(home)
  fake.clock.leap(fake.clock.now() + seconds(20))
  return fake
}
const group = (fake: FakeRecovery): FakeHosts => fake.compute.hosts.get(away) ?? expect.fail()
function refusing(refusal: string, options = {}): FakeRecovery {
  const fake = lost(aRecovery(options))
  group(fake).refusal = refusal
  return fake
}
/** Everything the hosts' step was seen to wait for. */
const waits = (): {readonly said: string[]; readonly onLive: (step: string, data: unknown) => void} => {
  const said: string[] = []
  return {
    said,
    onLive: (step, data) => {
      const {waitsFor} = data as {waitsFor?: string}
      if (step === 'hosts' && waitsFor !== undefined && said.at(-1) !== waitsFor) said.push(waitsFor)
    },
  }
}
const observed = (events: readonly Event[]) =>
  events.flatMap((event) =>
    event.kind === 'step-observed' && event.data.step === 'hosts' ? [event.data.facts?.['launches']] : [],
  )

describe('a zone without capacity', () => {
  it('is told while it is waited for, and no longer once there is some', async () => {
    const fake = refusing(full)
    fake.clock.at(fake.clock.now() + minutes(5), () => void (group(fake).refusal = null))
    const {said, onLive} = waits()
    const ran = await begin(fake, aPromoteInput(fake.place), {onLive})
    expect(endOf(ran)).toBe('done')
    expect(said).toEqual([
      '1 of 2 hosts registered; no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)',
      '1 of 2 hosts registered',
    ])
    expect(factsOf(ran.events, 'hosts')['launches']).toBeNull()
    const over = ran.events.find((event) => event.kind === 'step-ended' && event.data.step === 'hosts')
    expect(over?.data).toMatchObject({
      note: '2 registered, late: no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)',
    })
  })

  it('is in the journal once, with what to do about it, however often it is looked at', async () => {
    const fake = refusing(full)
    fake.clock.at(fake.clock.now() + minutes(5), () => void (group(fake).refusal = null))
    const {events} = await begin(fake, aPromoteInput(fake.place))
    const told = observed(events).filter((one) => one !== undefined) as (Facts | null)[]
    expect(told).toHaveLength(2)
    expect(told[0]).toMatchObject({
      problem: 'capacity',
      because: 'no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)',
      message: full,
      zones: ['eu-central-1a'],
      type: 'm7g.large',
    })
    expect((told[0]?.['commands'] as string[])[0]).toMatch(/^aws ec2 create-capacity-reservation --region eu-central-1 /)
    expect(told[1]).toBeNull()
  })

  it('pauses a run that can only go forward, at the deadline and with the reason; a resume goes on', async () => {
    const fake = refusing(full)
    const ran = await begin(fake, aPromoteInput(fake.place))
    expect(endOf(ran)).toBe(
      'paused: 2 hosts in eu-central-1: not done within 20 min; waiting for 1 of 2 hosts registered; no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)',
    )
    group(fake).refusal = null
    expect(endOf(await goOn(fake, ran.run))).toBe('done')
  })

  it('is waited for to the deadline where all can still be taken back, too: it may heal', async () => {
    const fake = aRecovery()
    group(fake).refusal = full
    const ran = await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null}))
    expect(endOf(ran)).toBe(
      'failed: 2 hosts in eu-central-1: not done within 20 min; waiting for 1 of 2 hosts registered; no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)',
    )
    expect(group(fake)).toMatchObject({min: 1, max: 2, desired: 1})
  })
})

describe('a quota that is used up', () => {
  it('ends a run that can still be taken back minutes after it was seen, and not at the deadline', async () => {
    const fake = aRecovery()
    group(fake).refusal = noQuota
    const startedAt = fake.clock.now()
    const ran = await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null}))
    expect(endOf(ran)).toBe(
      "failed: 1 of 2 hosts registered; a quota is used up in eu-central-1a (VcpuLimitExceeded, 8 vCPUs); it won't heal by itself",
    )
    expect(fake.clock.now() - startedAt).toBeLessThan(minutes(5))
    expect(group(fake)).toMatchObject({min: 1, max: 2, desired: 1})
  })

  it("isn't believed for good before it has stood for two minutes", async () => {
    const fake = aRecovery()
    group(fake).refusal = noQuota
    fake.clock.at(fake.clock.now() + seconds(100), () => void (group(fake).refusal = null))
    expect(endOf(await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null})))).toBe('done')
  })

  it('behind the point of no return ends nothing: it is told, and waited for', async () => {
    const fake = refusing(noQuota)
    fake.clock.at(fake.clock.now() + minutes(10), () => void (group(fake).refusal = null))
    const {said, onLive} = waits()
    expect(endOf(await begin(fake, aPromoteInput(fake.place), {onLive}))).toBe('done')
    expect(said[0]).toBe('1 of 2 hosts registered; a quota is used up in eu-central-1a (VcpuLimitExceeded, 8 vCPUs)')
  })
})

describe("Auto Scaling's activities", () => {
  const denied = new SluiceError({
    code: 'denied',
    exitCode: ExitCode.unexpected,
    message: 'may not autoscaling:DescribeScalingActivities',
    suggestions: [],
  })
  it.each([
    ['for now', new Unavailable('autoscaling:DescribeScalingActivities', 'throttled'), '1 of 2 hosts registered'],
    ['for want of a right', denied, "1 of 2 hosts registered; why isn't known: may not autoscaling:DescribeScalingActivities"],
  ])("that can't be read %s stop nobody", async (_why, error, words) => {
    const around = (moment: 'before' | 'after', call: string): void => {
      if (moment === 'before' && call === 'compute.scalingActivities') throw error
    }
    const fake = lost(aRecovery({around}))
    const {said, onLive} = waits()
    expect(endOf(await begin(fake, aPromoteInput(fake.place), {onLive}))).toBe('done')
    expect(said[0]).toBe(words)
  })

  it('from before the run are another story', async () => {
    const fake = aRecovery()
    group(fake).activities.push({
      at: fake.clock.now(),
      status: 'Failed',
      message: noQuota,
      description: 'Launching a new EC2 instance',
      zone: null,
    })
    const ran = await begin(lost(fake), aPromoteInput(fake.place))
    expect(endOf(ran)).toBe('done')
    expect(observed(ran.events).filter((one) => one !== undefined)).toEqual([])
  })
})
