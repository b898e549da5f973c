/** `infra up`, from nothing to two Regions: what is made, in which order, how long it takes, and what is left alone. */
import {describe, expect, it} from 'vitest'
import {fakeProvisionWorld} from '../support/fake-provision-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {planUp, up} from '../support/provision-bench.ts'
import {aDesk} from '../support/release-bench.ts'

describe('from nothing', () => {
  it('both Regions are made, and the run is done', async () => {
    const clock = leapingClock()
    const aws = fakeProvisionWorld({clock})
    const desk = aDesk(memoryStore(), clock, 'w1')
    const plan = await planUp(desk, aws)
    const begun = clock.now()
    const ran = await up(desk, aws)
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    console.log((clock.now() - begun) / 1000, plan.etaSeconds, plan.criticalPath, ran.events.length, aws.calls.length)
    for (const e of ran.events) if (e.kind === 'step-ended' || e.kind === 'step-started') console.log(Math.round((e.at - begun) / 100) / 10, e.kind, JSON.stringify(e.data))
    console.log(plan.stacks, plan.slots)
    console.log(await planUp(desk, aws).then((p) => [p.changes, p.stacks]))
  })
})
