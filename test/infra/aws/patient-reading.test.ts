/** What only looks waits longer for an answer than a run that has a lease, however fast the clock. */
import {expect, test} from 'vitest'
import {recoveryReach} from '../../../src/infra/aws/recovery/reach.ts'
import {leaseMarginMs} from '../../../src/runbooks/engine/lease.ts'
import {aSession, standingClock} from './a-session.ts'

test.each([
  ['in a run at speed 60 a call on a busy machine has nearly two seconds', 60, 1900, 5000],
  ['on AWS itself nothing is any different', 1, 30_000, 30_000],
])('%s', (_, speed, ofRun, ofReading) => {
  const session = aSession({clock: standingClock(0, speed)})
  expect(session.boundMs).toBe(ofRun)
  expect(session.reading().boundMs).toBe(ofReading)
  expect(session.reading().inRegion('eu-central-1').boundMs).toBe(ofReading)
})

test.each([1, 10, 24, 60])('at speed %i a call, however slow, ends before the lease of who made it does', (speed) => {
  expect(aSession({clock: standingClock(0, speed)}).boundMs * speed).toBeLessThan(leaseMarginMs)
})

test("a Region that hasn't been heard of has longer, too, where nobody waits to be moved", () => {
  const clock = standingClock(0, 60)
  const bound = (haste: 'recovers' | 'reads') => recoveryReach({clock, own: 'eu-central-1', haste}).boundMs('eu-west-1', 5000)
  expect(bound('recovers')).toBe(1500)
  expect(bound('reads')).toBe(3000)
})
