/** `infra up`: what is made, in which order, how long it takes, and what is left alone. */
import {describe, expect, it} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import {longestSeconds} from '../../src/runbooks/provision/forecast.ts'
import type {StackProgress, Wanted} from '../../src/runbooks/provision/infra-plan.ts'
import {serviceRoles} from '../../src/runbooks/provision/steps/ground-steps.ts'
import {changing, fakeProvisionWorld} from '../support/fake-provision-world.ts'
import type {FakeProvision, FakeProvisionOptions} from '../support/fake-provision-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aStackConfig, planUp, up, wantedOf} from '../support/provision-bench.ts'
import type {Bench} from '../support/provision-bench.ts'
import {aDesk} from '../support/release-bench.ts'

const home = 'eu-west-1'
const recovery = 'eu-central-1'

function aBench(options: Partial<FakeProvisionOptions> = {}) {
  const clock = leapingClock()
  const aws = fakeProvisionWorld({clock, ...options})
  return {clock, aws, desk: aDesk(memoryStore(), clock, 'w1')}
}

async function anEnvironment(bench: Bench = {}, options: Partial<FakeProvisionOptions> = {}) {
  const present = aBench(options)
  const ran = await up(present.desk, present.aws, bench)
  expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
  present.aws.calls.length = 0
  return {...present, ran}
}

const stack = (aws: FakeProvision, kind: string, region: string) =>
  aws.stack(`shop-production-${kind}`, region) ?? expect.fail(`no ${kind} in ${region}`)
const endedAt = (events: readonly Event[], step: string): number =>
  events.find((event) => event.kind === 'step-ended' && event.data.step === step)?.at ?? expect.fail(`${step} hasn't ended`)
const startedAt = (events: readonly Event[], step: string): number =>
  events.find((event) => event.kind === 'step-started' && event.data.step === step)?.at ?? expect.fail(`${step} hasn't started`)
/** Calls that changed something; making sure of a bucket that is there changes nothing. */
const changes = (aws: FakeProvision): readonly string[] =>
  aws.calls.filter((call) => changing.test(call) && !call.startsWith('ensureStateBucket'))
const because = (ran: {readonly events: readonly Event[]}): string =>
  ran.events.flatMap((event) => (event.kind === 'ended' ? [event.data.because] : []))[0] ?? ''

describe('from nothing', () => {
  it('both Regions are made, guarded, and serve', async () => {
    const {aws} = await anEnvironment()
    expect(
      aws
        .stacks()
        .map(({name, region}) => `${name} ${region}`)
        .toSorted(),
    ).toEqual([
      'shop-production-certificate us-east-1',
      'shop-production-foundation eu-central-1',
      'shop-production-foundation eu-west-1',
      'shop-production-main eu-central-1',
      'shop-production-main eu-west-1',
      'shop-production-replica eu-central-1',
    ])
    expect(
      aws
        .stacks()
        .filter(({status, protected: isProtected, policy}) => !status.endsWith('_COMPLETE') || !isProtected || policy === null),
    ).toEqual([])
    expect([...aws.rules.values()].map(({weights}) => weights)).toEqual([
      {a: 100, b: 0},
      {a: 100, b: 0},
    ])
    expect([...aws.slots].map(([key, {desired, scaling}]) => [key, desired, scaling?.min]).toSorted()).toEqual([
      [`${recovery}/shop-production-cluster/shop-production-a`, 2, 2],
      [`${recovery}/shop-production-cluster/shop-production-b`, 0, 0],
      [`${home}/shop-production-cluster/shop-production-a`, 4, 4],
      [`${home}/shop-production-cluster/shop-production-b`, 0, 0],
    ])
  })

  it("the policy is on the nested stacks that hold data too, where a root's doesn't reach", async () => {
    const {aws} = await anEnvironment()
    const nested = ['LoadBalancer', 'Edge', 'Database', 'Backup', 'Api'].map(
      (name) => aws.stack(`shop-production-main-${name}`, home)?.policy != null,
    )
    expect(nested).toEqual([true, true, true, true, false])
  })

  it('a policy that somebody lifted from a nested stack is put back by the next run', async () => {
    const {aws, desk} = await anEnvironment()
    const database = aws.stack('shop-production-main-Database', home) ?? expect.fail('no database')
    database.policy = '{"Statement":[]}'
    await up(desk, aws, {config: aStackConfig({alarms: 'oncall@example.com'})})
    expect(database.policy).toContain('AWS::RDS::DBInstance')
  })

  it("a role that was only just made is given time to be known before a key's policy names it", async () => {
    const {
      ran: {events},
    } = await anEnvironment()
    const made =
      events.find((event) => event.kind === 'step-started' && event.data.step === 'service-roles')?.at
      ?? expect.fail('no roles were made')
    expect(startedAt(events, `create-foundation@${home}`) - made).toBeGreaterThanOrEqual(10_000)
  })

  it('both switch buckets hold alive, and the site has its first pages', async () => {
    const {aws} = await anEnvironment()
    expect(
      [home, recovery].map((region) => aws.buckets.get(`shop-production-switch-111122223333-${region}`)?.has('alive')),
    ).toEqual([true, true])
    expect([...(aws.buckets.get(`shop-production-site-111122223333-${home}`) ?? [])]).toEqual(['404.html', 'index.html'])
  })

  it('what exists only later is handed over by itself: certificate, health checks, distribution, replication', async () => {
    const {aws} = await anEnvironment()
    expect(stack(aws, 'main', home).parameters).toMatchObject({
      Replicate: 'true',
      SiteCertificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1',
    })
    expect(stack(aws, 'main', recovery).parameters).toMatchObject({
      Replicate: 'true',
      DistributionArn: 'arn:aws:cloudfront::111122223333:distribution/E1',
    })
    expect(stack(aws, 'certificate', 'us-east-1').parameters['StopCheckId']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it("the tool makes the state bucket, and the AMI that hosts begin with is the Region's own", async () => {
    const {aws} = await anEnvironment()
    expect(stack(aws, 'foundation', home).parameters).toMatchObject({CreateStateBucket: 'false', SeedAmi: 'held-image_id'})
  })

  it('every template lies in both state buckets before a stack names it', async () => {
    const {aws} = await anEnvironment()
    const wanted = wantedOf(aStackConfig(), aws)
    for (const region of [home, recovery])
      expect([...(aws.buckets.get(`sluice-state-111122223333-${region}`) ?? [])]).toEqual(
        expect.arrayContaining(Object.keys(wanted.assets[region] ?? {})),
      )
  })

  it("stacks are made with the foundation's role but for what comes before it", async () => {
    const {aws} = await anEnvironment()
    const wanted = wantedOf(aStackConfig(), aws)
    expect(wanted.stacks.map(({id, role}) => `${id} ${role}`)).toEqual([
      'foundation@eu-west-1 caller',
      'foundation@eu-central-1 caller',
      'certificate@us-east-1 caller',
      'main@eu-central-1 execution',
      'main@eu-west-1 execution',
      'replica@eu-central-1 execution',
    ])
  })

  it('without a second Region there is one of everything', async () => {
    const {aws} = await anEnvironment({config: aStackConfig({recovery: null})})
    expect(
      aws
        .stacks()
        .map(({name}) => name)
        .toSorted(),
    ).toEqual(['shop-production-certificate', 'shop-production-foundation', 'shop-production-main'])
    expect(stack(aws, 'main', home).parameters['Replicate']).toBe('false')
  })

  it("a pilot light's slots are there at no size, and nobody waits for their tasks", async () => {
    const config = aStackConfig()
    const {aws} = await anEnvironment({
      config: {...config, recovery: config.recovery === null ? null : {...config.recovery, shape: 'pilot-light'}},
    })
    expect(aws.slots.get(`${recovery}/shop-production-cluster/shop-production-a`)).toMatchObject({desired: 0, scaling: {min: 0}})
  })

  it('without an image there are no slots, the live rule is there, and the plan says so', async () => {
    const {aws, desk} = aBench()
    const config = aStackConfig({firstImage: ''})
    const plan = await planUp(desk, aws, {config})
    expect(plan.slots.filter(({verdict}) => verdict === 'no-image')).toHaveLength(4)
    expect(plan.findings.map(({id}) => id)).toContain('no-first-image')
    await up(desk, aws, {config})
    expect([aws.slots.size, aws.rules.size]).toEqual([0, 2])
  })

  it("staging isn't protected from termination", async () => {
    const {aws} = await anEnvironment({config: aStackConfig({shape: 'staging'})})
    expect(aws.stacks().map(({protected: isProtected}) => isProtected)).not.toContain(true)
  })
})

describe('the order', () => {
  it('foundations and the certificate begin at once, where the roles of AWS services are there', async () => {
    const {aws, desk} = aBench()
    for (const role of serviceRoles) aws.roles.add(role)
    const ran = await up(desk, aws)
    const [begun] = ran.events
    const starts = ['create-foundation@eu-west-1', 'create-foundation@eu-central-1', 'create-certificate@us-east-1'].map(
      (step) => startedAt(ran.events, step) - (begun?.at ?? 0),
    )
    expect(Math.max(...starts)).toBeLessThan(2000)
  })

  it("the main stacks don't wait for the certificate", async () => {
    const {ran} = await anEnvironment({}, {seconds: (name) => (name.endsWith('-certificate') ? 3000 : undefined)})
    expect(startedAt(ran.events, 'create-main@eu-west-1')).toBeLessThan(endedAt(ran.events, 'create-certificate@us-east-1'))
    expect(endedAt(ran.events, 'healthy@eu-west-1')).toBeLessThan(endedAt(ran.events, 'create-certificate@us-east-1'))
  })

  it.each([
    ['the recovery bucket is there before home copies to it', 'create-main@eu-central-1', 'update-main@eu-west-1'],
    ['home copies before recovery copies back', 'update-main@eu-west-1', 'update-main@eu-central-1'],
    ['the primary is there before its replica', 'create-main@eu-west-1', 'create-replica@eu-central-1'],
    ["the replica's network is there before it", 'create-main@eu-central-1', 'create-replica@eu-central-1'],
    ['the live rule names the groups before ECS takes them', 'live-rule@eu-west-1', 'slot-a@eu-west-1'],
    ['pages are put when they will be copied', 'update-main@eu-west-1', 'site@eu-west-1'],
    ["key policies name Auto Scaling's role once it is there", 'service-roles', 'create-foundation@eu-west-1'],
  ])('%s', async (_, before, after) => {
    const {ran} = await anEnvironment()
    expect(endedAt(ran.events, before)).toBeLessThanOrEqual(startedAt(ran.events, after))
  })

  it('the whole takes at most 1.1 times the critical path', async () => {
    const wanted = wantedOf(aStackConfig(), fakeProvisionWorld({clock: leapingClock()}))
    const {aws, desk, clock} = aBench({seconds: usualOf(wanted)})
    const plan = await planUp(desk, aws, {wanted})
    const begun = clock.now()
    await up(desk, aws, {wanted, agreed: plan})
    expect(plan.etaSeconds).toBeGreaterThan(1200)
    expect((clock.now() - begun) / 1000).toBeLessThanOrEqual(1.1 * plan.etaSeconds)
    expect(plan.criticalPath.map(({id}) => id)).toEqual(['foundation@eu-west-1', 'main@eu-west-1', 'replica@eu-central-1'])
  })
})

function usualOf(wanted: Wanted): NonNullable<FakeProvisionOptions['seconds']> {
  return (name, operation) => {
    const found = wanted.stacks.find((one) => one.name === name)
    if (found === undefined) return undefined
    return operation === 'create' ? longestSeconds(found.resources) : longestSeconds(found.thenResources ?? []) + 5
  }
}

describe('unchanged', () => {
  it('the plan says so, and making it changed nothing', async () => {
    const {aws, desk} = await anEnvironment()
    const plan = await planUp(desk, aws)
    expect([plan.changes, ...plan.stacks.map(({verdict}) => verdict.kind)]).toEqual([
      false,
      ...plan.stacks.map(() => 'unchanged'),
    ])
    expect(changes(aws)).toEqual([])
    expect(aws.calls.length).toBeLessThan(50)
  })

  it('running it all the same changes nothing', async () => {
    const {aws, desk} = await anEnvironment()
    const ran = await up(desk, aws)
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(changes(aws)).toEqual([])
  })

  it('slots and the live rule that a release has changed are left as they are', async () => {
    const {aws, desk} = await anEnvironment()
    const slot = aws.slots.get(`${home}/shop-production-cluster/shop-production-b`) ?? expect.fail('no slot')
    slot.desired = 3
    slot.scaling = {min: 3, max: 9}
    slot.taskDefinition = 'shop-production-api:7'
    const rule = [...aws.rules.values()].find(({arn}) => arn.includes(home)) ?? expect.fail('no rule')
    rule.weights = {a: 40, b: 60}
    const config = aStackConfig({parameters: {HostsMax: '20'}, firstImage: 'shop/api:9.9.9'})
    const ran = await up(desk, aws, {config})
    expect(ran.end).toMatchObject({outcome: {outcome: 'done'}})
    expect([rule.weights, slot.desired, slot.scaling, slot.taskDefinition]).toEqual([
      {a: 40, b: 60},
      3,
      {min: 3, max: 9},
      'shop-production-api:7',
    ])
    expect(aws.calls.filter((call) => /^(createSlot|createScaling|createLiveRule|scaleSlot)/.test(call))).toEqual([])
  })
})

describe('what differs', () => {
  it('a parameter is an update of the stacks that have it, and executing does exactly that', async () => {
    const {aws, desk} = await anEnvironment()
    const config = aStackConfig({parameters: {HostsMax: '20'}})
    const plan = await planUp(desk, aws, {config})
    expect(plan.stacks.filter(({verdict}) => verdict.kind !== 'unchanged')).toMatchObject([
      {id: 'main@eu-central-1', verdict: {kind: 'update', changes: [{path: 'HostsMax'}]}},
      {id: 'main@eu-west-1', verdict: {kind: 'update', changes: [{path: 'HostsMax'}]}},
    ])
    aws.calls.length = 0
    await up(desk, aws, {config, agreed: plan})
    expect(aws.calls.filter((call) => call.startsWith('makeChangeSet'))).toEqual([])
    expect(stack(aws, 'main', home).parameters['HostsMax']).toBe('20')
  })

  it('a parameter that is no longer set goes back to its default', async () => {
    const {aws, desk} = await anEnvironment({config: aStackConfig({parameters: {ApiPort: '9000'}})})
    await up(desk, aws)
    expect(stack(aws, 'main', home).parameters['ApiPort']).toBe('8080')
  })

  it("a change set that was only just made and isn't known yet is waited for", async () => {
    const {aws, desk} = await anEnvironment()
    let unknown = 3
    const changeSet: typeof aws.world.stacks.changeSet = async (ref, name) => {
      const found = await aws.world.stacks.changeSet(ref, name)
      return found === null || (unknown -= 1) < 0 ? found : null
    }
    const plan = await planUp(
      desk,
      {...aws, world: {...aws.world, stacks: {...aws.world.stacks, changeSet}}},
      {config: aStackConfig({alarms: 'oncall@example.com'})},
    )
    expect([plan.stacks.filter(({verdict}) => verdict.kind === 'update').length > 0, unknown < 0]).toEqual([true, true])
  })

  it('planning twice makes one change set', async () => {
    const {aws, desk} = await anEnvironment()
    const config = aStackConfig({parameters: {HostsMax: '20'}})
    const [one, two] = [await planUp(desk, aws, {config}), await planUp(desk, aws, {config})]
    expect(two.stacks).toEqual(one.stacks)
    expect(aws.calls.filter((call) => call.startsWith('makeChangeSet'))).toHaveLength(2)
  })

  it('a new image of hosts is a change, though no parameter of the root says so', async () => {
    const {aws, desk} = await anEnvironment()
    aws.ssm.set('/shop/production/ami/api', 'ami-2')
    const plan = await planUp(desk, aws)
    expect(plan.stacks.filter(({verdict}) => verdict.kind !== 'unchanged').map(({id}) => id)).toEqual([
      'main@eu-central-1',
      'main@eu-west-1',
    ])
  })

  it('a newer public AMI is none: what hosts began with is kept for ever', async () => {
    const {aws, desk} = await anEnvironment()
    aws.ssm.set('/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id', 'ami-new')
    expect((await planUp(desk, aws)).changes).toBe(false)
    const config = aStackConfig({shape: 'staging'})
    await up(desk, aws, {config})
    expect(stack(aws, 'foundation', home).parameters).toMatchObject({SeedAmi: 'held-image_id', LogRetentionDays: '7'})
  })

  it('a state bucket that the foundation holds stays with it', async () => {
    const {aws, desk} = await anEnvironment()
    stack(aws, 'foundation', home).parameters['CreateStateBucket'] = 'true'
    expect((await planUp(desk, aws)).changes).toBe(false)
  })

  it("a change set that turns out to be empty is no change, and doesn't stay", async () => {
    let emptied = false
    const {aws, desk} = await anEnvironment({}, {changes: () => (emptied ? [] : undefined)})
    const main = stack(aws, 'main', home)
    main.text += '# a comment\n'
    emptied = true
    const plan = await planUp(desk, aws)
    expect([plan.changes, main.changeSets.size]).toEqual([false, 1])
  })

  it('an existing stack is never taken back to its first pass', async () => {
    const {aws, desk} = await anEnvironment()
    await up(desk, aws, {config: aStackConfig({parameters: {HostsMax: '20'}})})
    const main = stack(aws, 'main', home)
    expect(main.parameters).toMatchObject({Replicate: 'true', HostsMax: '20'})
    expect(main.events.filter(({status}) => status === 'UPDATE_IN_PROGRESS')).toHaveLength(2)
  })

  it("something with data that would go, and that the plan didn't show, isn't executed", async () => {
    const {aws, desk} = await anEnvironment(
      {},
      {changes: (_, {parameters}) => (parameters['HostsMax'] === '20' ? [database] : undefined)},
    )
    const agreed = await planUp(desk, aws)
    const ran = await up(desk, aws, {config: aStackConfig({parameters: {HostsMax: '20'}}), agreed})
    expect(ran.end).toMatchObject({outcome: {outcome: 'failed'}})
    expect(because(ran)).toContain("Database/Instance (AWS::RDS::DBInstance), which the plan didn't show; nothing was executed")
    expect(aws.calls.filter((call) => call.startsWith('executeChangeSet'))).toEqual([])
  })

  it('the same, shown and agreed to, is done', async () => {
    const {aws, desk} = await anEnvironment(
      {},
      {changes: (_, {parameters}) => (parameters['HostsMax'] === '20' ? [database] : undefined)},
    )
    const ran = await up(desk, aws, {config: aStackConfig({parameters: {HostsMax: '20'}})})
    expect(ran.end).toMatchObject({outcome: {outcome: 'done'}})
  })
})

const database = {
  path: 'Database/Instance',
  type: 'AWS::RDS::DBInstance',
  physicalId: 'db',
  action: 'modify',
  replacement: 'yes',
  nested: null,
  properties: [{path: 'Properties/Engine', before: 'postgres', after: 'mysql', replaces: 'yes', follows: false}],
} as const

describe('a failure', () => {
  const failing = {path: 'Database/Instance', type: 'AWS::RDS::DBInstance', reason: 'no capacity for db.m7g.large'}

  it.each([
    ['foundation', home],
    ['foundation', recovery],
    ['certificate', 'us-east-1'],
    ['main', home],
    ['main', recovery],
    ['replica', recovery],
  ] as const)('of %s in %s names its root, and running again converges', async (kind, region) => {
    const {aws, desk} = aBench()
    const path = kind === 'main' ? failing.path : 'Thing'
    aws.fail(`shop-production-${kind}`, region, {...failing, path})
    const ran = await up(desk, aws)
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed'}})
    expect(because(ran)).toBe(`${kind}@${region}: ${path} (AWS::RDS::DBInstance): no capacity for db.m7g.large`)
    const again = await up(desk, aws)
    expect(because(again)).toBe('every step is done')
    expect(again.end).toMatchObject({outcome: {outcome: 'done'}})
    expect(stack(aws, 'main', home).parameters['Replicate']).toBe('true')
  })

  it('twice in a row needs a third run, and no other command', async () => {
    const {aws, desk} = aBench()
    aws.fail('shop-production-main', home, failing, 2)
    const outcomes = [await up(desk, aws), await up(desk, aws), await up(desk, aws)].map(({end}) =>
      end.kind === 'ended' ? end.outcome.outcome : end.kind,
    )
    expect(outcomes).toEqual(['failed', 'failed', 'done'])
  })

  it('of both main stacks at their first pass is no deadlock', async () => {
    const {aws, desk} = aBench()
    for (const region of [home, recovery]) aws.fail('shop-production-main', region, failing, 2)
    let ran = await up(desk, aws)
    for (let tries = 0; tries < 5 && ran.end.kind === 'ended' && ran.end.outcome.outcome === 'failed'; tries += 1)
      ran = await up(desk, aws)
    expect(ran.end).toMatchObject({outcome: {outcome: 'done'}})
  })

  it('starts nothing more, and leaves what runs in AWS running', async () => {
    const {aws, desk, clock} = aBench({seconds: (name) => (name.endsWith('-main') ? 600 : undefined)})
    aws.fail('shop-production-certificate', 'us-east-1', {...failing, path: 'Certificate'})
    await up(desk, aws)
    const before = aws.stacks().length
    clock.leap(clock.now() + 3_600_000)
    expect(aws.stacks().length).toBe(before)
    expect(
      aws
        .stacks()
        .filter(({name}) => !name.endsWith('-certificate'))
        .every(({status}) => status.endsWith('_COMPLETE')),
    ).toBe(true)
  })

  it('a stack whose creation was taken back is deleted only when the plan that was agreed to says so', async () => {
    const {aws, desk} = await anEnvironment()
    const agreed = await planUp(desk, aws)
    const main = stack(aws, 'replica', recovery)
    main.status = 'ROLLBACK_COMPLETE'
    main.protected = false
    const refused = await up(desk, aws, {agreed})
    expect(because(refused)).toContain('has to be deleted before it can be made again')
    const plan = await planUp(desk, aws)
    expect(plan.stacks.find(({id}) => id === 'replica@eu-central-1')?.verdict).toMatchObject({
      kind: 'repair',
      how: 'delete-and-create',
    })
    expect((await up(desk, aws, {agreed: plan})).end).toMatchObject({outcome: {outcome: 'done'}})
  })

  it.each([
    'REVIEW_IN_PROGRESS',
    'CREATE_FAILED',
    'UPDATE_FAILED',
    'UPDATE_ROLLBACK_FAILED',
    'UPDATE_ROLLBACK_COMPLETE',
  ] as const)('a stack in %s is brought on', async (status) => {
    const {aws, desk} = await anEnvironment()
    const main = stack(aws, 'replica', recovery)
    main.status = status
    main.protected = false
    expect((await up(desk, aws)).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(stack(aws, 'replica', recovery).status).toMatch(/_COMPLETE$/)
  })

  it('a rollback that gets stuck again is told with its cause and the way round it, not tried for ever', async () => {
    const {aws, desk} = await anEnvironment()
    stack(aws, 'replica', recovery).status = 'UPDATE_ROLLBACK_FAILED'
    aws.fail(
      'shop-production-replica',
      recovery,
      {path: 'Replica', type: 'AWS::RDS::DBInstance', reason: 'the key is disabled'},
      99,
    )
    const ran = await up(desk, aws)
    expect(because(ran)).toMatch(/^replica@eu-central-1: Replica .*the key is disabled.*--resources-to-skip/)
    expect(changes(aws).filter((call) => call.startsWith('continueRollback'))).toHaveLength(1)
  })

  it('a half deleted stack is told, with the way out, before anything is changed', async () => {
    const {aws, desk} = await anEnvironment()
    stack(aws, 'replica', recovery).status = 'DELETE_FAILED'
    await expect(up(desk, aws)).rejects.toMatchObject({code: 'infra-stopped', exitCode: 2})
    expect(changes(aws)).toEqual([])
  })

  it('tasks that keep stopping are told with their reason', async () => {
    const {aws, desk} = aBench()
    const world = {
      ...aws.world,
      slots: {...aws.world.slots, healthyTargets: async () => 0},
      claims: {...aws.world.claims, stoppedTasks: async () => [{reason: 'exit 137', lines: ['out of memory']}]},
    }
    const ran = await up(desk, {...aws, world})
    expect(because(ran)).toMatch(/slot a in eu-\w+-1: 0 of \d healthy in slot a; its tasks stop: exit 137: out of memory/)
  })
})

/** True as often as that, in an order that is always the same. */
function dice(share: number): () => boolean {
  let state = 12_345
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648 < share
}

describe('rough weather', () => {
  it('throttled calls never fail a good deployment', async () => {
    const falls = dice(0.3)
    const {aws, desk} = aBench({
      around(moment, call) {
        if (moment === 'before' && falls()) throw new Unavailable(`test:${call}`, 'Rate exceeded')
      },
    })
    const ran = await up(desk, aws)
    expect(because(ran)).toBe('every step is done')
  })

  it('answers that are lost after the call took place neither', async () => {
    const falls = dice(0.2)
    const {aws, desk} = aBench({
      around(moment, call) {
        if (moment === 'after' && falls()) throw new Unavailable(`test:${call}`, 'socket hang up')
      },
    })
    const ran = await up(desk, aws)
    expect(because(ran)).toBe('every step is done')
  })

  it('an operation that somebody else began is attached to, not an error', async () => {
    const {aws, desk} = await anEnvironment()
    const main = stack(aws, 'main', home)
    main.status = 'UPDATE_IN_PROGRESS'
    main.under = {operation: 'update', endsAt: aws.clock.now() + 300_000, fails: null}
    const plan = await planUp(desk, aws)
    expect(plan.stacks.find(({id}) => id === 'main@eu-west-1')?.verdict).toEqual({
      kind: 'in-progress',
      status: 'UPDATE_IN_PROGRESS',
    })
    expect((await up(desk, aws)).end).toMatchObject({outcome: {outcome: 'done'}})
  })

  it('shows how far each stack is, and the records that a certificate waits for', async () => {
    const {aws, desk} = aBench({seconds: (name) => (name.endsWith('-certificate') ? 300 : undefined)})
    aws.records.push({name: '_x.www.example.com', type: 'CNAME', value: '_y.acm-validations.aws'})
    const shown: StackProgress[] = []
    const world = {
      ...aws.world,
      stacks: {
        ...aws.world.stacks,
        resources: async (ref: {readonly name: string; readonly region: string}) =>
          (await aws.world.stacks.resources(ref)).map((one) =>
            one.type === 'AWS::CertificateManager::Certificate' ? {...one, physicalId: 'arn:aws:acm:1'} : one,
          ),
      },
    }
    await up(desk, {...aws, world}, {watching: {onLive: (_, data) => void shown.push(data as StackProgress)}})
    expect(shown.some(({stack: id, done, total}) => id === 'main@eu-west-1' && done <= total && total > 150)).toBe(true)
    expect(shown.find(({stack: id, records}) => id === 'certificate@us-east-1' && records.length > 0)?.records[0]?.type).toBe(
      'CNAME',
    )
  })
})

describe("one Region's part", () => {
  it('recovery is made without home, and waits with what home must have first', async () => {
    const {aws, desk} = await anEnvironment()
    const config = aStackConfig({parameters: {HostsMax: '20'}})
    await up(desk, aws, {config, options: {only: 'recovery'}})
    expect([home, recovery].map((region) => stack(aws, 'main', region).parameters['HostsMax'])).toEqual(['12', '20'])
  })

  it("home alone stays at its first pass where the other Region isn't there, and is no failure", async () => {
    const {aws, desk} = aBench()
    const ran = await up(desk, aws, {options: {only: 'home'}})
    expect(ran.end).toMatchObject({outcome: {outcome: 'done'}})
    expect(stack(aws, 'main', home).parameters).toMatchObject({Replicate: 'false', SiteCertificateArn: ''})
    expect(
      ran.events.some(
        (event) =>
          event.kind === 'step-ended'
          && event.data.step === 'update-main@eu-west-1'
          && event.data.how === 'done'
          && event.data.note?.includes('main@eu-central-1'),
      ),
    ).toBe(true)
  })
})
