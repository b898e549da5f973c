/** What each kind of step of a team's own does when it runs, and how such a run ends, pauses and goes on. */
import {describe, expect, it} from 'vitest'
import type {HttpAnswer} from '../../../src/runbooks/custom/ports.ts'
import type {Event, EventOf, Json} from '../../../src/runbooks/engine/event.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {SluiceError, ExitCode} from '../../../src/errors.ts'
import {minutes} from '../../../src/runbooks/engine/clock.ts'
import {answerOf} from '../../../src/use-cases/runbook/runbook-answer.ts'
import {sayToCustom} from '../../../src/runbooks/custom/run-custom.ts'
import {runbookOutcomeText} from '../../../src/ui/runbook-outcome.ts'
import {runbookView} from '../../../src/ui/runbook-view.ts'
import {ownRunbook, runbookBench} from '../../support/runbook-bench.ts'
import type {RunbookBench} from '../../support/runbook-bench.ts'
import {startOfTests} from '../../support/leaping-clock.ts'

const yaml = (steps: string): string => `name: evening\ndescription: what we do in the evening\nsteps:\n${steps}`
const ended = (events: readonly Event[], id: string): EventOf<'step-ended'>['data'] | undefined =>
  events.findLast((event): event is EventOf<'step-ended'> => event.kind === 'step-ended' && event.data.step === id)?.data
const started = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'step-started' ? [event.data.step] : []))

describe('a call that reads', () => {
  const look = ownRunbook(
    yaml(`
  - id: look
    call:
      service: rds
      action: DescribeDBInstances
      input: {DBInstanceIdentifier: '\${place.database}'}
      done-when: {path: 'DBInstances[0].DBInstanceStatus', equals: available}
      every: 30s
      keep: {class: 'DBInstances[0].DBInstanceClass', gone: 'DBInstances[0].Nothing'}`),
  )

  it('is made in the recovery Region, with the place filled in, until its answer is as wanted; what is kept are its facts', async () => {
    const bench = runbookBench()
    bench.answer = () => ({
      DBInstances: [{DBInstanceStatus: bench.calls.length < 3 ? 'modifying' : 'available', DBInstanceClass: 'db.m7g.large'}],
    })
    const ran = await bench.run(look)
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(bench.calls).toEqual(Array(3).fill('rds:DescribeDBInstances eu-central-1 {"DBInstanceIdentifier":"shop-production"}'))
    expect(ended(ran.events, 'look')).toMatchObject({how: 'done', facts: {class: 'db.m7g.large', gone: null}})
    expect(Math.round((bench.fake.clock.now() - startOfTests) / 1000)).toBe(60)
  })

  it('pauses at its deadline, says what the answer was instead, and goes on when resumed', async () => {
    const bench = runbookBench()
    bench.answer = () => ({DBInstances: [{DBInstanceStatus: 'modifying'}]})
    const ran = await bench.run(look)
    expect(ran.end).toMatchObject({
      kind: 'paused',
      because: 'look: not done within 10 min; waiting for DBInstances[0].DBInstanceStatus is modifying; wanted available',
    })
    bench.answer = () => ({DBInstances: [{DBInstanceStatus: 'available'}]})
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
  })

  it("is made again when AWS can't serve it, and fails with AWS's sentence when it is wrong for good", async () => {
    const bench = runbookBench()
    bench.answer = () => {
      if (bench.calls.length === 1) throw new Unavailable('rds:DescribeDBInstances', 'throttled')
      throw new SluiceError({code: 'aws-not-found', exitCode: ExitCode.usage, message: 'There is no such database.'})
    }
    expect((await bench.run(look)).end).toMatchObject({kind: 'paused', because: 'There is no such database.'})
    expect(bench.calls).toHaveLength(2)
  })

  it('takes nothing back when credentials have run out: whoever logs in again resumes', async () => {
    const bench = runbookBench()
    const undoes = ownRunbook(yaml('  - {id: look, on-failure: undo, call: {service: rds, action: DescribeDBInstances}}'))
    bench.answer = () => {
      throw new SluiceError({code: 'credentials-expired', exitCode: ExitCode.credentials, message: 'expired'})
    }
    expect((await bench.run(undoes)).end).toMatchObject({kind: 'paused', because: 'expired'})
  })
})

describe('a call that changes something', () => {
  const change = (more = ''): string =>
    yaml(`
  - id: scale
    call:
      service: ecs
      action: UpdateService
      region: \${place.home}
      input: {cluster: jobs, service: worker, desiredCount: 0}${more}`)
  const check = `
      check: {service: ecs, action: DescribeServices, region: '\${place.home}', input: {cluster: jobs, services: [worker]}, done-when: {path: 'services[0].runningCount', equals: 0}}`

  it('is made once', async () => {
    const bench = runbookBench()
    expect((await bench.run(ownRunbook(change()))).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(bench.calls).toEqual(['ecs:UpdateService eu-west-1 {"cluster":"jobs","service":"worker","desiredCount":0}'])
  })

  it("isn't made where its check finds the effect already", async () => {
    const bench = runbookBench()
    bench.answer = () => ({services: [{runningCount: 0}]})
    const ran = await bench.run(ownRunbook(change(check)))
    expect(bench.calls.map((call) => call.split(' ')[0])).toEqual(['ecs:DescribeServices'])
    expect(ended(ran.events, 'scale')?.how).toBe('already')
  })

  it('is done only when its check says so', async () => {
    const bench = runbookBench()
    bench.answer = (_service, action): Json =>
      action === 'DescribeServices' ? {services: [{runningCount: bench.calls.length > 3 ? 0 : 2}]} : {}
    expect((await bench.run(ownRunbook(change(check)))).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(bench.calls.filter((call) => call.startsWith('ecs:UpdateService'))).toHaveLength(1)
  })

  it('never touches the service of a slot', async () => {
    const bench = runbookBench()
    const ran = await bench.run(ownRunbook(change().replace('service: worker', `service: ${bench.fake.place.slots.a}`)))
    expect(ran.end).toMatchObject({kind: 'paused', because: expect.stringContaining('is the service of a slot') as string})
    expect(bench.calls).toEqual([])
  })

  it('carries the same token when it is made again by another machine', async () => {
    const bench = runbookBench()
    const detach = new AbortController()
    bench.answer = () => {
      if (bench.calls.length > 1) return {}
      detach.abort(new Error('gone'))
      throw new Unavailable('ssm:StartAutomationExecution', 'no answer')
    }
    const text = yaml('  - {id: heal, call: {service: ssm, action: StartAutomationExecution, input: {DocumentName: Heal}}}')
    const ran = await bench.run(ownRunbook(text), detach.signal)
    await bench.resume(ran, 'bob-1')
    expect(bench.calls).toHaveLength(2)
    expect(bench.calls[0]).toBe(bench.calls[1])
    expect(bench.calls[0]).toMatch(/"ClientToken":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"/)
  })

  it('is taken back, with what it found, when a later step fails with on-failure: undo', async () => {
    const bench = runbookBench()
    bench.answer = (_service, action) => ({service: {desiredCount: action === 'UpdateService' ? 4 : 0}})
    const ran = await bench.run(
      ownRunbook(
        yaml(`
  - id: scale
    call: {service: ecs, action: UpdateService, input: {cluster: jobs, service: worker, desiredCount: 0}, keep: {was: service.desiredCount}}
    undo: {service: ecs, action: UpdateService, input: {cluster: jobs, service: worker, desiredCount: '\${steps.scale.was}'}}
  - id: up
    on-failure: undo
    deadline: 1m
    http: {url: 'https://worker.example.com/up'}`),
      ),
    )
    expect(ran.end).toMatchObject({
      kind: 'ended',
      outcome: {outcome: 'failed', because: expect.stringContaining('nobody answered') as string},
    })
    expect(bench.calls.at(-1)).toBe('ecs:UpdateService eu-central-1 {"cluster":"jobs","service":"worker","desiredCount":4}')
    expect(ended(ran.events, 'scale')?.how).toBe('undone')
  })
})

describe('a probe', () => {
  const probe = ownRunbook(
    yaml(`
  - id: up
    http: {name: status.example.com, path: /up, expect: {status: [200, 204], body: ok, header: {X-Region: eu-central-1}}, times: 3, every: 5s, keep: {version: version}}`),
  )

  it('is done after so many good answers in a row, and keeps what is asked for', async () => {
    const bench = runbookBench()
    let asked = 0
    bench.http = ({url}): HttpAnswer => {
      asked += 1
      expect(url).toBe('https://status.example.com/up')
      return asked === 3
        ? {status: 502, headers: {}, body: ''}
        : {status: 200, headers: {'x-region': 'eu-central-1'}, body: '{"state":"ok","version":"1.9"}'}
    }
    const ran = await bench.run(probe)
    expect(asked).toBe(6)
    expect(ended(ran.events, 'up')?.how === 'done' && ended(ran.events, 'up')).toMatchObject({
      facts: {status: 200, version: '1.9'},
    })
  })

  it.each([
    ['nobody answers', null, 'nobody answered'],
    ['the status is another one', {status: 301, headers: {}, body: 'ok'}, 'status 301, wanted 200 or 204'],
    [
      'a header is another one',
      {status: 200, headers: {'x-region': 'eu-west-1'}, body: 'ok'},
      'x-region is eu-west-1, wanted eu-central-1',
    ],
    [
      "the body doesn't hold the text",
      {status: 204, headers: {'x-region': 'eu-central-1'}, body: ''},
      'its body doesn\'t hold "ok"',
    ],
  ])('pauses at its deadline and says so when %s', async (_, answer, words) => {
    const bench = runbookBench()
    bench.http = () => answer
    expect((await bench.run(probe)).end).toMatchObject({kind: 'paused', because: expect.stringContaining(words) as string})
  })
})

describe('a wait on a metric', () => {
  const calm = ownRunbook(
    yaml('  - {id: calm, metric: {namespace: Shop, metric: Errors, stat: Sum, is: below, value: 5, for: 3m}}'),
  )
  const at = (minute: number, value: number) => ({at: startOfTests + minutes(minute), value})
  /** As CloudWatch has them: nothing is there before its minute has begun. */
  const sofar = (bench: RunbookBench, points: readonly {at: number; value: number}[]) => () =>
    points.filter((point) => point.at <= bench.fake.clock.now())

  it('ends after so many minutes on end on the right side', async () => {
    const bench = runbookBench()
    bench.datapoints = sofar(bench, [at(0, 9), at(1, 2), at(2, 1), at(3, 0)])
    const ran = await bench.run(calm)
    expect(ended(ran.events, 'calm')).toMatchObject({how: 'done', facts: {value: 0, at: startOfTests + minutes(3)}})
  })

  it.each([
    ['a minute without a datapoint in between', [at(0, 1), at(1, 1), at(3, 1)]],
    ['one minute on the wrong side', [at(0, 1), at(1, 1), at(2, 7), at(3, 1)]],
    ['minutes before it began', [at(-3, 1), at(-2, 1), at(-1, 1)]],
    ['no datapoint at all', []],
  ])("doesn't end with %s", async (_, points) => {
    const bench = runbookBench()
    bench.datapoints = sofar(bench, points)
    expect((await bench.run(calm)).end).toMatchObject({kind: 'paused'})
  })
})

describe('a wait on a metric that is late, or silent', () => {
  const calm = ownRunbook(
    yaml('  - {id: calm, metric: {namespace: Shop, metric: Errors, stat: Sum, is: below, value: 5, for: 3m}}'),
  )
  const at = (minute: number, value: number) => ({at: startOfTests + minutes(minute), value})

  it("doesn't count a minute that isn't over: its sum is still growing", async () => {
    const bench = runbookBench()
    bench.datapoints = () => {
      const now = bench.fake.clock.now()
      // The third minute looks well until its last second.
      return [0, 1, 2, 3, 4, 5, 6, 7, 8]
        .filter((minute) => startOfTests + minutes(minute) <= now)
        .map((minute) => at(minute, minute === 2 && now >= startOfTests + minutes(3) - 1000 ? 9 : 0))
    }
    const ran = await bench.run(calm)
    expect(ended(ran.events, 'calm')).toMatchObject({how: 'done', facts: {value: 0, at: startOfTests + minutes(5)}})
  })

  it('says nothing about now when it has been silent since: a resume hours later waits for new minutes', async () => {
    const bench = runbookBench()
    const gone = new AbortController()
    bench.fake.clock.at(startOfTests + minutes(2), () => gone.abort(new Error('gone')))
    bench.datapoints = () => [at(0, 1), at(1, 1), at(2, 1), at(3, 1)].filter((point) => point.at <= bench.fake.clock.now())
    const ran = await bench.run(calm, gone.signal)
    await bench.fake.clock.until(startOfTests + minutes(120))
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({
      kind: 'paused',
      because: expect.stringMatching(/the newest datapoint is 1\d\d min old/) as string,
    })
  })
})

describe('a step that waits for a person', () => {
  const people = ownRunbook(
    yaml(`
  - {id: call, manual: {instructions: 'Call the bank about \${place.service}'}}
  - {id: allow, approval: {question: 'Go on?', names: [grace]}}
  - {id: rest, wait: 90s}`),
  )

  it('says what is to be done, and is done with the evidence and the name of who said so', async () => {
    const bench = runbookBench()
    const ran = await bench.run(people)
    expect(ran.end).toMatchObject({
      kind: 'paused',
      because: 'call: not done within 60 min; waiting for a person: Call the bank about shop',
    })
    await bench.say(ran.run, {step: 'call', done: true, evidence: 'ticket 4711'})
    const second = await bench.resume(ran, 'bob-1')
    expect(ended(second.events, 'call')).toMatchObject({
      how: 'done',
      facts: {evidence: 'ticket 4711', by: 'arn:aws:iam::111122223333:user/ada'},
    })
  })

  it("isn't done without the evidence that it requires, nor by an answer given before it began", async () => {
    const bench = runbookBench()
    const ran = await bench.run(people)
    await bench.say(ran.run, {step: 'allow', approved: true}, 'arn:aws:sts::111122223333:assumed-role/oncall/grace')
    await bench.say(ran.run, {step: 'call', done: true, evidence: ' '})
    expect(started((await bench.resume(ran)).events)).toEqual(['call'])
    await bench.say(ran.run, {step: 'call', done: true, evidence: 'ticket 4711'})
    expect((await bench.resume(ran)).end).toMatchObject({
      kind: 'paused',
      because: expect.stringContaining('a yes of grace: Go on?') as string,
    })
  })

  it("takes the yes of those it names, and tells of another's", async () => {
    const bench = runbookBench()
    const ran = await bench.run(people)
    await bench.say(ran.run, {step: 'call', done: true, evidence: 'ticket 4711'})
    await bench.resume(ran)
    await bench.say(ran.run, {step: 'allow', approved: true}, 'arn:aws:iam::111122223333:user/mallory')
    expect((await bench.resume(ran)).end).toMatchObject({
      because: expect.stringContaining("user/mallory said yes, and isn't one of them") as string,
    })
    await bench.say(ran.run, {step: 'allow', approved: true}, 'arn:aws:sts::111122223333:assumed-role/oncall/grace')
    const before = bench.fake.clock.now()
    expect((await bench.resume(ran)).end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(Math.round((bench.fake.clock.now() - before) / 1000)).toBe(90)
  })
})

describe('a step that comes with the tool', () => {
  it('finds a replica that replicates, and its lag', async () => {
    const bench = runbookBench()
    const ran = await bench.run(ownRunbook(yaml('  - {id: replica, uses: replica-replicating, with: {lag-at-most: 30s}}')))
    expect(ended(ran.events, 'replica')).toMatchObject({how: 'done', facts: {status: 'available'}})
  })

  it('asks for a committed write and for the Region that serves', async () => {
    const bench = runbookBench()
    const ran = await bench.run(
      ownRunbook(
        yaml(
          "  - {id: write, uses: write}\n  - {id: from, uses: serving-from, with: {region: '${place.home}', times: 2}}\n  - {id: stop, uses: switch-is, with: {stop: absent}}",
        ),
      ),
    )
    expect(ran.end).toMatchObject({outcome: {outcome: 'done'}})
    expect(ended(ran.events, 'write')).toMatchObject({facts: {region: 'eu-west-1'}})
  })

  it('sizes hosts, and gives back the size they had', async () => {
    const bench = runbookBench()
    const {compute, place} = bench.fake
    const sizeOf = () => {
      const {min, max, desired} = compute.hosts.get(place.recovery)!
      return {min, max, desired}
    }
    const size = sizeOf()
    const ran = await bench.run(
      ownRunbook(
        yaml(`
  - {id: hosts, uses: hosts, with: {group: ${compute.hosts.get(place.recovery)!.group}, cluster: jobs, count: 5}}
  - {id: up, http: {url: 'https://x.example.com'}, on-failure: undo}`),
      ),
    )
    expect(ended(ran.events, 'hosts')).toMatchObject({how: 'undone'})
    expect(bench.fake.calls).toContain('compute.sizeHosts eu-central-1')
    expect(sizeOf()).toEqual(size)
  })
})

describe('a run', () => {
  const slow = ownRunbook(
    yaml('  - {id: one, wait: 20m}\n  - {id: two, needs: [], wait: 20m}\n  - {id: three, needs: [one, two], wait: 1m}'),
  )

  it("does at once what doesn't need each other", async () => {
    const bench = runbookBench()
    const ran = await bench.run(slow)
    expect(ran.end).toMatchObject({outcome: {outcome: 'done'}})
    expect(bench.fake.clock.now() - startOfTests).toBeLessThan(minutes(22))
  })

  it("is refused while another one of the same runbook isn't finished, and says how to go on", async () => {
    const bench = runbookBench()
    const detach = AbortSignal.abort(new Error('gone'))
    const ran = await bench.run(slow, detach)
    expect(ran.end).toEqual({kind: 'detached'})
    await expect(bench.run(slow)).rejects.toMatchObject({
      code: 'run-unfinished',
      exitCode: 7,
      suggestions: [`sluice runbook resume ${ran.run}`, `sluice runbook resume ${ran.run} --withdraw`],
    })
    expect((await bench.resume(ran, 'bob-1')).end).toMatchObject({outcome: {outcome: 'done'}})
    expect((await bench.run(slow)).end).toMatchObject({outcome: {outcome: 'done'}})
  })

  it('ends where it is with on-failure: halt', async () => {
    const bench = runbookBench()
    const ran = await bench.run(ownRunbook(yaml("  - {id: up, on-failure: halt, http: {url: 'https://x.example.com'}}")))
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'halted'}})
  })

  it('keeps the runbook itself in its first event: a resume needs no file', async () => {
    const bench = runbookBench()
    const ran = await bench.run(slow)
    expect(ran.events[0]).toMatchObject({
      kind: 'planned',
      data: {plan: 'runbook', input: {kind: 'custom', runbook: {name: 'evening'}}},
    })
  })

  it('that is withdrawn takes back what can be, and ends', async () => {
    const bench = runbookBench()
    const ran = await bench.run(
      ownRunbook(
        yaml(`
  - id: scale
    call: {service: ecs, action: UpdateService, input: {service: worker, desiredCount: 0}}
    undo: {service: ecs, action: UpdateService, input: {service: worker, desiredCount: 4}}
  - {id: call, manual: {instructions: call}}`),
      ),
    )
    await sayToCustom(bench.desk('bob-1'), ran.run, 'abort', 'withdrawn')
    const over = await bench.resume(ran, 'bob-1')
    expect(over.end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed', cause: 'abort'}})
    expect(bench.calls.at(-1)).toContain('"desiredCount":4')
    expect(runbookView(ran.run, ran.input, over.events, bench.fake.clock.now())).toMatchObject({
      state: 'withdrawn',
      exitCode: 0,
      waiting: [],
    })
  })

  it('that took longer than its objective is done, and says that it was missed (exit 9)', async () => {
    const bench = runbookBench()
    const ran = await bench.run({...slow, objectives: {rtoMs: minutes(10), rpoMs: null}})
    const view = runbookView(ran.run, ran.input, ran.events, bench.fake.clock.now())
    expect(view).toMatchObject({state: 'done', exitCode: 9, rto: {met: false}, criticalPath: ['one', 'three']})
    expect(runbookOutcomeText(view)).toContain('objective 10 min: MISSED, 21 min')
  })

  it('that is paused names the command that answers each waiting step', async () => {
    const bench = runbookBench()
    const ran = await bench.run(
      ownRunbook(
        yaml(
          '  - {id: call, manual: {instructions: call}}\n  - {id: allow, needs: [], deadline: 2h, approval: {question: well?}}',
        ),
      ),
    )
    expect(runbookView(ran.run, ran.input, ran.events, bench.fake.clock.now())).toMatchObject({
      state: 'paused',
      exitCode: 8,
      waiting: [
        {step: 'call', command: `sluice runbook resume ${ran.run} --done call --evidence TEXT`},
        {step: 'allow', command: `sluice runbook resume ${ran.run} --approve allow`},
      ],
    })
  })
})

describe('an answer', () => {
  const text = yaml(
    '  - {id: call, manual: {instructions: call}}\n  - {id: allow, needs: [], deadline: 2h, approval: {question: well?, names: [grace]}}\n  - {id: later, needs: [allow], manual: {instructions: x, evidence: optional}}',
  )
  const ada = 'arn:aws:iam::111122223333:user/ada'

  it.each([
    ["to a step that isn't there", {done: 'cal', evidence: 'x'}, "cal isn't a step that a person does; there are call, later", 2],
    ['of the wrong kind', {approve: 'call'}, "call isn't a step that asks for a yes; there is allow", 2],
    ['without the evidence', {done: 'call'}, 'call needs what shows that it is done: --evidence TEXT', 2],
    ["to a step that doesn't wait yet", {done: 'later'}, "later isn't waiting for anybody now; nothing was written", 2],
    ["that isn't theirs to give", {approve: 'allow'}, `${ada} isn't one of grace: this yes isn't yours to give`, 3],
    ['that is evidence of nothing', {evidence: 'x'}, '--evidence goes with --done STEP', 2],
  ])('%s is refused before it is written', async (_, flags, message, exitCode) => {
    const bench = runbookBench()
    const {events, input} = await bench.run(ownRunbook(text))
    expect(() => answerOf(flags, input.runbook.steps, events, ada)).toThrow(expect.objectContaining({message, exitCode}) as Error)
  })

  it('carries the step, and what shows it', async () => {
    const bench = runbookBench()
    const {events, input} = await bench.run(ownRunbook(text))
    expect(answerOf({done: 'call', evidence: 'ticket 4711'}, input.runbook.steps, events, ada)).toEqual({
      step: 'call',
      done: true,
      evidence: 'ticket 4711',
    })
    expect(answerOf({approve: 'allow'}, input.runbook.steps, events, 'arn:aws:iam::111122223333:user/grace')).toEqual({
      step: 'allow',
      approved: true,
    })
    expect(answerOf({}, input.runbook.steps, events, ada)).toBeNull()
  })
})
