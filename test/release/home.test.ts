import {expect, it} from 'vitest'
import {fakeAws} from '../support/fake-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk, alone, release} from '../support/release-bench.ts'

it("a switch that is delivered while a rollback is about to write has done the rollback's work", async () => {
  const clock = leapingClock()
  const aws = fakeAws({clock, errorRates: {'shop/api:1.9.0': 0.05}})
  const watching = alone({
    onEvent(event) {
      if (event.kind === 'step-started' && event.data.step === 'home') aws.rule.weights = {a: 100, b: 0}
    },
  })
  const ran = await release(aDesk(memoryStore(), clock, 'w1'), aws, undefined, {watching})
  expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'rolled-back', cause: 'verdict'}})
  expect(aws.rule.weights).toEqual({a: 100, b: 0})
})
