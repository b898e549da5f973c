import {describe, expect, test} from 'vitest'
import {runState} from '../../src/runbooks/engine/run-state.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {takeLease} from '../../src/runbooks/engine/lease.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import type {DownOptions} from '../../src/runbooks/provision/down-input.ts'
import {planDown} from '../../src/runbooks/provision/down-observe.ts'
import {runDown} from '../../src/runbooks/provision/run-down.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk} from '../support/release-bench.ts'
import {aStackConfig, away, databaseSecret, downBench, home} from './down-world.ts'
import type {DownBench} from './down-world.ts'

const never = new AbortController().signal
const keeps: DownOptions = {only: 'all', data: 'kept', stuck: 'tried-again'}

function aBench(prepare: (bench: DownBench) => void = () => undefined, around?: (change: string) => void) {
  const clock = leapingClock()
  const bench = downBench(clock, around)
  prepare(bench)
  const store = memoryStore()
  return {clock, bench, store, desk: (writer = 'w1') => aDesk(store, clock, writer)}
}
type Bench = ReturnType<typeof aBench>

const request = (options: Partial<DownOptions> = {}, config = aStackConfig()) => ({
  config,
  account: '111122223333',
  arn: 'arn:aws:iam::1:role/op',
  options: {...keeps, ...options},
})

async function down({bench, desk}: Bench, options: Partial<DownOptions> = {}, writer = 'w1', onEvent?: (event: Event) => void) {
  const agreed = await planDown(desk(writer), request(options), bench.world, never)
  return runDown(desk(writer), agreed, bench.world, {detach: never, leave: never, ...(onEvent !== undefined && {onEvent})})
}

const left = (bench: DownBench): readonly string[] =>
  bench.stacks.filter(({status}) => status !== 'DELETE_COMPLETE').map(({name, region}) => `${name}@${region}`)
const ended = (events: readonly Event[]) => runState(events).ended?.data
const order = (bench: DownBench, ...changes: readonly string[]): readonly number[] =>
  changes.map((one) => bench.changes.indexOf(one))
const rising = (numbers: readonly number[]): boolean =>
  numbers.every((one, index) => one >= 0 && (index === 0 || one > (numbers[index - 1] ?? 0)))

describe('infra down', () => {
  test('takes both Regions and us-east-1 away, and ends done', async () => {
    const it = aBench()
    const {events} = await down(it)
    expect(ended(events)).toMatchObject({outcome: 'done'})
    expect(left(it.bench)).toEqual([])
    expect([...it.bench.services.values()].map(({status}) => status)).toEqual(['INACTIVE', 'INACTIVE', 'INACTIVE', 'INACTIVE'])
    expect(it.bench.rules.size).toBe(0)
  })

  test("removes a slot's scaling, then its tasks, then the service, then the live rule, then the stack", async () => {
    const it = aBench()
    await down(it)
    expect(
      rising(
        order(
          it.bench,
          `no scaling shop-production-a@${home}`,
          `0 tasks shop-production-a@${home}`,
          `no service shop-production-a@${home}`,
          `no rule@${home}`,
          `free hosts of hosts-${home}`,
          `remove shop-production-main@${home}`,
          `remove shop-production-foundation@${home}`,
        ),
      ),
    ).toBe(true)
  })

  test("deletes the replica before the primary, and the primary's stack before the network it is in", async () => {
    const it = aBench()
    await down(it)
    expect(
      rising(
        order(
          it.bench,
          'no database shop-replica',
          `remove shop-production-replica@${away}`,
          `remove shop-production-main@${away}`,
        ),
      ),
    ).toBe(true)
    expect(
      rising(order(it.bench, 'no database shop-replica', `remove Database@${home}`, `remove shop-production-main@${home}`)),
    ).toBe(true)
  })

  test("keeps the certificate's stack until the distribution is gone, and every foundation until the last", async () => {
    const it = aBench()
    await down(it)
    expect(
      rising(
        order(
          it.bench,
          `remove Edge@${home}`,
          'remove shop-production-certificate@us-east-1',
          `remove shop-production-foundation@${away}`,
        ),
      ),
    ).toBe(true)
  })

  test('empties no bucket and says what stays, with the way to remove each', async () => {
    const it = aBench()
    const {input} = await down(it)
    expect(it.bench.buckets).toEqual(
      new Map([
        [`logs-${home}`, 1500],
        [`site-${home}`, 10],
        [`logs-${away}`, 1500],
        [`site-${away}`, 10],
      ]),
    )
    expect(it.bench.snapshots).toEqual(['shop-db-snapshot'])
    const stays = input.retained.map(({what, id}) => `${what} ${id}`)
    expect(stays).toContain('final snapshot of the database shop-db')
    expect(stays).toContain('bucket site-eu-west-1')
    expect(stays).toContain('vault with its recovery points shop-production')
    expect(stays).toContain('bucket of journals and uploaded templates sluice-state-111122223333-eu-west-1')
    expect(input.retained.every(({howToRemove}) => howToRemove !== '')).toBe(true)
  })

  test('with the data given up, empties every bucket page by page and deletes it once no stack is left', async () => {
    const it = aBench()
    const {input} = await down(it, {data: 'deleted'})
    expect(it.bench.buckets.size).toBe(0)
    expect(
      rising(order(it.bench, `remove shop-production-foundation@${home}`, `empty logs-${home}`, `no bucket logs-${home}`)),
    ).toBe(true)
    expect(input.retained.map(({id}) => id)).not.toContain(`site-${home}`)
    expect(input.retained.map(({id}) => id)).toContain(`sluice-state-111122223333-${home}`)
  })

  test('with the data given up, nothing that has our name is left but a vault with recovery points', async () => {
    const it = aBench()
    const {input} = await down(it, {data: 'deleted'})
    expect(it.bench.stores).toEqual(new Map([[`${home}/shop-production`, 'full']]))
    expect(
      rising(order(it.bench, `remove shop-production-foundation@${home}`, `no repository shop-production/api@${home}`)),
    ).toBe(true)
    const stays = input.retained.filter(({what}) => /^(vault|repository|secret)/.test(what))
    expect(stays.map(({what, id, region}) => `${what} ${id} ${region}`)).toEqual([
      `vault with its recovery points shop-production ${home}`,
    ])
  })

  test('a vault that got a recovery point after the plan was shown stays, and fails nothing', async () => {
    const it = aBench()
    it.clock.at(it.clock.now() + 60_000, () => it.bench.stores.set(`${away}/shop-production`, 'full'))
    expect(ended((await down(it, {data: 'deleted'})).events)).toMatchObject({outcome: 'done'})
    expect(it.bench.stores.get(`${away}/shop-production`)).toBe('full')
  })

  test('without that, repositories, secrets and vaults stay', async () => {
    const it = aBench()
    await down(it)
    expect([...it.bench.stores.keys()].toSorted()).toEqual(
      [
        `${away}/shop-production`,
        `${away}/shop-production/api`,
        `${home}/shop-production`,
        `${home}/shop-production/api`,
        `${home}/${databaseSecret}`,
      ].toSorted(),
    )
  })

  test('gives a replica that was promoted a final snapshot, and lists it', async () => {
    const it = aBench(({databases}) => databases.set(`${away}/shop-replica`, {replicaOf: null, snapshot: null}))
    const {input} = await down(it)
    expect(it.bench.snapshots).toContain('shop-replica-final')
    expect(input.retained.map(({id}) => id)).toContain('shop-replica-final')
  })

  test('frees hosts that were started while their stack was being deleted', async () => {
    const it = aBench()
    it.clock.at(it.clock.now() + 200_000, () => it.bench.protectedHosts.set(`${home}/hosts-${home}`, ['i-new']))
    await down(it)
    expect(left(it.bench)).toEqual([])
  })

  test('what is already gone is done, and changes nothing', async () => {
    const it = aBench()
    await down(it)
    const before = it.bench.changes.length
    const {events} = await down(it)
    expect(ended(events)).toMatchObject({outcome: 'done'})
    expect(it.bench.changes.length).toBe(before)
  })

  test('attaches to a deletion that is under way', async () => {
    const it = aBench()
    it.bench.stack('shop-production-certificate', 'us-east-1').status = 'DELETE_IN_PROGRESS'
    it.clock.at(it.clock.now() + 600_000, () => {
      it.bench.stack('shop-production-certificate', 'us-east-1').status = 'DELETE_COMPLETE'
    })
    await down(it)
    expect(it.bench.changes.filter((one) => one.includes('certificate'))).toEqual([])
    expect(left(it.bench)).toEqual([])
  })
})

describe('a deletion that fails', () => {
  const stuckVpc = (bench: DownBench): void =>
    void bench.databases.set(`${home}/somebody-elses`, {replicaOf: null, snapshot: null})

  test("ends the run, and names the resource and AWS's reason", async () => {
    const it = aBench(stuckVpc)
    const {events} = await down(it)
    expect(ended(events)).toMatchObject({
      outcome: 'failed',
      because: 'Vpc/Vpc (AWS::EC2::VPC): The vpc has dependencies and cannot be deleted',
    })
  })

  test('is tried again by the same command once the reason is gone', async () => {
    const it = aBench(stuckVpc)
    await down(it)
    it.bench.databases.delete(`${home}/somebody-elses`)
    const {events} = await down(it)
    expect(ended(events)).toMatchObject({outcome: 'done'})
    expect(left(it.bench)).toEqual([])
  })

  test('is shown in the next plan with its reason, and leaves nothing behind unless a person says so', async () => {
    const it = aBench(stuckVpc)
    await down(it)
    const {stacks} = await planDown(it.desk(), request(), it.bench.world, never)
    expect(stacks.find(({id}) => id === `main@${home}`)?.stuck[0]).toMatchObject({
      path: 'Vpc',
      logicalIds: ['Vpc'],
      because: 'Vpc: The vpc has dependencies and cannot be deleted',
    })
    await down(it)
    expect(left(it.bench)).toContain(`shop-production-main@${home}`)
  })

  test('goes on without what is stuck when a person has said so', async () => {
    const it = aBench(stuckVpc)
    await down(it)
    const {events} = await down(it, {stuck: 'left-behind'})
    expect(ended(events)).toMatchObject({outcome: 'done'})
    expect(left(it.bench)).toEqual([])
  })
})

describe('what speaks against it', () => {
  const stops = async (it: Bench, options: Partial<DownOptions>, config = aStackConfig()): Promise<readonly string[]> =>
    (await planDown(it.desk(), request(options, config), it.bench.world, never)).findings
      .filter(({level}) => level === 'stops')
      .map(({id}) => id)

  test('a recovery Region that sluice.yaml forgot is told of: nobody looks there, and it stays', async () => {
    const warned = async (config = aStackConfig()) =>
      (await planDown(aBench().desk(), request({}, config), aBench().bench.world, never)).findings.map(
        ({id, level}) => `${id} ${level}`,
      )
    expect([await warned(), await warned(aStackConfig({recovery: null}))]).toEqual([[], ['forgotten-region warns']])
  })

  test('nothing, on a quiet stack', async () => {
    expect(await stops(aBench(), {})).toEqual([])
  })

  test('a release that is under way: exit 7, and nothing is touched', async () => {
    const it = aBench()
    await takeLease({store: it.store, clock: it.clock, target: 'shop', run: 'r-9', owner: 'w9', host: 'ci', operation: 'release'})
    await expect(down(it)).rejects.toMatchObject({code: 'lease-held', exitCode: 7})
    expect(it.bench.changes).toEqual([])
  })

  test("an account that isn't allowed", async () => {
    expect(await stops(aBench(), {}, aStackConfig({allowedAccounts: ['999900001111']}))).toEqual(['account'])
  })

  test('a recovery Region that users are in', async () => {
    expect(await stops(aBench(), {only: 'recovery'}, aStackConfig({activeRegion: away}))).toEqual(['active-region'])
  })

  test('deleting the copy that the home bucket still replicates into', async () => {
    expect(await stops(aBench(), {only: 'recovery', data: 'deleted'})).toEqual(['replication'])
  })

  test('a stack that came to be after the plan was shown: exit 3, and nothing is touched', async () => {
    const it = aBench(({stacks}) => {
      for (const stack of stacks) if (stack.region === away) stack.status = 'DELETE_COMPLETE'
    })
    const agreed = await planDown(it.desk(), request(), it.bench.world, never)
    it.bench.stack('shop-production-foundation', away).status = 'CREATE_COMPLETE'
    await expect(runDown(it.desk(), agreed, it.bench.world, {detach: never, leave: never})).rejects.toMatchObject({
      code: 'plan-changed',
      exitCode: 3,
    })
    expect(it.bench.changes).toEqual([])
  })
})

test('a failure read at once after the deletion was begun again is the one from before, and fails nothing', async () => {
  const it = aBench((bench) => {
    bench.stack('shop-production-certificate', 'us-east-1').status = 'DELETE_FAILED'
  })
  const {stacks} = it.bench.world
  let stale = 0
  const remove: typeof stacks.remove = async (ref, options) => {
    await stacks.remove(ref, options)
    if (ref.name.endsWith('-certificate')) stale = 1
  }
  const describe: typeof stacks.describe = async (ref) => {
    const state = await stacks.describe(ref)
    if (state === null || !ref.name.endsWith('-certificate') || stale === 0) return state
    stale -= 1
    return {...state, status: 'DELETE_FAILED'}
  }
  const {events} = await down({...it, bench: {...it.bench, world: {...it.bench.world, stacks: {...stacks, remove, describe}}}})
  expect([ended(events)?.outcome, left(it.bench), stale]).toEqual(['done', [], 0])
})

test('a log that comes after its bucket was emptied is deleted too, and fails nothing', async () => {
  const it = aBench()
  const {teardown} = it.bench.world
  let late = 2
  const removeBucket: typeof teardown.removeBucket = async (region, bucket) => {
    if (late > 0) {
      late -= 1
      it.bench.buckets.set(bucket, 1)
      throw new Unavailable('s3:DeleteBucket', 'written to again')
    }
    await teardown.removeBucket(region, bucket)
  }
  const {events} = await down(
    {...it, bench: {...it.bench, world: {...it.bench.world, teardown: {...teardown, removeBucket}}}},
    {data: 'deleted'},
  )
  expect([ended(events)?.outcome, it.bench.buckets.size]).toEqual(['done', 0])
})

test('only the recovery Region goes, and home stands as it was', async () => {
  const it = aBench()
  await down(it, {only: 'recovery'})
  expect(left(it.bench).filter((name) => name.endsWith(away))).toEqual([])
  expect(left(it.bench)).toContain(`shop-production-main@${home}`)
  expect(it.bench.changes.filter((change) => change.includes(home) || change.includes('us-east-1'))).toEqual([])
  expect(it.bench.rules).toEqual(new Set([home]))
})

test('killed before any change, and run again, it ends as if nothing had happened', async () => {
  class Killed extends Error {}
  const whole = aBench()
  await down(whole, {data: 'deleted'})
  const count = whole.bench.changes.length
  expect(count).toBeGreaterThan(30)
  for (let dieAt = 0; dieAt < count; dieAt += 1) {
    let seen = 0
    let dead = false
    const it = aBench(undefined, () => {
      if (dead || seen === dieAt) {
        dead = true
        throw new Killed()
      }
      seen += 1
    })
    await expect(down(it, {data: 'deleted'}), `change ${dieAt}`).rejects.toBeInstanceOf(Killed)
    dead = false
    seen = -Infinity
    const {events} = await down(it, {data: 'deleted'}, 'w2')
    expect(ended(events), `change ${dieAt}`).toMatchObject({outcome: 'done'})
    expect(left(it.bench), `change ${dieAt}`).toEqual([])
    expect(it.bench.buckets.size, `change ${dieAt}`).toBe(0)
  }
})
