/** What a slot that is gone is made again of: what the journals of releases say serves, never what was right on the first day. */
import {describe, expect, it} from 'vitest'
import {servedRelease} from '../../src/runbooks/provision/served-release.ts'
import {fakeProvisionWorld} from '../support/fake-provision-world.ts'
import {fakeAws} from '../support/fake-world.ts'
import type {FakeAws} from '../support/fake-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aStackConfig, planUp, up} from '../support/provision-bench.ts'
import {aDesk, aReleaseConfig, release} from '../support/release-bench.ts'

const [home, away] = ['eu-west-1', 'eu-central-1']
const options = {config: aReleaseConfig({service: 'shop'})}
const digest = 'sha256:00'

function aBench(errorRates: Readonly<Record<string, number>> = {}) {
  const clock = leapingClock()
  const desk = aDesk(memoryStore(), clock, 'w1')
  const services = fakeAws({clock, errorRates})
  return {clock, desk, services, served: () => servedRelease(desk, aStackConfig())}
}

/** As a person would, outside of any release. */
const deployByHand = (services: FakeAws, taskDefinition: string): void => {
  services.slots.a = {...services.slots.a, taskDefinition}
}

describe('what serves', () => {
  it('is nothing that a release made before the first of them', async () => {
    expect(await aBench().served()).toBeNull()
  })

  it('after a promotion is the new image, by the digest that its tasks reported, in the other slot', async () => {
    const {desk, services, served} = aBench()
    const {run} = await release(desk, services, 'shop/api:1.9.0', options)
    expect(await served()).toEqual({slot: 'b', image: `shop/api@${digest}`, run})
  })

  it('after a release that came to nothing is what it found, when nothing was ever promoted', async () => {
    const {desk, services, served} = aBench({'shop/api:1.9.0': 0.05})
    const ran = await release(desk, services, 'shop/api:1.9.0', options)
    expect(ran.end).toMatchObject({outcome: {outcome: 'rolled-back'}})
    expect(await served()).toEqual({slot: 'a', image: 'shop/api:1.8.2', run: null})
  })

  it('after a release that came to nothing is what was promoted before it, still by its digest', async () => {
    const {desk, services, served} = aBench({'shop/api:2.0.0': 0.05})
    const first = await release(desk, services, 'shop/api:1.9.0', options)
    const second = await release(desk, services, 'shop/api:2.0.0', {...options, previous: first})
    expect([first.end, second.end]).toMatchObject([{outcome: {outcome: 'promoted'}}, {outcome: {outcome: 'rolled-back'}}])
    expect(await served()).toEqual({slot: 'b', image: `shop/api@${digest}`, run: first.run})
  })

  it('is what somebody deployed by hand since, as far as a later release found it', async () => {
    const {desk, services, served} = aBench({'shop/api:2.0.0': 0.05})
    deployByHand(services, 'td:1.8.7')
    await release(desk, services, 'shop/api:2.0.0', options)
    expect(await served()).toMatchObject({slot: 'a', image: 'shop/api:1.8.7', run: null})
  })
})

describe('a slot that was deleted by hand', () => {
  const key = (region: string, slot: string): string => `${region}/shop-production-cluster/shop-production-${slot}`
  async function afterARelease() {
    const bench = aBench()
    const aws = fakeProvisionWorld({clock: bench.clock})
    await up(bench.desk, aws)
    const ran = await release(bench.desk, bench.services, 'shop/api:1.9.0', options)
    expect(ran.end).toMatchObject({outcome: {outcome: 'promoted'}})
    return {...bench, aws}
  }

  it('is made again with the released image, and with tasks where it is the one that serves', async () => {
    const {desk, aws} = await afterARelease()
    aws.slots.delete(key(home, 'b'))
    const plan = await planUp(desk, aws)
    expect(plan).toMatchObject({changes: true, served: {slot: 'b', image: `shop/api@${digest}`}})
    await up(desk, aws)
    expect(aws.slots.get(key(home, 'b'))).toMatchObject({
      desired: 4,
      spec: {taskDefinition: {image: `shop/api@${digest}`}, scaling: {min: 4}},
    })
  })

  it('gets no tasks where it is the one that waits', async () => {
    const {desk, aws} = await afterARelease()
    aws.slots.delete(key(home, 'a'))
    await up(desk, aws)
    expect(aws.slots.get(key(home, 'a'))).toMatchObject({desired: 0, spec: {taskDefinition: {image: `shop/api@${digest}`}}})
  })

  it('is slot a in the recovery Region, whichever serves at home', async () => {
    const {desk, aws} = await afterARelease()
    aws.slots.delete(key(away, 'a'))
    await up(desk, aws)
    expect(aws.slots.get(key(away, 'a'))).toMatchObject({desired: 2, spec: {taskDefinition: {image: `shop/api@${digest}`}}})
  })

  it("and the live rule with it: users go where the last release left them, not back to the first day's slot", async () => {
    const {desk, aws} = await afterARelease()
    aws.rules.clear()
    await up(desk, aws)
    expect([...aws.rules].map(([rule, {weights}]) => [rule.split('/')[0], weights]).toSorted()).toEqual([
      [away, {a: 100, b: 0}],
      [home, {a: 0, b: 100}],
    ])
  })

  it('is made even where sluice.yaml names no first image any more', async () => {
    const {desk, aws} = await afterARelease()
    aws.slots.delete(key(home, 'b'))
    await up(desk, aws, {config: aStackConfig({firstImage: ''})})
    expect(aws.slots.get(key(home, 'b'))).toMatchObject({spec: {taskDefinition: {image: `shop/api@${digest}`}}})
  })
})
