import {describe, expect, test} from 'vitest'
import {SluiceError} from '../../src/errors.ts'
import {writeDownCapacity} from '../../src/use-cases/recovery/recovery-reading.ts'
import {StoreUnavailable} from '../../src/runbooks/engine/store.ts'
import {keepCapacity, readCapacity} from '../../src/runbooks/recovery/capacity.ts'
import {capacityKey, standingKey} from '../../src/runbooks/recovery/place.ts'
import {fakeRecovery} from '../support/fake-recovery-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {aPlace, aSide} from '../support/recovery-bench.ts'

const hour = 3_600_000

function bench() {
  const clock = leapingClock()
  const place = aPlace()
  const fake = fakeRecovery({clock, place})
  return {
    clock,
    place,
    fake,
    keep: (region = place.home) =>
      keepCapacity(fake.world, place, aSide(region), {now: clock.now(), by: 'arn:aws:iam::1:role/w1'}),
    kept: () => readCapacity(fake.world.store(place.recovery), place),
    after: (ms: number) => clock.leap(clock.now() + ms),
  }
}

describe('the capacity snapshot', () => {
  test('says what production has, in the recovery Region', async () => {
    const {keep, kept, clock, fake, place} = bench()
    expect(await keep()).toMatchObject({kind: 'taken'})
    expect(await kept()).toMatchObject({
      schema: 1,
      at: clock.now(),
      region: place.home,
      hosts: {min: 1, max: 6, desired: 2, peak: 2},
      service: {desired: 4, min: 2, max: 8, peak: 4},
      image: 'shop/api@sha256:1111',
    })
    expect([...(fake.stores[place.home]?.objects.keys() ?? [])]).toEqual([])
  })
  test('remembers the largest of the last 24 hours, and no longer', async () => {
    const {keep, kept, after, fake, place} = bench()
    fake.service(place.home).desired = 9
    await keep()
    fake.service(place.home).desired = 4
    after(2 * hour)
    await keep()
    expect((await kept())?.service).toMatchObject({desired: 4, peak: 9})
    after(23 * hour)
    await keep()
    expect((await kept())?.service).toMatchObject({desired: 4, peak: 4})
  })
  test('a Region at size 0 is never written over a snapshot: it was fenced', async () => {
    const {keep, kept, after, fake, place} = bench()
    await keep()
    fake.service(place.home).desired = 0
    after(hour)
    expect(await keep()).toEqual({kind: 'nothing', because: 'eu-west-1 is at size 0, which is no size to fail over to'})
    expect((await kept())?.service.desired).toBe(4)
  })
  test("a Region that users aren't in is never written down", async () => {
    const {keep, kept, fake, place} = bench()
    await fake.world.store(place.recovery).create(standingKey(place), JSON.stringify({region: place.recovery, settled: false}))
    expect(await keep(place.home)).toEqual({kind: 'nothing', because: 'users are in eu-central-1'})
    expect(await kept()).toBeNull()
  })
  test.each(['{"schema":1', '{"schema":2}', '{"schema":1}', 'null'])(
    "that can't be read is none, and is replaced: %s",
    async (body) => {
      const {keep, kept, fake, place} = bench()
      await fake.world.store(place.recovery).create(capacityKey(place), body)
      expect(await kept()).toBeNull()
      expect(await keep()).toMatchObject({kind: 'taken'})
      expect((await kept())?.service.desired).toBe(4)
    },
  )
  test('an older one never replaces a newer one', async () => {
    const {kept, keep, clock, fake, place} = bench()
    await keep()
    await keepCapacity(fake.world, place, aSide(place.home), {now: clock.now() - hour, by: 'late'})
    expect((await kept())?.by).toBe('arn:aws:iam::1:role/w1')
  })
})

describe('dr check writes it down first', () => {
  const sides = {home: aSide('eu-west-1'), homeMissing: null, recovery: aSide('eu-central-1')}
  const arn = 'arn:aws:iam::1:role/w1'
  test("and goes on to everything else when that Region has nothing to size, or can't be asked", async () => {
    const {fake, place, clock, kept} = bench()
    for (const error of [
      new SluiceError({code: 'x', exitCode: 1, message: 'no such group'}),
      new StoreUnavailable('no answer'),
    ]) {
      const world = {...fake.world, compute: {...fake.world.compute, hosts: async () => Promise.reject(error)}}
      await expect(writeDownCapacity({world, place, arn, clock}, {sides, standing: null})).resolves.toBeUndefined()
    }
    expect(await kept()).toBeNull()
  })
  test('of the Region where users are', async () => {
    const {fake, place, clock, kept} = bench()
    await writeDownCapacity({world: fake.world, place, arn, clock}, {sides, standing: null})
    expect(await kept()).toMatchObject({region: place.home, by: arn})
  })
  test('a bug of ours is no finding', async () => {
    const {fake, place, clock} = bench()
    const world = {...fake.world, compute: {...fake.world.compute, hosts: async () => Promise.reject(new TypeError('a bug'))}}
    await expect(writeDownCapacity({world, place, arn, clock}, {sides, standing: null})).rejects.toThrow('a bug')
  })
})
