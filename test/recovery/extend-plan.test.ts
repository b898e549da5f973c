/** Steps of a team's own in the built-in recoveries: where they stand, what they hold up, and that they change nothing else. */
import {describe, expect, it} from 'vitest'
import {anchors, pastNoReturn, sometimes} from '../../src/config/runbook-anchors.ts'
import {recoveries} from '../../src/config/runbook.ts'
import type {Extension, RecoveryName} from '../../src/config/runbook.ts'
import {builtInSteps} from '../../src/runbooks/custom/built-in-recoveries.ts'
import type {HttpRequest} from '../../src/runbooks/custom/ports.ts'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import type {PlannedStep} from '../../src/runbooks/engine/event.ts'
import {runState} from '../../src/runbooks/engine/run-state.ts'
import type {Plan} from '../../src/runbooks/engine/step.ts'
import {extendPlan} from '../../src/runbooks/recovery/extend-plan.ts'
import {lintRecovery} from '../../src/runbooks/recovery/lint-plan.ts'
import type {RecoveryWorld} from '../../src/runbooks/recovery/ports/recovery-world.ts'
import {promotePlan} from '../../src/runbooks/recovery/promote-plan.ts'
import {drillPlan} from '../../src/runbooks/recovery/drill-plan.ts'
import {askRecovery} from '../../src/runbooks/recovery/run-recovery.ts'
import {aPlace, aPromoteInput, aSettings, aSide, aStackConfig} from '../support/recovery-bench.ts'
import {aRecovery, begin, goOn} from '../support/recovery-drive.ts'
import {aDesk} from '../support/release-bench.ts'
import {anExtension} from '../support/runbook-bench.ts'

const place = aPlace()
const ground = {place, settings: aSettings()}
const plan = promotePlan(aPromoteInput(place))
const extended = (text: string, of: Plan<RecoveryWorld> = plan): Plan<RecoveryWorld> =>
  extendPlan(of, anExtension(`name: more\ndescription: d\n${text}`), ground)
const needsOf = ({steps}: Plan<RecoveryWorld>, id: string): readonly string[] | undefined =>
  steps.find((step) => step.id === id)?.needs

describe("steps before one of the recovery's", () => {
  const more = extended(
    "extends: dr promote\nbefore:\n  flip: [{id: page, http: {url: 'https://status.example.com'}}, {id: bank, manual: {instructions: call}}]",
  )

  it('begin when that step could have, one after the other, and hold it up', () => {
    expect(needsOf(more, 'page')).toEqual(['roll'])
    expect(needsOf(more, 'bank')).toEqual(['page'])
    expect(needsOf(more, 'flip')).toEqual(['roll', 'page', 'bank'])
  })

  it('leave every other step as it was', () => {
    const others = (one: Plan<RecoveryWorld>) => one.steps.filter(({id}) => !['page', 'bank', 'flip'].includes(id))
    expect(others(more)).toEqual(others(plan))
  })
})

describe("steps after one of the recovery's", () => {
  const more = extended(
    "extends: dr promote\nafter:\n  promote-database: [{id: tell, http: {url: 'https://status.example.com', method: POST}}]",
  )

  it('wait for it, and hold up nothing but the report: the way to the users is as long as before', () => {
    expect(needsOf(more, 'tell')).toEqual(['promote-database'])
    expect(more.steps.filter(({needs}) => needs.includes('tell')).map(({id}) => id)).toEqual(['report'])
  })
})

describe('a failure of an added step', () => {
  const then = (text: string, id: string, of?: Plan<RecoveryWorld>): string | undefined =>
    extended(text, of).steps.find((step) => step.id === id)?.atDeadline

  it('takes everything back with on-failure: undo, before the point of no return', () => {
    expect(then('extends: dr promote\nafter: {declare: [{id: x, wait: 1m, on-failure: undo}]}', 'x')).toBe('fail')
  })

  it('pauses beyond it whatever the file says: there is no way back from there', () => {
    const file: Extension = {
      ...anExtension(
        'name: more\ndescription: d\nextends: dr promote\nafter: {warm: [{id: x, wait: 1m, on-failure: undo, needs: [roll]}]}',
      ),
    }
    expect(extendPlan(plan, file, ground).steps.find(({id}) => id === 'x')?.atDeadline).toBe('pause')
  })

  it('leads a drill to its clean-up', () => {
    const drill = drillPlan({
      config: aStackConfig(),
      place,
      settings: aSettings(),
      by: '',
      readiness: null,
      kind: 'drill',
      name: 'd1',
      side: aSide(place.recovery),
      recoveryPoint: {snapshot: '', createdAt: 0},
      parameters: {},
      template: {kind: 'body', body: ''},
      role: '',
      roles: {},
      expiresAt: 0,
      withoutPrimary: false,
      clean: false,
    })
    expect(then('extends: dr drill\nbefore: {untouched: [{id: x, wait: 1m, on-failure: halt}]}', 'x', drill)).toBe('roll-back')
  })
})

describe('an extension', () => {
  it('of another recovery changes nothing', () => {
    expect(extended('extends: dr drill\nbefore: {remove: [{id: x, wait: 1m}]}')).toBe(plan)
    expect(extendPlan(plan, null, ground)).toBe(plan)
  })

  it("beside a step that this shape doesn't have is left out with it", () => {
    expect(extended('extends: dr promote\nbefore: {surge: [{id: x, wait: 1m}]}').steps.map(({id}) => id)).not.toContain('x')
  })

  it.each([
    [
      'that would have to wait for itself',
      'before: {hosts: [{id: x, needs: [serving], wait: 1m}]}',
      'x (before hosts) would have to wait for itself',
    ],
    [
      'that refers to what comes later',
      "before: {hosts: [{id: x, manual: {instructions: '${steps.serving.at}'}}]}",
      "x refers to serving, which doesn't come before it",
    ],
    [
      "that needs a step which isn't in this plan",
      'before: {hosts: [{id: x, needs: [surge], wait: 1m}]}',
      "x needs surge, which isn't in this plan",
    ],
  ])('%s is refused before anything is touched', (_, text, detail) => {
    expect(() => extended(`extends: dr promote\n${text}`)).toThrow(
      expect.objectContaining({code: 'extension-impossible', exitCode: 2, details: [detail]}) as Error,
    )
  })

  it('needs the ports of own steps: a world without them is a bug of ours, and says so', async () => {
    const step = extended('extends: dr promote\nbefore: {flip: [{id: page, wait: 1m}]}').steps.find(({id}) => id === 'page')!
    await expect((async () => step.poll({} as RecoveryWorld, {} as never))()).rejects.toThrow('without the ports')
  })
})

describe("the lint of failovers, of the team's own steps", () => {
  const found = (step: string, side = 'before'): readonly string[] =>
    lintRecovery(extended(`extends: dr promote\n${side}: {flip: [${step}]}`), place).map(({text}) => text)

  it.each([
    [
      'a call in the Region that is lost',
      "{id: x, call: {service: rds, action: DescribeDBInstances, region: '${place.home}'}}",
      'x calls rds:DescribeDBInstances in eu-west-1, which may be the Region that is lost',
    ],
    [
      'a call of us-east-1',
      '{id: x, call: {service: rds, action: DescribeDBInstances, region: us-east-1}}',
      'x calls rds:DescribeDBInstances in us-east-1',
    ],
    [
      'a global control plane',
      '{id: x, call: {service: route53, action: ListHostedZones}}',
      'x calls route53:ListHostedZones: its control plane is in us-east-1',
    ],
    [
      'a wait on a metric there',
      "{id: x, metric: {namespace: A, metric: M, stat: Sum, is: below, value: 1, for: 1m, region: '${place.home}'}}",
      'x calls cloudwatch:GetMetricData in eu-west-1, which may be the Region that is lost',
    ],
    [
      "a probe of an endpoint of AWS's there",
      "{id: x, http: {url: 'https://sts.us-east-1.amazonaws.com/'}}",
      'x calls http:sts.us-east-1.amazonaws.com in us-east-1',
    ],
    [
      'a probe of a global endpoint',
      "{id: x, http: {url: 'https://iam.amazonaws.com/'}}",
      'x calls http:iam.amazonaws.com in us-east-1',
    ],
    [
      "a probe of the API's name there",
      "{id: x, http: {url: 'https://${place.home}.${place.api}/healthz'}}",
      'x calls http:eu-west-1.origin-api.example.com in eu-west-1, which may be the Region that is lost',
    ],
    [
      'a step of ours that asks there',
      "{id: x, uses: heartbeat, with: {region: '${place.home}'}}",
      'x calls http:eu-west-1.origin-api.example.com in eu-west-1, which may be the Region that is lost',
    ],
  ])('finds %s', (_, step, words) => {
    expect(found(step)).toEqual([words])
    expect(found(step, 'after')).toEqual([words])
  })

  it("finds nothing in what asks the recovery Region, or somebody else's host", () => {
    expect(found("{id: x, http: {url: 'https://status.example.com'}}")).toEqual([])
    expect(found('{id: x, uses: warm}')).toEqual([])
    expect(found('{id: x, call: {service: rds, action: DescribeDBInstances}}')).toEqual([])
  })
})

describe('a failover with a step that nobody waits for', () => {
  it('flips though the status page never answers, and the report says so', async () => {
    const fake = aRecovery()
    fake.kill(place.home)
    Object.assign(fake.world, {own: {ask: async () => null}})
    const file = anExtension(
      "name: more\ndescription: d\nextends: dr promote\nbefore: {flip: [{id: page, on-failure: go-on, deadline: 1m, http: {url: 'https://status.example.com'}}]}",
    )
    const ran = await begin(fake, aPromoteInput(fake.place, {extension: file}))
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(fake.names.leads()).toBe('eu-central-1')
    expect(JSON.stringify(ran.events.findLast((event) => event.kind === 'step-ended' && event.data.step === 'page'))).toContain(
      'went on without it: GET https://status.example.com: nobody answered',
    )
  })
})

describe("a failover with steps of the team's own", () => {
  const file = anExtension(`name: more
description: d
extends: dr promote
before:
  flip: [{id: page, http: {url: 'https://status.example.com', method: POST, body: 'to \${place.recovery}, lost \${steps.approve.lossMs} ms'}}]
after:
  serving: [{id: bank, on-failure: halt, deadline: 30m, manual: {instructions: call the bank}}]`)

  it('does them in their places, waits for a person without holding up the users, and ends done when they have answered', async () => {
    const fake = aRecovery()
    fake.kill(place.home)
    const sent: string[] = []
    Object.assign(fake.world, {
      own: {
        ask: async ({body}: HttpRequest) => {
          sent.push(`${body ?? ''}, users are in ${fake.names.leads() ?? 'no Region'}`)
          return {status: 202, headers: {}, body: ''}
        },
      },
    })
    const gone = new AbortController()
    fake.clock.at(fake.clock.now() + minutes(25), () => gone.abort(new Error('gone')))
    const ran = await begin(fake, aPromoteInput(fake.place, {extension: file}), {detach: gone.signal})
    expect(sent).toEqual([expect.stringMatching(/^to eu-central-1, lost \d+ ms, users are in eu-west-1$/)])
    expect(fake.names.leads()).toBe('eu-central-1')
    expect(runState(ran.events).steps.get('bank')?.kind).toBe('started')
    await askRecovery(aDesk(fake.stores[place.recovery]!, fake.clock, 'bob'), ran.run, 'resume', 'called', {
      step: 'bank',
      done: true,
      evidence: 'ticket 4711',
    })
    const after = await goOn(fake, ran.run)
    expect(after.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(runState(after.events).facts.get('bank')).toMatchObject({evidence: 'ticket 4711'})
  })
})

describe.each(recoveries)('the table of the steps of %s', (name: RecoveryName) => {
  const stepsOf = async (shape: 'warm-standby' | 'pilot-light'): Promise<readonly PlannedStep[]> =>
    builtInSteps(name, {config: aStackConfig(shape), place: aPlace(shape), settings: aSettings(), extension: null})

  it('is what the recovery does', async () => {
    const ids = new Set([...(await stepsOf('warm-standby')), ...(await stepsOf('pilot-light'))].map(({id}) => id))
    expect([...ids].filter((id) => !anchors[name].includes(id))).toEqual([])
    expect(anchors[name].filter((id) => !ids.has(id) && !sometimes[name].includes(id))).toEqual([])
  })

  it('knows what only begins beyond the point of no return', async () => {
    const steps = await stepsOf('pilot-light')
    const byId = new Map(steps.map((step) => [step.id, step]))
    const beyond = (id: string): boolean =>
      (byId.get(id)?.needs ?? []).some((need) => byId.get(need)?.pointOfNoReturn === true || beyond(need))
    expect(
      steps
        .filter(({id}) => beyond(id))
        .map(({id}) => id)
        .toSorted(),
    ).toEqual(pastNoReturn[name].filter((id) => byId.has(id)).toSorted())
  })
})
