import {expect, test} from 'vitest'
import {readLease, takeLease} from '../../src/runbooks/engine/lease.ts'
import type {Lease} from '../../src/runbooks/engine/lease.ts'
import {claimInfra} from '../../src/runbooks/provision/claim-infra.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk} from '../support/release-bench.ts'

const target = 'infra.shop.production'
const never = new AbortController().signal

async function taken() {
  const clock = leapingClock()
  const store = memoryStore()
  const first = await takeLease({store, clock, target, run: 'r-1', owner: 'w1', host: 'laptop', operation: 'infra up'})
  if (first.kind === 'held') throw new Error('nobody has it yet')
  return {clock, store, held: first.held}
}

test('a lease that nobody has is taken at once', async () => {
  const clock = leapingClock()
  const store = memoryStore()
  const began = clock.now()
  const {run, held} = await claimInfra(aDesk(store, clock, 'w1'), target, 'infra up', {detach: never})
  expect(clock.now()).toBe(began)
  expect(held.lease).toMatchObject({run, operation: 'infra up', owner: 'w1', epoch: 1})
})

test("a dead owner's lease is waited out, said once, and taken in a new epoch", async () => {
  const {clock, store, held} = await taken()
  const waitedFor: Lease[] = []
  const claim = await claimInfra(aDesk(store, clock, 'w2'), target, 'infra down', {
    detach: never,
    onWaiting: (lease) => waitedFor.push(lease),
  })
  expect(waitedFor.map(({run, host}) => ({run, host}))).toEqual([{run: 'r-1', host: 'laptop'}])
  expect(clock.now()).toBeGreaterThanOrEqual(held.lease.expiresAt)
  expect(claim.held.lease.epoch).toBe(2)
})

test('an owner that renews is alive: exit 7 says who it is', async () => {
  const {clock, store, held} = await taken()
  clock.at(clock.now() + 30_000, () => void held.renew())
  await expect(claimInfra(aDesk(store, clock, 'w2'), target, 'infra up', {detach: never})).rejects.toMatchObject({
    code: 'lease-held',
    exitCode: 7,
    message: expect.stringContaining('infra up r-1 by w1 on laptop') as string,
  })
})

test('a released lease is taken without waiting', async () => {
  const {clock, store, held} = await taken()
  await held.release()
  const began = clock.now()
  await claimInfra(aDesk(store, clock, 'w2'), target, 'infra up', {detach: never})
  expect(clock.now()).toBe(began)
})

test('Ctrl-C while waiting takes nothing', async () => {
  const {clock, store} = await taken()
  const detach = new AbortController()
  clock.at(clock.now() + 5_000, () => detach.abort())
  await expect(claimInfra(aDesk(store, clock, 'w2'), target, 'infra up', {detach: detach.signal})).rejects.toMatchObject({
    code: 'interrupted',
    exitCode: 130,
  })
  expect((await readLease(store, target))?.owner).toBe('w1')
})
