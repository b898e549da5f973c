/** Who may run `infra up` when, and what a written plan still means when it is applied. */
import {describe, expect, it} from 'vitest'
import {infraTarget} from '../../src/config/infra-target.ts'
import {releaseTarget} from '../../src/config/release-target.ts'
import {takeLease} from '../../src/runbooks/engine/lease.ts'
import type {Lease} from '../../src/runbooks/engine/lease.ts'
import type {InfraPlan} from '../../src/runbooks/provision/infra-plan.ts'
import {runUp} from '../../src/runbooks/provision/run-up.ts'
import {changing, fakeProvisionWorld} from '../support/fake-provision-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aStackConfig, packageTemplates, planUp, up, upOptions, wantedOf, watchingUp} from '../support/provision-bench.ts'
import {aDesk} from '../support/release-bench.ts'

const home = 'eu-west-1'
const config = aStackConfig()
const more = aStackConfig({parameters: {HostsMax: '20'}})

async function anEnvironment() {
  const clock = leapingClock()
  const aws = fakeProvisionWorld({clock})
  const store = memoryStore()
  const desk = aDesk(store, clock, 'w1')
  await up(desk, aws)
  aws.calls.length = 0
  return {clock, aws, store, desk}
}
type Environment = Awaited<ReturnType<typeof anEnvironment>>

const apply = ({desk, aws}: Environment, plan: InfraPlan, wantedConfig = more) =>
  runUp(desk, aws.world, wantedOf(wantedConfig, aws), plan, upOptions(wantedConfig), 'exactly', watchingUp())
const written = (plan: InfraPlan): InfraPlan => JSON.parse(JSON.stringify(plan)) as InfraPlan
const executed = ({aws}: Environment): readonly string[] =>
  aws.calls.filter((call) => changing.test(call) && !/^(ensureStateBucket|makeChangeSet|putObject)/.test(call))

describe('a written plan', () => {
  it('is applied as it is', async () => {
    const environment = await anEnvironment()
    const plan = await planUp(environment.desk, environment.aws, {config: more})
    const made = environment.aws.calls.filter((call) => call.startsWith('makeChangeSet')).length
    expect((await apply(environment, written(plan))).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(environment.aws.calls.filter((call) => call.startsWith('makeChangeSet'))).toHaveLength(made)
    expect(environment.aws.stack('shop-production-main', home)?.parameters['HostsMax']).toBe('20')
  })

  it.each<readonly [string, (environment: Environment, plan: InfraPlan) => InfraPlan | void, string]>([
    ['a hand', (_, plan) => ({...plan, stacks: plan.stacks.slice(1)}), 'the plan was changed after it was made'],
    ["the account's number", (_, plan) => ({...plan, account: '999999999999'}), 'the plan is for account 999999999999'],
    [
      'a change set that is gone',
      ({aws}) => void aws.stack('shop-production-main', home)?.changeSets.clear(),
      "isn't there any more",
    ],
    [
      'a change set that is obsolete',
      ({aws}) => {
        for (const one of aws.stack('shop-production-main', home)?.changeSets.values() ?? []) one.status = 'obsolete'
      },
      "isn't there any more",
    ],
    [
      'an update in between',
      ({aws}) => {
        const main = aws.stack('shop-production-main', home)
        if (main !== undefined) main.changedAt += 60_000
      },
      'main@eu-west-1',
    ],
    [
      'an operation under way',
      ({aws}) => {
        const main = aws.stack('shop-production-main', home)
        if (main !== undefined) Object.assign(main, {status: 'UPDATE_IN_PROGRESS'})
      },
      'main@eu-west-1 was to be updated and is now under way',
    ],
    ['a live rule that is gone', ({aws}) => aws.rules.clear(), 'slots or live rule have been made or removed since'],
  ])('is refused after %s, by name, and nothing is changed', async (_, happen, named) => {
    const environment = await anEnvironment()
    const plan = written(await planUp(environment.desk, environment.aws, {config: more}))
    const changed = happen(environment, plan)
    await expect(apply(environment, changed ?? plan)).rejects.toMatchObject({
      code: 'plan-outdated',
      exitCode: 2,
      details: expect.arrayContaining([expect.stringContaining(named)]) as unknown,
    })
    expect(executed(environment)).toEqual([])
  })

  it('is refused when the configuration is another one', async () => {
    const environment = await anEnvironment()
    const plan = written(await planUp(environment.desk, environment.aws, {config: more}))
    await expect(apply(environment, plan, aStackConfig({parameters: {HostsMax: '30'}}))).rejects.toMatchObject({
      details: expect.arrayContaining(["the configuration isn't the one it was made from"]) as unknown,
    })
  })

  it("is refused by another version's templates", async () => {
    const {aws, desk, ...rest} = await anEnvironment()
    const plan = written(await planUp(desk, aws, {config: more}))
    const files = new Map(
      [...packageTemplates].map(([name, text]) => [name, name === '01-vpc.yaml' ? `${text}\n# newer\n` : text]),
    )
    const applying = runUp(desk, aws.world, wantedOf(more, aws, files), plan, upOptions(more), 'exactly', watchingUp())
    await expect(applying).rejects.toMatchObject({
      details: expect.arrayContaining([expect.stringMatching(/main@eu-west-1: its template is another one/)]) as unknown,
    })
    expect(executed({aws, desk, ...rest})).toEqual([])
  })

  it('refused gives the lease back at once', async () => {
    const environment = await anEnvironment()
    const plan = written(await planUp(environment.desk, environment.aws, {config: more}))
    environment.aws.rules.clear()
    await expect(apply(environment, plan)).rejects.toMatchObject({code: 'plan-outdated'})
    expect((await up(aDesk(environment.store, environment.clock, 'w2'), environment.aws)).end).toMatchObject({
      outcome: {outcome: 'done'},
    })
  })
})

describe('the lease', () => {
  const claimed = async ({store, clock}: Environment, owner = 'w9') => {
    const taken = await takeLease({
      store,
      clock,
      target: infraTarget(config),
      run: 'r-1',
      owner,
      host: 'ci',
      operation: 'infra up',
    })
    return taken.kind === 'taken' ? taken.held : expect.fail('held')
  }

  it('of a dead owner is waited out, saying so, and the work is planned anew', async () => {
    const environment = await anEnvironment()
    await claimed(environment)
    const waiting: Lease[] = []
    const begun = environment.clock.now()
    const ran = await up(environment.desk, environment.aws, {
      config: more,
      watching: {onWaiting: (lease) => void waiting.push(lease)},
    })
    expect(ran.end).toMatchObject({outcome: {outcome: 'done'}})
    expect(waiting.map(({owner}) => owner)).toEqual(['w9'])
    expect(environment.clock.now() - begun).toBeGreaterThan(180_000)
  })

  it('of an owner that is there is left to it: exit 7, with who', async () => {
    const environment = await anEnvironment()
    const held = await claimed(environment)
    environment.clock.at(environment.clock.now() + 15_000, () => void held.renew())
    await expect(up(environment.desk, environment.aws, {config: more})).rejects.toMatchObject({
      code: 'lease-held',
      exitCode: 7,
      message: expect.stringContaining('w9 on ci') as unknown,
    })
    expect(executed(environment)).toEqual([])
  })

  it('of a release stops nothing, and is told', async () => {
    const environment = await anEnvironment()
    const {store, clock, desk, aws} = environment
    await takeLease({store, clock, target: releaseTarget(config), run: 'r-2', owner: 'w9', host: 'ci', operation: 'release'})
    const plan = await planUp(desk, aws, {config: more})
    expect(plan.findings).toMatchObject([{id: 'release-running', level: 'warns'}])
    expect((await up(desk, aws, {config: more, agreed: plan})).end).toMatchObject({outcome: {outcome: 'done'}})
  })
})

describe('before anything', () => {
  it('a finding that stops is refused with its way out', async () => {
    const environment = await anEnvironment()
    const finding = {
      id: 'account',
      level: 'stops' as const,
      text: "account 1 isn't allowed",
      suggestions: ['use another profile'],
    }
    await expect(up(environment.desk, environment.aws, {config: more, options: {findings: [finding]}})).rejects.toMatchObject({
      code: 'infra-stopped',
      details: ["account 1 isn't allowed"],
      suggestions: ['use another profile'],
    })
    expect(executed(environment)).toEqual([])
  })

  it('a run that was left half way is a change, though every stack is as it shall be', async () => {
    const {store, clock, desk, aws} = await anEnvironment()
    expect((await planUp(desk, aws)).changes).toBe(false)
    const last =
      [...store.objects.keys()]
        .filter((key) => key.startsWith('runs/'))
        .toSorted()
        .at(-1) ?? ''
    store.objects.delete(last)
    expect((await planUp(aDesk(store, clock, 'w2'), aws)).changes).toBe(true)
  })

  it('Ctrl-C leaves AWS to what it began, and the next run attaches', async () => {
    const clock = leapingClock()
    const aws = fakeProvisionWorld({clock})
    const store = memoryStore()
    const leaving = new AbortController()
    clock.at(clock.now() + 30_000, () => leaving.abort())
    const ran = await up(aDesk(store, clock, 'w1'), aws, {watching: {detach: leaving.signal}})
    expect(ran.end).toEqual({kind: 'detached'})
    const begun = aws.stacks().map(({id}) => id)
    expect((await up(aDesk(store, clock, 'w2'), aws)).end).toMatchObject({outcome: {outcome: 'done'}})
    expect(aws.stacks().map(({id}) => id)).toEqual(expect.arrayContaining(begun))
  })

  it('the journal holds the plan and the configuration, and no template', async () => {
    const {store} = await anEnvironment()
    const first = [...store.objects].find(([key]) => key.endsWith('000000.json'))?.[1].body ?? ''
    expect(JSON.parse(first)).toMatchObject({
      data: {input: {plan: {schema: 1, account: '111122223333'}, config: {service: 'shop'}}},
    })
    expect(first).not.toContain('AWSTemplateFormatVersion')
  })
})
