/** Kill `infra up` anywhere and run it again, with no other command: it ends as if nothing had happened. */
import {expect, it} from 'vitest'
import {fakeProvisionWorld} from '../support/fake-provision-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {dyingUp, shapeOf} from '../support/dying-up.ts'
import {aStackConfig, up, wantedOf} from '../support/provision-bench.ts'

it('killed at any event and at any call, and run again, everything is as it shall be', async () => {
  const wanted = wantedOf(aStackConfig(), fakeProvisionWorld({clock: leapingClock()}))
  const whole = await dyingUp(wanted, null)
  expect(whole.ran?.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
  expect(whole.labels.size).toBeGreaterThan(200)
  const expected = shapeOf(whole.aws)
  for (const label of whole.labels) {
    const {aws, desk, ran} = await dyingUp(wanted, label)
    expect(ran, label).toBeNull()
    const again = await up(desk, aws, {wanted})
    expect(again.end, label).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(shapeOf(aws), label).toEqual(expected)
  }
}, 300_000)
