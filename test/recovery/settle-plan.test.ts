import {describe, expect, it} from 'vitest'
import {settlePlan} from '../../src/runbooks/recovery/settle-plan.ts'
import {surgeStays} from '../../src/runbooks/recovery/settle-steps/surge-stays.ts'
import type {SettleInput} from '../../src/runbooks/recovery/input.ts'
import type {StepContext} from '../../src/runbooks/engine/step.ts'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {begin, endOf, goOn} from '../support/recovery-drive.ts'
import {aFailback, away} from '../support/failback-bench.ts'
import {aPlace, aSurge} from '../support/recovery-bench.ts'

async function aStay(shape: 'pilot-light' | 'warm-standby') {
  const gone = await away('planned', aPlace(shape), shape === 'pilot-light' ? {surge: aSurge} : {})
  const {config, place, settings, by, standing, stamp} = aFailback(gone)
  const input: SettleInput = {kind: 'settle', config, place, settings, by, standing, stamp, active: place.recovery}
  return {gone, input}
}

describe('a stay', () => {
  it('of a pilot light says that its surge stays, what it costs, and what deletes it; it deletes nothing', async () => {
    const {gone, input} = await aStay('pilot-light')
    const {steps} = settlePlan(input)
    expect(steps.at(-1)?.title).toBe('shop-production-surge stays, and costs by the hour')
    const context = {signal: new AbortController().signal} as StepContext
    expect(await surgeStays(input, {needs: []}).poll(gone.fake.world, context)).toMatchObject({
      kind: 'done',
      facts: {surge: 'shop-production-surge'},
      note: expect.stringContaining('sluice dr failback --confirm production deletes it') as unknown,
    })
    expect(gone.fake.provision.calls.filter((call) => call.startsWith('remove'))).toEqual([])
  })

  it('is forward only from the first stack that it changes on: half of it taken back would be said to be nothing', async () => {
    const {input} = await aStay('warm-standby')
    const {steps} = settlePlan(input)
    const changing = steps.filter(({calls}) => calls.some(({action}) => /ExecuteChangeSet|SetStackPolicy/.test(action)))
    const points = new Set(steps.filter(({pointOfNoReturn}) => pointOfNoReturn).map(({id}) => id))
    const comesAfter = (id: string): boolean =>
      points.has(id) || (steps.find((step) => step.id === id)?.needs ?? []).some((need) => comesAfter(need))
    expect(changing.map(({id}) => [id, comesAfter(id)])).toEqual(changing.map(({id}) => [id, true]))
    expect(changing.length).toBeGreaterThan(4)
  })

  it('that is withdrawn half way is refused, and told which command goes on', async () => {
    const {gone, input} = await aStay('warm-standby')
    gone.watch((moment, call) => {
      if (moment === 'before' && call === 'stacks.template')
        throw new SluiceError({code: 'aws-refused', exitCode: ExitCode.unexpected, message: 'not authorized'})
    })
    const ran = await begin(gone.fake, input)
    expect(endOf(ran)).toContain('paused: ')
    await expect(goOn(gone.fake, ran.run, {withdraw: 'no'})).rejects.toThrow('past its point of no return: active-')
  })

  it('of a warm standby has none', async () => {
    const {input} = await aStay('warm-standby')
    expect(settlePlan(input).steps.map(({id}) => id)).not.toContain('surge-stays')
  })

  it('promotes nothing and declares no call that could', async () => {
    const {input} = await aStay('pilot-light')
    const actions = settlePlan(input).steps.flatMap(({calls}) => calls.map(({action}) => action))
    expect(actions.filter((action) => /Promote|Delete(DB|Stack)|CreateDB/.test(action))).toEqual([])
  })
})
