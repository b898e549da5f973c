import {describe, expect, it} from 'vitest'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {drillPlan, firstDrillPlan} from '../../src/runbooks/recovery/drill-plan.ts'
import {drillInput, drillName} from '../../src/runbooks/recovery/drill-input.ts'
import type {DrillAsked} from '../../src/runbooks/recovery/drill-input.ts'
import type {DrillInput} from '../../src/runbooks/recovery/input.ts'
import {recoveryDefaults} from '../../src/config/recovery-config.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import type {Runbook} from '../../src/runbooks/engine/step.ts'
import type {RecoveryWorld} from '../../src/runbooks/recovery/ports/recovery-world.ts'
import {forecastPath} from '../../src/runbooks/recovery/critical-path.ts'
import {hours} from '../../src/runbooks/recovery/hours.ts'
import {driveToy} from '../support/drive-toy.ts'
import {fakeDrillStack} from '../support/fake-drill-stack.ts'
import type {FakeDrill} from '../support/fake-drill-stack.ts'
import {fakeRecovery} from '../support/fake-recovery-world.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {leapingClock, startOfTests} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aPlace, aSide, aStackConfig} from '../support/recovery-bench.ts'

const snapshot = 'arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:copyjob-1'

function asked(change: Partial<DrillAsked> = {}): DrillAsked {
  return {
    config: aStackConfig(),
    place: aPlace(),
    settings: recoveryDefaults,
    by: 'arn:aws:iam::1:user/anna',
    now: startOfTests,
    side: aSide('eu-central-1'),
    standing: null,
    replica: fakeRecovery({clock: leapingClock(), place: aPlace()}).database('eu-central-1'),
    hosts: 1,
    recoveryPoints: [{snapshot, createdAt: startOfTests - hours(3), engineVersion: '17.4', from: 'aws-backup'}],
    image: 'shop/api@sha256:1111',
    main: {
      outputs: {
        CapacityProvider: 'cp',
        TaskExecutionRoleArn: 'arn:aws:iam::1:role/x',
        TaskRoleArn: 'arn:aws:iam::1:role/t',
        ApiLogGroup: 'logs',
        PrivateSubnetA: 'subnet-a',
        PrivateSubnetB: 'subnet-b',
        ListenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:1:listener/1',
        ClusterName: 'cluster',
        HostProfileArn: 'arn:aws:iam::1:instance-profile/hosts',
      },
      parameters: {ApiPort: '8080', InstanceType: 'm7g.xlarge', FallbackInstanceType: 'm7gd.xlarge'},
    },
    foundation: {RecoveryExecutionRoleArn: 'arn:aws:iam::1:role/recovery', SchedulerRoleArn: 'arn:aws:iam::1:role/scheduler'},
    template: {kind: 'url', url: 'https://bucket/templates/1/drill.yaml'},
    withoutPrimary: false,
    clean: false,
    readiness: null,
    ...change,
  }
}

function input(change: Partial<DrillAsked> = {}): DrillInput {
  const made = drillInput(asked(change))
  if (made.kind === 'refused') throw new Error(made.because)
  return made.input
}

const pilotLight = {place: aPlace('pilot-light'), hosts: 0} as const

const runbookOf = (one: DrillInput): Runbook<RecoveryWorld> => ({
  first: firstDrillPlan(one),
  plan: (name) => drillPlan(one, name),
})

interface Drilled {
  readonly fake: FakeRecovery
  readonly drill: FakeDrill
  readonly events: readonly Event[]
}

class Killed extends Error {}

/** `around` may throw; a run that was killed is taken over by another process. */
async function rehearse(
  one: DrillInput,
  furnish: (fake: FakeRecovery, drill: FakeDrill) => void = () => undefined,
  around?: (moment: 'before' | 'after', call: string) => void,
): Promise<Drilled> {
  const clock = leapingClock()
  const fake = fakeRecovery({clock, place: aPlace(), ...(around !== undefined && {around})})
  const drill = fakeDrillStack(fake, around)
  fake.databases.points.push({
    region: 'eu-central-1',
    point: {snapshot, createdAt: startOfTests - hours(3), engineVersion: '17.4', from: 'aws-backup'},
  })
  furnish(fake, drill)
  const store = memoryStore()
  for (let writer = 1; ; writer += 1) {
    try {
      const {journal} = await driveToy({store, clock, writer: `w${writer}`, runbook: runbookOf(one), world: fake.world})
      return {fake, drill, events: journal.events}
    } catch (error) {
      if (!(error instanceof Killed) || writer > 3) throw error
    }
  }
}

const endOf = (events: readonly Event[]) => events.findLast((event) => event.kind === 'ended')?.data
const factsOf = (events: readonly Event[], step: string) =>
  events
    .flatMap((event) =>
      event.kind === 'step-ended' && event.data.step === step && event.data.how !== 'failed' ? [event.data.facts ?? {}] : [],
    )
    .at(-1)
const databasesOf = ({databases}: FakeRecovery) =>
  databases.all.map(({id, region, source}) => `${id}@${region}${source === null ? '' : ' replica'}`)

describe('a drill', () => {
  it('restores, answers, writes, removes itself, and has measured each', async () => {
    const {events, fake, drill} = await rehearse(input())
    expect(endOf(events)?.outcome).toBe('done')
    expect(factsOf(events, 'report')).toMatchObject({
      measured: 'restore',
      rpoSeconds: 10_800,
      restoreSeconds: 480,
      reads: 5,
      writes: 5,
      untouched: true,
      residue: 0,
    })
    expect(factsOf(events, 'report')?.['rtoSeconds']).toBeGreaterThan(580)
    expect(drill.stands()).toBe(false)
    expect(databasesOf(fake)).toEqual(['shop-production@eu-west-1', 'shop-production@eu-central-1 replica'])
  })

  it('promotes nothing, snapshots nothing, and writes no record and no switch', async () => {
    const {fake} = await rehearse(input())
    const changing =
      /\.(promote|snapshot|modify|create\w+|reboot|setTags|removeTags|put|remove|write\w+|preferOrigin|moveAlias|size\w+|bound\w+|roll\w+|runTask|refuseAll|forward|\w+Ingress|standAlone|copyValue|replicate)$/
    expect(fake.calls.filter((call) => changing.test(call.split(' ')[0] ?? '') && !call.startsWith('stacks.'))).toEqual([])
  })

  it('without the primary asks neither the other Region nor us-east-1, and declares it', async () => {
    const one = input({withoutPrimary: true})
    const {fake, events} = await rehearse(one, (world) => world.kill('eu-west-1'))
    expect(endOf(events)?.outcome).toBe('done')
    expect(fake.calls.filter((call) => /eu-west-1|us-east-1/.test(call))).toEqual([])
    const regions = ['drill', 'drill-cleanup', 'drill-clean'].flatMap((name) =>
      drillPlan(one, name).steps.flatMap(({calls}) => calls.map(({region}) => region)),
    )
    expect([...new Set(regions)]).toEqual(['eu-central-1'])
    expect(factsOf(events, 'report')?.['roles']).toEqual({
      cloudformation: 'arn:aws:iam::1:role/recovery',
      tasks: 'arn:aws:iam::1:role/t',
      'task execution': 'arn:aws:iam::1:role/x',
      scheduler: 'arn:aws:iam::1:role/scheduler',
    })
  })

  it('with the primary looks at the records too', () => {
    expect(
      drillPlan(input())
        .steps.find(({id}) => id === 'untouched')
        ?.calls.map(({action}) => action),
    ).toContain('route53:ListResourceRecordSets')
  })

  it("that can't restore removes what it made, says why, and has failed", async () => {
    const {events, drill, fake} = await rehearse(input(), (_, one) => {
      one.fails = 1
    })
    expect(endOf(events)).toMatchObject({
      outcome: 'failed',
      because: "the drill's stack failed: Database (AWS::RDS::DBInstance): DB snapshot can't be restored",
    })
    expect(factsOf(events, 'residue')).toMatchObject({residue: 0})
    expect(drill.stands()).toBe(false)
    expect(databasesOf(fake)).toHaveLength(2)
  })

  it("that AWS refuses something half way is removed, and ends with AWS's words", async () => {
    const {events, drill} = await rehearse(input(), undefined, (moment, call) => {
      if (moment === 'before' && call === 'compute.healthyTargets')
        throw new SluiceError({
          code: 'aws-denied',
          exitCode: ExitCode.credentials,
          message: 'not authorized to perform elasticloadbalancing:DescribeTargetHealth',
        })
    })
    expect(endOf(events)).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('not authorized to perform') as unknown,
    })
    expect(drill.stands()).toBe(false)
  })

  it('whose writes fail once goes on, and whose writes never commit is removed', async () => {
    expect(
      endOf(
        (
          await rehearse(input(), (_, one) => {
            one.refusesWrites = 2
          })
        ).events,
      )?.outcome,
    ).toBe('done')
    const never = await rehearse(input(), (_, one) => {
      one.refusesWrites = Infinity
    })
    expect(endOf(never.events)).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('writes: 0 of 5 committed') as unknown,
    })
    expect(never.drill.stands()).toBe(false)
  })

  it('writes nothing when what answers is on a replica', async () => {
    const {events} = await rehearse(input(), (fake) => {
      const drilled = fake.answers
      fake.answers = (target) => {
        const answer = drilled(target)
        return answer !== null && target.path === '/heartbeat' && target.hostHeader !== undefined
          ? {...answer, body: JSON.stringify({region: 'eu-central-1', writable: false, drained: true, last: null})}
          : answer
      }
    })
    expect(endOf(events)).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('what answers is on a replica') as unknown,
    })
    expect(events.some((event) => event.kind === 'step-started' && event.data.step === 'writes')).toBe(false)
  })

  it("during which the replica stops replicating fails and says that production isn't as it was", async () => {
    const {events, drill} = await rehearse(input(), (fake) =>
      fake.clock.at(startOfTests + 300_000, () => {
        fake.database('eu-central-1').replication = {status: 'terminated', message: ''}
      }),
    )
    expect(endOf(events)).toMatchObject({
      outcome: 'failed',
      because: "production isn't as it was before the drill: the replica doesn't replicate any more",
    })
    expect(drill.stands()).toBe(false)
  })

  it('that leaves an instance halts, and names it with its Region', async () => {
    const one = input()
    const {events} = await rehearse(one, (_, drill) => {
      drill.sticks = true
    })
    expect(endOf(events)).toMatchObject({
      outcome: 'halted',
      because: expect.stringMatching(
        new RegExp(`has left \\d: database shop-production-drill-${one.name} \\(available\\) in eu-central-1`),
      ) as unknown,
    })
  })

  it("finds an earlier drill's leftovers: removes what has expired, and refuses to begin beside what hasn't", async () => {
    const expired = await rehearse(input(), (_, drill) => drill.leave('d-old', startOfTests - 1))
    expect(endOf(expired.events)?.outcome).toBe('done')
    expect(expired.drill.created).toEqual(['d-old', input().name])
    const fresh = await rehearse(input(), (_, drill) => drill.leave('d-other', startOfTests + hours(1)))
    expect(endOf(fresh.events)).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('sluice dr drill --clean') as unknown,
    })
    expect(fresh.drill.stands()).toBe(true)
  })

  it.each([
    ['no tag of a drill', {service: 'shop'}],
    ['an expiry that is no time', {'sluice:drill': 'd-other', 'sluice:expires': 'soon'}],
  ])("never takes a stack of the drill's name for an expired drill when it has %s", async (_, tags) => {
    const {events, drill} = await rehearse(input(), (_fake, one) => one.leave('d-other', 0, tags))
    expect(endOf(events)).toMatchObject({outcome: 'failed', because: expect.stringContaining('shop-production-drill') as unknown})
    expect(drill.stands()).toBe(true)
  })

  it("--clean doesn't remove a stack that isn't a drill's, and says so", async () => {
    const {events, drill} = await rehearse(input({clean: true}), (_, one) => one.leave('d-other', 0, {service: 'shop'}))
    expect(endOf(events)).toMatchObject({outcome: 'failed', because: expect.stringContaining('no drill') as unknown})
    expect(drill.stands()).toBe(true)
  })

  it('--clean removes what is there, expired or not, and rehearses nothing', async () => {
    const {events, drill} = await rehearse(input({clean: true}), (_, one) => one.leave('d-other', startOfTests + hours(1)))
    expect(endOf(events)?.outcome).toBe('done')
    expect(factsOf(events, 'residue')).toMatchObject({residue: 0})
    expect([drill.stands(), drill.created]).toEqual([false, ['d-other']])
  })
})

describe("a pilot light's drill", () => {
  it('brings its hosts while the database is restored, and the report says how long each took', async () => {
    const {events, drill, fake} = await rehearse(input(pilotLight))
    expect(endOf(events)?.outcome).toBe('done')
    expect(factsOf(events, 'hosts')).toMatchObject({hosts: 2, instanceTypes: ['m7g.large']})
    expect(factsOf(events, 'report')).toMatchObject({hostSeconds: factsOf(events, 'hosts')?.['hostSeconds'], residue: 0})
    expect(factsOf(events, 'hosts')?.['hostSeconds']).toBeGreaterThanOrEqual(125)
    expect(factsOf(events, 'hosts')?.['hostSeconds']).toBeLessThan(160)
    expect(factsOf(events, 'report')?.['rtoSeconds']).toBeLessThan(700)
    expect([drill.stands(), databasesOf(fake).length]).toEqual([false, 2])
  })

  it("asks nothing of production's group of hosts, and sizes none", async () => {
    const {fake} = await rehearse(input(pilotLight))
    expect(fake.calls.filter((call) => /compute\.(size|free)Hosts/.test(call))).toEqual([])
    expect(fake.calls.filter((call) => call.startsWith('compute.hosts'))).not.toEqual([])
  })

  it('whose hosts never register is removed, and says that they run and are not heard', async () => {
    const {events, drill} = await rehearse(input(pilotLight), (_, one) => {
      one.hostless = true
    })
    expect(endOf(events)).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('0 of 2 hosts registered, 2 run') as unknown,
    })
    expect(drill.stands()).toBe(false)
  })

  it('that leaves its group of hosts halts, and names it with its Region', async () => {
    const one = input(pilotLight)
    const {events} = await rehearse(one, (_, drill) => {
      drill.keepsHosts = true
    })
    expect(endOf(events)).toMatchObject({
      outcome: 'halted',
      because: expect.stringContaining(
        `has left 1: Auto Scaling group shop-production-drill-${one.name} with 2 hosts in eu-central-1`,
      ) as unknown,
    })
  })

  it('needs hosts and database side by side, and its forecast goes by the longer one', () => {
    const steps = drillPlan(input(pilotLight)).steps
    expect(steps.filter(({id}) => ['hosts', 'database', 'tasks'].includes(id)).map(({id, needs}) => [id, needs])).toEqual([
      ['hosts', ['stack']],
      ['database', ['stack']],
      ['tasks', ['database', 'hosts']],
    ])
    expect(forecastPath(steps, 'writes').ids).toContain('database')
    expect(drillPlan(input()).steps.map(({id}) => id)).not.toContain('hosts')
  })

  it('without the primary asks the recovery Region alone for its hosts, too', async () => {
    const one = input({...pilotLight, withoutPrimary: true})
    const {fake, events} = await rehearse(one, (world) => world.kill('eu-west-1'))
    expect(endOf(events)?.outcome).toBe('done')
    expect(fake.calls.filter((call) => /eu-west-1|us-east-1/.test(call))).toEqual([])
    expect([...new Set(drillPlan(one).steps.flatMap(({calls}) => calls.map(({region}) => region)))]).toEqual(['eu-central-1'])
  })
})

describe('killed', () => {
  it('before and after any call, a drill ends the same way, and is made once', {timeout: 120_000}, async () => {
    const moments = new Set<string>()
    await rehearse(input(pilotLight), undefined, (moment, call) => moments.add(`${moment} ${call}`))
    const wrong: string[] = []
    for (const at of [...moments].filter((one) => !one.includes('store.'))) {
      for (const nth of [1, 2]) {
        let seen = 0
        const {events, drill, fake} = await rehearse(input(pilotLight), undefined, (moment, call) => {
          if (`${moment} ${call}` !== at) return
          seen += 1
          if (seen === nth) throw new Killed()
        })
        if (endOf(events)?.outcome !== 'done' || drill.stands() || drill.created.length !== 1 || databasesOf(fake).length !== 2)
          wrong.push(`${at} ${nth}`)
      }
    }
    expect(wrong).toEqual([])
    expect(moments.size).toBeGreaterThan(20)
  })
})

describe('what a drill is made from', () => {
  const refusal = (change: Partial<DrillAsked>): string => {
    const made = drillInput(asked(change))
    return made.kind === 'refused' ? made.because : 'made'
  }
  it.each([
    [
      'users are in the recovery Region',
      {standing: {schema: 1, region: 'eu-central-1', since: 0, run: 'r', settled: false, replicatedUntil: null, fence: 'fenced'}},
      /users are in eu-central-1/,
    ],
    ['there is no replica', {replica: null}, /no replica shop-production/],
    ['there is no recovery point', {recoveryPoints: []}, /no recovery point/],
    ['no version is there', {image: null}, /has no version yet/],
    ['the foundation is older', {foundation: {}}, /no role for recoveries/],
    ['the main stack is older', {main: {outputs: {}, parameters: {}}}, /doesn't tell CapacityProvider/],
    [
      "it has to bring hosts and the main stack is too old to tell whose rights they'd have",
      {...pilotLight, main: {...asked().main, outputs: {...asked().main.outputs, HostProfileArn: undefined as never}}},
      /doesn't tell HostProfileArn/,
    ],
  ] as const)('is refused when %s', (_, change, because) => {
    expect(refusal(change)).toMatch(because)
  })

  it.each([
    ['a pilot light in peace brings as many hosts as tasks, one each', pilotLight, '2'],
    ['a pilot light that has hosts (its surge stands) uses them', {place: aPlace('pilot-light'), hosts: 1}, '0'],
    ['a warm standby uses its own', {}, '0'],
    ["a warm standby whose hosts are gone finds that out, and isn't helped", {hosts: 0}, '0'],
  ] as const)('%s', (_, change, count) => {
    expect(input(change).parameters['HostCount']).toBe(count)
  })

  it("gives hosts of its own production's image, types, rights and key, and public subnets, all told by the recovery Region", () => {
    const one = input(pilotLight)
    expect(one.parameters).toMatchObject({
      Ami: '/shop/production/ami/api',
      InstanceType: 'm7g.xlarge',
      FallbackInstanceType: 'm7gd.xlarge',
      HostProfileArn: 'arn:aws:iam::1:instance-profile/hosts',
      DataKeyArn: '/shop/production/sluice/data-key',
      PublicSubnetA: '/shop/production/sluice/public-subnet-a',
      PublicSubnetB: '/shop/production/sluice/public-subnet-b',
      Expires: String(one.expiresAt),
    })
  })

  it("is the newest recovery point, the replica's class, the version that serves, and a host that no record has", () => {
    expect(input().parameters).toMatchObject({
      Snapshot: snapshot,
      InstanceClass: 'db.m7g.large',
      Image: 'shop/api@sha256:1111',
      HostName: 'drill.origin-api.example.com',
      LoadBalancerGroup: '/shop/production/sluice/load-balancer-group',
    })
  })

  it('has names that fit into an identifier, and expire', () => {
    expect(`${'s'.repeat(20)}-${'e'.repeat(15)}-drill-${drillName(startOfTests)}`.length).toBeLessThanOrEqual(63)
    expect(input().expiresAt - startOfTests).toBe(hours(4))
  })
})
