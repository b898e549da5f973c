/** What was begun when the process died: made again where a second one is the same, and never without a person's word where it isn't. */
import {describe, expect, it} from 'vitest'
import {answerOf} from '../../../src/use-cases/runbook/runbook-answer.ts'
import type {HttpRequest} from '../../../src/runbooks/custom/ports.ts'
import {sayToCustom} from '../../../src/runbooks/custom/run-custom.ts'
import type {CustomRan} from '../../../src/runbooks/custom/run-custom.ts'
import {minutes} from '../../../src/runbooks/engine/clock.ts'
import type {Event, EventOf} from '../../../src/runbooks/engine/event.ts'
import {runState} from '../../../src/runbooks/engine/run-state.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {ExitCode, SluiceError} from '../../../src/errors.ts'
import {runbookView} from '../../../src/ui/runbook-view.ts'
import {ownRunbook, runbookBench} from '../../support/runbook-bench.ts'
import type {RunbookBench} from '../../support/runbook-bench.ts'

const yaml = (steps: string): string => `name: evening\ndescription: what we do in the evening\nsteps:\n${steps}`
const ended = (events: readonly Event[], id: string): EventOf<'step-ended'>['data'] | undefined =>
  events.findLast((event): event is EventOf<'step-ended'> => event.kind === 'step-ended' && event.data.step === id)?.data
const answer = async (bench: RunbookBench, ran: CustomRan, flags: Parameters<typeof answerOf>[0]): Promise<CustomRan> => {
  const {events} = await bench.resume(ran, 'bob-0')
  const accepts = answerOf(flags, ran.input.runbook.steps, events, 'arn:aws:iam::111122223333:user/ada')
  await bench.say(ran.run, accepts ?? {})
  return bench.resume(ran, 'bob-1')
}

const mark = ownRunbook(
  yaml('  - {id: mark, call: {service: cloudwatch, action: PutMetricData, input: {Namespace: Shop}}}\n  - {id: rest, wait: 1m}'),
)
const restart = ownRunbook(
  yaml(
    '  - {id: restart, call: {service: ecs, action: UpdateService, input: {service: worker, forceNewDeployment: true}}}\n  - {id: rest, wait: 1m}',
  ),
)

/** The process dies after the call was sent and before its answer came. */
async function diesSending(bench: RunbookBench, runbook: Parameters<RunbookBench['run']>[0]): Promise<CustomRan> {
  const gone = new AbortController()
  bench.answer = () => {
    gone.abort(new Error('gone'))
    throw new Unavailable('it', 'no answer')
  }
  const ran = await bench.run(runbook, gone.signal)
  bench.answer = () => ({})
  return ran
}

describe.each([
  ['a mark on a graph', mark, 'mark'],
  ['a forced deployment', restart, 'restart'],
])('%s whose answer never came', (_, runbook, id) => {
  it("isn't made again by a resume: it asks, with the two commands that answer", async () => {
    const bench = runbookBench()
    const ran = await diesSending(bench, runbook)
    const after = await bench.resume(ran, 'bob-1')
    expect(bench.calls).toHaveLength(1)
    expect(after.end).toMatchObject({
      kind: 'paused',
      because: `${id} may have been made already, and its answer didn't come. Look, then say: sluice runbook resume ${ran.run} --done ${id} --evidence TEXT, or --again ${id}`,
    })
    expect(runbookView(ran.run, ran.input, after.events, bench.fake.clock.now()).waiting.map(({command}) => command)).toEqual([
      `sluice runbook resume ${ran.run} --done ${id} --evidence TEXT`,
      `sluice runbook resume ${ran.run} --again ${id}`,
    ])
  })

  it('is left as it is when a person says that it was made', async () => {
    const bench = runbookBench()
    const ran = await diesSending(bench, runbook)
    const over = await answer(bench, ran, {done: id, evidence: 'seen in the console'})
    expect(over.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(bench.calls).toHaveLength(1)
    expect(ended(over.events, id)).toMatchObject({how: 'done', facts: {evidence: 'seen in the console'}})
  })

  it('is made once more when a person says so, and asks again when that answer is lost too', async () => {
    const bench = runbookBench()
    const ran = await diesSending(bench, runbook)
    await bench.resume(ran, 'bob-0')
    await bench.say(ran.run, {step: id, again: true})
    bench.answer = () => {
      throw new Unavailable('it', 'no answer')
    }
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({kind: 'paused'})
    expect(bench.calls).toHaveLength(2)
    bench.answer = () => ({})
    expect((await answer(bench, ran, {again: id})).end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(bench.calls).toHaveLength(3)
  })
})

describe('a change whose answer came before the process died', () => {
  it("isn't made again, even where nothing was kept of its answer", async () => {
    const bench = runbookBench()
    const gone = new AbortController()
    const store = bench.fake.stores[bench.fake.place.recovery]!
    const create = store.create.bind(store)
    // The process dies between the fact that it was made and the end of the step.
    store.create = async (key, body, signal) => {
      if (body.includes('"step-ended"') && body.includes('"mark"')) gone.abort(new Error('gone'))
      if (gone.signal.aborted && body.includes('"step-ended"')) throw new Error('killed')
      return create(key, body, signal)
    }
    await bench.run(mark, gone.signal).catch(() => undefined)
    store.create = create
    const keys = await store.list('runs/')
    const run = keys[0]!.split('/')[1]!
    const {body} = (await store.get(keys[0]!))!
    const input = ((JSON.parse(body) as Event).data as EventOf<'planned'>['data']).input as unknown as CustomRan['input']
    await bench.fake.clock.until(bench.fake.clock.now() + minutes(10))
    expect((await bench.resume({run, input}, 'bob-1')).end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(bench.calls).toHaveLength(1)
  })
})

describe('a change with a token', () => {
  const heal = ownRunbook(
    yaml('  - {id: heal, call: {service: ssm, action: StartAutomationExecution, input: {DocumentName: Heal}}}'),
  )

  it('is made again with the same one by a resume soon after', async () => {
    const bench = runbookBench()
    const ran = await diesSending(bench, heal)
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(bench.calls).toHaveLength(2)
    expect(bench.calls[0]).toBe(bench.calls[1])
  })

  it('asks on the next day: AWS may have forgotten the token, and would begin a second one', async () => {
    const bench = runbookBench()
    const ran = await diesSending(bench, heal)
    await bench.fake.clock.until(bench.fake.clock.now() + minutes(20 * 60))
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({kind: 'paused'})
    expect(bench.calls).toHaveLength(1)
  })
})

describe('a POST', () => {
  const post = (more = ''): ReturnType<typeof ownRunbook> =>
    ownRunbook(
      yaml(
        `  - {id: tell, http: {url: 'https://status.example.com/incidents', method: POST, body: down${more}}}\n  - {id: rest, wait: 1m}`,
      ),
    )
  const sending = (bench: RunbookBench, answers: readonly (number | null)[]): HttpRequest[] => {
    const sent: HttpRequest[] = []
    bench.http = (request) => {
      const status = answers[Math.min(sent.length, answers.length - 1)] ?? null
      sent.push(request)
      return status === null ? null : {status, headers: {}, body: '{"id":7}'}
    }
    return sent
  }

  it('is sent once, with a key by which its receiver knows a second one', async () => {
    const bench = runbookBench()
    const sent = sending(bench, [201])
    expect((await bench.run(post(', keep: {incident: id}'))).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(sent).toHaveLength(1)
    expect(sent[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it("isn't sent again when nobody answered: it may have arrived", async () => {
    const bench = runbookBench()
    const sent = sending(bench, [null])
    const ran = await bench.run(post())
    expect(ran.end).toMatchObject({because: expect.stringContaining('tell may have been made already') as string})
    await bench.resume(ran, 'bob-1')
    expect(sent).toHaveLength(1)
    expect((await answer(bench, ran, {done: 'tell', evidence: 'incident 7'})).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(sent).toHaveLength(1)
  })

  it('pauses with what was answered instead, and is sent again by who resumes after reading that', async () => {
    const bench = runbookBench()
    const sent = sending(bench, [503, 201])
    const ran = await bench.run(post())
    expect(ran.end).toMatchObject({
      because: 'POST https://status.example.com/incidents: status 503, wanted 2xx; a resume sends it again',
    })
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(sent).toHaveLength(2)
  })

  it('is sent until it is answered as expected where a second one is the same', async () => {
    const bench = runbookBench()
    const sent = sending(bench, [null, 503, 201])
    expect((await bench.run(post(', repeatable: true'))).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(new Set(sent.map(({headers}) => headers['idempotency-key'])).size).toBe(1)
    expect(sent).toHaveLength(3)
  })
})

describe('what is taken back', () => {
  const undoing = ownRunbook(
    yaml(`
  - id: scale
    on-failure: undo
    call: {service: ecs, action: UpdateService, input: {service: worker, desiredCount: 0}, keep: {was: service.desiredCount}}
    undo: {service: ecs, action: UpdateService, input: {service: worker, desiredCount: '\${steps.scale.was}'}}`),
  )
  const refuses = (): never => {
    throw new SluiceError({code: 'aws-refused', exitCode: ExitCode.usage, message: 'There is no such service.'})
  }

  it("isn't what AWS refused: it was never made, and the run ends", async () => {
    const bench = runbookBench()
    bench.answer = refuses
    const ran = await bench.run(undoing)
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed', because: 'There is no such service.'}})
    expect(bench.calls).toHaveLength(1)
  })

  it("that can't be, is said by a person who did it by hand, and the run ends", async () => {
    const bench = runbookBench()
    const text = ownRunbook(
      yaml(`
  - id: scale
    call: {service: ecs, action: UpdateService, input: {service: worker, desiredCount: 0}}
    undo: {service: ecs, action: UpdateService, input: {service: worker, desiredCount: 4}}
  - {id: call, manual: {instructions: call}}`),
    )
    const ran = await bench.run(text)
    await sayToCustom(bench.desk('bob-1'), ran.run, 'abort', 'withdrawn')
    bench.answer = refuses
    const stuck = await bench.resume(ran, 'bob-1')
    expect(stuck.end).toMatchObject({kind: 'paused', because: "scale: couldn't be taken back: There is no such service."})
    const over = await answer(bench, ran, {done: 'scale', evidence: 'the service was deleted'})
    expect(over.end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed', cause: 'abort'}})
    expect(runState(over.events).steps.get('scale')).toMatchObject({how: 'undone'})
  })
})
