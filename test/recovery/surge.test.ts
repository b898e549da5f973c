/** The surge of a pilot light: users wait for the way out, never for the cache, and what fails of it is told or taken back. */
import {describe, expect, it} from 'vitest'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {SluiceError} from '../../src/errors.ts'
import {promotePlan} from '../../src/runbooks/recovery/promote-plan.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aFailback, away as gone, failback} from '../support/failback-bench.ts'
import {aPlace, aPromoteInput, aSurge, surgeSeconds} from '../support/recovery-bench.ts'
import {aRecovery, begin, endOf, factsOf, goOn} from '../support/recovery-drive.ts'

const home = 'eu-west-1'
const away = 'eu-central-1'
const name = 'shop-production-surge'

/** The whole surge takes 25 min, its way out 2 of them. */
function lost(): FakeRecovery {
  const fake = aRecovery({place: aPlace('pilot-light'), stackSeconds: surgeSeconds})
  fake.clock.leap(fake.clock.now() + minutes(1))
  fake.kill(home)
  fake.clock.leap(fake.clock.now() + seconds(20))
  return fake
}
const promote = (fake: FakeRecovery, acceptLossMs = minutes(10)) =>
  begin(fake, aPromoteInput(fake.place, {surge: aSurge, acceptLossMs}))
const at = (events: readonly Event[], kind: Event['kind'], step: string): number =>
  events.find((event) => event.kind === kind && (event.data as {step?: string}).step === step)?.at ?? Number.NaN
const noteOf = (events: readonly Event[], step: string): string =>
  events
    .flatMap((event) =>
      event.kind === 'step-ended' && event.data.step === step && event.data.how !== 'failed' ? [event.data.note ?? ''] : [],
    )
    .at(-1) ?? ''

describe('the plan', () => {
  it('lets nothing but warming and the report wait for the cache', () => {
    const waiting = promotePlan(aPromoteInput(aPlace('pilot-light')))
      .steps.filter(({needs}) => needs.includes('cache'))
      .map(({id}) => id)
    expect(waiting).toEqual(['warm', 'report'])
  })
  it('has neither surge nor cache where all of it stands in peace', () => {
    expect(promotePlan(aPromoteInput(aPlace())).steps.map(({id}) => id)).not.toEqual(expect.arrayContaining(['cache']))
  })
})

describe('a failover of a pilot light', () => {
  it('serves users long before the cache is there, and ends when it is', async () => {
    const fake = lost()
    const ran = await promote(fake)
    expect(endOf(ran)).toBe('done')
    expect(Number(factsOf(ran.events, 'report')['rtoSeconds'])).toBeLessThan(600)
    expect(at(ran.events, 'step-ended', 'cache') - at(ran.events, 'step-ended', 'serving')).toBeGreaterThan(minutes(10))
    expect(factsOf(ran.events, 'cache')).toEqual({cache: 'there'})
    expect(fake.provision.stack(name, away)?.status).toBe('CREATE_COMPLETE')
  })

  it('begins tasks as soon as the way out is there', async () => {
    const {events} = await promote(lost())
    const took = at(events, 'step-ended', 'surge') - at(events, 'step-started', 'surge')
    expect(took).toBeGreaterThanOrEqual(seconds(120))
    expect(took).toBeLessThan(seconds(130))
    expect(at(events, 'step-started', 'tasks')).toBeGreaterThanOrEqual(at(events, 'step-ended', 'surge'))
  })

  it('whose cache fails goes on, says what is missing and why, and keeps the way out', async () => {
    const fake = lost()
    fake.provision.fail(name, away, {
      path: 'Cache/ReplicationGroup',
      type: 'AWS::ElastiCache::ReplicationGroup',
      reason: 'InsufficientCacheClusterCapacity',
    })
    const ran = await promote(fake)
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'cache')).toEqual({
      cache: 'missing',
      because: 'ReplicationGroup: InsufficientCacheClusterCapacity',
    })
    expect(noteOf(ran.events, 'cache')).toContain(
      "the cache isn't there: ReplicationGroup: InsufficientCacheClusterCapacity; users are served without it",
    )
    expect(fake.provision.calls.filter((call) => /^(remove|continueRollback)/.test(call))).toEqual([])
    expect(fake.provision.stack(`${name}-Nat`, away)?.status).toBe('CREATE_COMPLETE')
  })

  it('whose cache failed says the one command that tries again, which keeps every parameter and rolls nothing back', async () => {
    const fake = lost()
    fake.provision.fail(name, away, {path: 'Cache/ReplicationGroup', type: 'AWS::ElastiCache::ReplicationGroup', reason: 'full'})
    const {events} = await begin(
      fake,
      aPromoteInput(fake.place, {
        surge: {...aSurge, parameters: {CacheNodes: '2', NatGateways: '1'}},
        acceptLossMs: minutes(10),
      }),
    )
    expect(noteOf(events, 'cache')).toMatch(
      /: aws cloudformation update-stack --region eu-central-1 --stack-name shop-production-surge --use-previous-template --disable-rollback --capabilities CAPABILITY_NAMED_IAM --parameters ParameterKey=CacheNodes,UsePreviousValue=true ParameterKey=NatGateways,UsePreviousValue=true$/,
    )
  })

  it('whose cache fails before the way out is there still waits for the way out alone', async () => {
    const fake = lost()
    fake.clock.at(fake.clock.now() + seconds(30), () => {
      const root = fake.provision.stack(name, away)
      if (root !== undefined)
        root.resources = root.resources.map((one) =>
          one.logicalId === 'Cache' ? {...one, status: 'CREATE_FAILED', reason: 'no capacity'} : one,
        )
    })
    expect(endOf(await promote(fake))).toBe('done')
  })

  it('whose way out fails ends at once and takes everything back, the cache under way too', async () => {
    const fake = lost()
    fake.clock.at(fake.clock.now() + seconds(30), () => {
      const root = fake.provision.stack(name, away)
      if (root !== undefined)
        root.resources = root.resources.map((one) =>
          one.logicalId === 'Nat' ? {...one, status: 'CREATE_FAILED', reason: 'NatGatewayLimitExceeded'} : one,
        )
    })
    const end = endOf(await promote(fake, 0))
    expect(end).toMatch(/^failed: .*no way out: NatGatewayLimitExceeded/)
    fake.clock.leap(fake.clock.now() + minutes(1))
    expect(fake.provision.stack(name, away)).toBeUndefined()
    expect(fake.databases.accepted).toEqual([])
  })

  it('never takes a stack that is on its way back for one with a way out', async () => {
    const fake = lost()
    fake.clock.at(fake.clock.now() + seconds(30), () => {
      const root = fake.provision.stack(name, away)
      if (root === undefined) return
      Object.assign(root, {under: null, status: 'ROLLBACK_IN_PROGRESS', reason: 'somebody began it'})
      root.resources = root.resources.map((one) => ({...one, status: 'CREATE_COMPLETE'}))
    })
    expect(endOf(await promote(fake, 0))).toMatch(/^failed: .*ROLLBACK_IN_PROGRESS, somebody began it/)
  })

  it('that is withdrawn while the cache is being created deletes the stack', async () => {
    const fake = lost()
    const paused = await promote(fake, 0)
    expect(endOf(paused)).toMatch(/^paused/)
    expect(fake.provision.stack(name, away)?.status).toBe('CREATE_IN_PROGRESS')
    const ran = await goOn(fake, paused.run, {withdraw: 'a false alarm'})
    expect(endOf(ran)).toMatch(/^failed/)
    fake.clock.leap(fake.clock.now() + minutes(1))
    expect(fake.provision.stack(name, away)).toBeUndefined()
  })

  it("isn't paused by a refusal to say how the cache is", async () => {
    let refuses = false
    const fake = aRecovery({
      place: aPlace('pilot-light'),
      stackSeconds: surgeSeconds,
      around: (moment, call) => {
        if (refuses && moment === 'before' && call === 'stacks.describe')
          throw new SluiceError({code: 'aws-refused', exitCode: 1, message: 'not authorized'})
        if (call === 'names.resolve') refuses = true
      },
    })
    const ran = await promote(fake)
    expect(endOf(ran)).toBe('done')
    expect(noteOf(ran.events, 'cache')).toContain("it can't be asked for: not authorized")
  })

  it('tells a cache that takes for ever as missing instead of waiting', async () => {
    const fake = aRecovery({
      place: aPlace('pilot-light'),
      stackSeconds: (stack, operation) => (stack === name ? 7200 : surgeSeconds(stack, operation)),
    })
    const ran = await promote(fake)
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'cache')).toEqual({cache: 'missing', because: 'still CREATE_IN_PROGRESS after 40 min'})
  })
})

describe('the way home', () => {
  it('deletes a surge whose cache was made by an update after it had failed', async () => {
    const there = await gone('unplanned', aPlace('pilot-light'), {surge: aSurge}, ({provision}) => {
      provision.fail(name, away, {path: 'Cache/ReplicationGroup', type: 'AWS::ElastiCache::ReplicationGroup', reason: 'full'}, 1)
    })
    const {fake} = there
    const stack = {name, region: away}
    const input = {stack, ...aSurge, token: 'by-hand', changeSet: 'again'}
    await fake.provision.world.stacks.makeChangeSet(input)
    await fake.provision.world.stacks.executeChangeSet(stack, 'again', 'by-hand')
    fake.clock.leap(fake.clock.now() + minutes(60))
    expect((await fake.world.stacks.describe(stack))?.status).toBe('UPDATE_COMPLETE')
    expect((await failback(there, aFailback(there))).end).toBe('done')
    expect(fake.provision.stack(name, away)).toBeUndefined()
  })

  it('deletes a surge whose cache had failed', async () => {
    const there = await gone('unplanned', aPlace('pilot-light'), {surge: aSurge}, ({provision}) => {
      provision.fail(name, away, {
        path: 'Cache/ReplicationGroup',
        type: 'AWS::ElastiCache::ReplicationGroup',
        reason: 'no capacity',
      })
    })
    expect(there.fake.provision.stack(name, away)?.status).toBe('CREATE_FAILED')
    expect((await failback(there, aFailback(there))).end).toBe('done')
    expect(there.fake.provision.stack(name, away)).toBeUndefined()
  })
})
