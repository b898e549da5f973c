/** Whose word counts, and what nobody waits for. */
import {describe, expect, it} from 'vitest'
import {answerOf} from '../../../src/use-cases/runbook/runbook-answer.ts'
import {minutes} from '../../../src/runbooks/engine/clock.ts'
import type {Event, EventOf} from '../../../src/runbooks/engine/event.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {startOfTests} from '../../support/leaping-clock.ts'
import {ownRunbook, runbookBench} from '../../support/runbook-bench.ts'

const yaml = (steps: string): string => `name: evening\ndescription: what we do in the evening\nsteps:\n${steps}`
const ended = (events: readonly Event[], id: string): EventOf<'step-ended'>['data'] | undefined =>
  events.findLast((event): event is EventOf<'step-ended'> => event.kind === 'step-ended' && event.data.step === id)?.data
const ada = 'arn:aws:iam::111122223333:user/ada'
const adaInARole = 'arn:aws:sts::111122223333:assumed-role/oncall/ada'
const grace = 'arn:aws:sts::111122223333:assumed-role/oncall/grace'

describe('a yes of somebody else than who began the run', () => {
  const four = ownRunbook(
    yaml('  - {id: allow, approval: {question: well?, by: another}}\n  - {id: check, manual: {instructions: look, by: another}}'),
  )

  it.each([ada, adaInARole])('is not that of %s, who began it', async (who) => {
    const bench = runbookBench()
    const ran = await bench.run(four)
    expect(() => answerOf({approve: 'allow'}, ran.input.runbook.steps, ran.events, who)).toThrow(
      expect.objectContaining({exitCode: 3, message: `${who} began this run: somebody else's word is wanted for allow`}) as Error,
    )
    await bench.say(ran.run, {step: 'allow', approved: true}, who)
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({
      kind: 'paused',
      because: expect.stringContaining(`${who} said yes, and began this run`) as string,
    })
  })

  it('goes for what a person does, too', async () => {
    const bench = runbookBench()
    const ran = await bench.run(four)
    await bench.say(ran.run, {step: 'allow', approved: true}, grace)
    await bench.resume(ran, 'bob-1')
    await bench.say(ran.run, {step: 'check', done: true, evidence: 'x'}, ada)
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({kind: 'paused'})
    await bench.say(ran.run, {step: 'check', done: true, evidence: 'x'}, grace)
    const over = await bench.resume(ran, 'bob-1')
    expect(over.end).toMatchObject({outcome: {outcome: 'done'}})
    expect(ended(over.events, 'check')).toMatchObject({facts: {by: grace}})
  })
})

describe('a step with on-failure: go-on', () => {
  const text = (step: string): ReturnType<typeof ownRunbook> => ownRunbook(yaml(`${step}\n  - {id: rest, wait: 1m}`))

  it.each([
    [
      'has had its time',
      "  - {id: page, on-failure: go-on, deadline: 2m, http: {url: 'https://status.example.com'}}",
      'nobody answered',
    ],
    [
      'is a POST that nobody answered',
      "  - {id: page, on-failure: go-on, deadline: 2m, http: {url: 'https://status.example.com', method: POST}}",
      'page may have been made already',
    ],
    [
      'waits for a person who never comes',
      '  - {id: page, on-failure: go-on, deadline: 2m, manual: {instructions: call}}',
      'a person: call',
    ],
  ])('holds nothing up for longer than its deadline when it %s', async (_, step, words) => {
    const bench = runbookBench()
    const ran = await bench.run(text(step))
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(ended(ran.events, 'page')).toMatchObject({note: expect.stringContaining(`went on without it: `) as string})
    expect(JSON.stringify(ended(ran.events, 'page'))).toContain(words)
    expect(bench.fake.clock.now() - startOfTests).toBeLessThan(minutes(3.2))
  })

  it("gives up on a call that AWS can't serve", async () => {
    const bench = runbookBench()
    bench.answer = () => {
      throw new Unavailable('ecs:UpdateService', 'throttled')
    }
    const ran = await bench.run(
      text('  - {id: page, on-failure: go-on, deadline: 2m, call: {service: ecs, action: UpdateService, input: {service: w}}}'),
    )
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(ended(ran.events, 'page')).toMatchObject({facts: {failed: 'throttled'}})
  })

  it('is done like any other when it works', async () => {
    const bench = runbookBench()
    bench.http = () => ({status: 200, headers: {}, body: ''})
    const ran = await bench.run(text("  - {id: page, on-failure: go-on, http: {url: 'https://status.example.com'}}"))
    expect(ended(ran.events, 'page')).toMatchObject({how: 'done', facts: {status: 200}})
  })
})
