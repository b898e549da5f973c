/** What `infra up` does while a recovery is under way, and after it. */
import {describe, expect, test} from 'vitest'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import {takeLease} from '../../src/runbooks/engine/lease.ts'
import {recoveryTarget, standingKey} from '../../src/runbooks/recovery/place.ts'
import type {Standing} from '../../src/runbooks/recovery/input.ts'
import {changing, fakeProvisionWorld} from '../support/fake-provision-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aStackConfig, planUp, up} from '../support/provision-bench.ts'
import {aDesk} from '../support/release-bench.ts'

const [home, away] = ['eu-west-1', 'eu-central-1']
const more = aStackConfig({parameters: {HostsMax: '20'}, alarms: 'new@example.com'})

async function anEnvironment() {
  const clock = leapingClock()
  const aws = fakeProvisionWorld({clock})
  const desk = aDesk(memoryStore(), clock, 'w1')
  await up(desk, aws)
  aws.calls.length = 0
  const put = (bucket: string, key: string, body: string) =>
    aws.world.ground.putObject(away, bucket, key, body, 'application/json')
  const state = `sluice-state-${aws.account}-${away}`
  return {
    clock,
    aws,
    desk,
    stands: (change: Partial<Standing> = {}) =>
      put(
        state,
        standingKey(more),
        JSON.stringify({
          schema: 1,
          region: away,
          since: clock.now(),
          run: 'r-1',
          settled: false,
          replicatedUntil: null,
          fence: 'fenced',
          ...change,
        }),
      ),
    recovers: async () => {
      const store = memoryStore()
      await takeLease({
        store,
        clock,
        target: recoveryTarget(more),
        run: 'r-9',
        owner: 'alice',
        host: 'laptop',
        operation: 'dr promote',
      })
      const [[key, lease] = ['', {body: ''}]] = [...store.objects]
      await put(state, key, lease.body)
    },
    executed: () => aws.calls.filter((call) => changing.test(call) && !/^(ensureStateBucket|makeChangeSet|putObject)/.test(call)),
  }
}
const found = (plan: Awaited<ReturnType<typeof planUp>>): readonly string[] =>
  plan.findings.filter(({id}) => /failover|recovery|active-region/.test(id)).map(({level, text}) => `${level}: ${text}`)

describe('infra up', () => {
  test('does as always in peace', async () => {
    const {desk, aws} = await anEnvironment()
    const plan = await planUp(desk, aws, {config: more})
    expect(found(plan)).toEqual([])
    expect(plan.stacks.map(({id}) => id)).toContain(`replica@${away}`)
  })
  test('begins nothing while somebody recovers, and says who', async () => {
    const {desk, aws, recovers, executed} = await anEnvironment()
    await recovers()
    const plan = await planUp(desk, aws, {config: more})
    expect(found(plan)[0]).toMatch(/^stops: dr promote r-9 by alice on laptop, since .*, has the recovery lease/)
    await expect(up(desk, aws, {config: more})).rejects.toMatchObject({code: 'lease-held', exitCode: 7})
    expect(executed()).toEqual([])
  })
  test('a recovery that begins while the question stands there is seen under the lease', async () => {
    const {desk, aws, recovers, executed} = await anEnvironment()
    const agreed = await planUp(desk, aws, {config: more})
    await recovers()
    await expect(up(desk, aws, {config: more, agreed})).rejects.toMatchObject({code: 'lease-held', exitCode: 7})
    expect(executed()).toEqual([])
    // The lease was given back: the next one gets as far.
    await expect(up(desk, aws, {config: more, agreed})).rejects.toMatchObject({
      message: expect.stringContaining('has the recovery lease') as string,
    })
  })
  test('leaves names, database and replica as a failover left them, and does everything else', async () => {
    const {desk, aws, stands} = await anEnvironment()
    await stands()
    const plan = await planUp(desk, aws, {config: more})
    expect(plan.stacks.map(({id}) => id).filter((id) => /^(main|replica)/.test(id))).toEqual([])
    expect(found(plan)).toEqual([
      expect.stringMatching(
        /^warns: Users are in eu-central-1 since .* \(r-1\): main@eu-central-1, main@eu-west-1, replica@eu-central-1 stay as they are until that is settled\.$/,
      ),
    ])
    const ran = await up(desk, aws, {config: more})
    expect(ran.end).toMatchObject({outcome: {outcome: 'done'}})
    expect(aws.stack('shop-production-certificate', 'us-east-1')?.parameters['AlarmEmail']).toBe('new@example.com')
    expect(aws.stack('shop-production-main', home)?.parameters['HostsMax']).not.toBe('20')
  })
  test('is refused when nothing else is left to do', async () => {
    const {desk, aws, stands, executed} = await anEnvironment()
    await stands()
    const config = aStackConfig({parameters: {HostsMax: '20'}})
    expect(found(await planUp(desk, aws, {config}))[0]).toMatch(/^stops: Users are in eu-central-1/)
    await expect(up(desk, aws, {config})).rejects.toMatchObject({code: 'infra-stopped', exitCode: 2})
    expect(executed()).toEqual([])
  })
  test('a failover that happened since the plan was made outdates it', async () => {
    const {desk, aws, stands, executed} = await anEnvironment()
    const agreed = await planUp(desk, aws, {config: more})
    await stands()
    await expect(up(desk, aws, {config: more, agreed})).rejects.toMatchObject({code: 'plan-outdated', exitCode: 2})
    expect(executed()).toEqual([])
  })
  test('settled there, only what was the replica stays; sluice.yaml has to agree with where users are', async () => {
    const {desk, aws, stands} = await anEnvironment()
    await stands({settled: true})
    expect(found(await planUp(desk, aws, {config: more}))[0]).toMatch(
      /^stops: Users are in eu-central-1 since .*, settled. sluice.yaml says that they are in eu-west-1/,
    )
    const plan = await planUp(desk, aws, {config: {...more, activeRegion: away}})
    expect(found(plan)[0]).toMatch(/^warns: Users are in eu-central-1 since .*, settled: replica@eu-central-1 stays as it is\./)
    expect(plan.stacks.map(({id}) => id)).toContain(`main@${home}`)
    expect(plan.stacks.map(({id}) => id)).not.toContain(`replica@${away}`)
  })
  test('settled there and nothing else to do is no reason to refuse', async () => {
    const {desk, aws, stands} = await anEnvironment()
    await stands({settled: true})
    const plan = await planUp(desk, aws, {config: {...aStackConfig(), activeRegion: away}})
    expect(found(plan).filter((text) => text.startsWith('stops'))).toEqual([])
  })
  test.each([
    ['home again after a settled stay', {region: home, settled: true}],
    ['where nobody has ever failed over', null],
  ])(
    '%s, a sluice.yaml that still says elsewhere stops it: names would lead to a database that takes no write',
    async (_, stand) => {
      const {desk, aws, stands} = await anEnvironment()
      if (stand !== null) await stands(stand)
      expect(found(await planUp(desk, aws, {config: {...more, activeRegion: away}}))).toEqual([
        expect.stringMatching(
          /^stops: Users are in eu-west-1\. sluice\.yaml says that they are in eu-central-1, and the names would be brought there\.$/,
        ),
      ])
    },
  )
  test('back home and not looked at yet, database and names wait for settle', async () => {
    const {desk, aws, stands} = await anEnvironment()
    await stands({region: home})
    expect(found(await planUp(desk, aws, {config: more}))[0]).toMatch(
      /^warns: Users came back to eu-west-1 .* aren't settled: main@/,
    )
  })
  test("a recovery Region that can't be asked warns and stops nobody", async () => {
    const {desk, aws} = await anEnvironment()
    const ground = {
      ...aws.world.ground,
      readObject: async (): Promise<never> => {
        throw new Unavailable('s3:GetObject', 'silence')
      },
    }
    const plan = await planUp(desk, {...aws, world: {...aws.world, ground}}, {config: more})
    expect(found(plan)).toEqual([`warns: ${away} can't be asked whether a recovery is under way (silence).`])
    expect(plan.stacks.map(({id}) => id)).toContain(`main@${home}`)
  })
  test('without a second Region nobody is asked', async () => {
    const {desk, aws} = await anEnvironment()
    await planUp(desk, aws, {config: aStackConfig({recovery: null})})
    expect(aws.calls.filter((call) => call.startsWith('readObject'))).toEqual([])
  })
})
