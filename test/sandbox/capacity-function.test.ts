import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {noteCapacity, startCapacityFunctions} from '../../src/sandbox/plane/capacity-function.ts'
import {createS3} from '../../src/sandbox/services/s3.ts'
import type {AccountRecord} from '../../src/sandbox/world/contract.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'

const [HOME, AWAY] = ['eu-west-1', 'eu-central-1'] as const
const FOLDER = 'recovery/shop.production'
const HOUR = 3_600_000
let wire: RecordsWire
let clock: LeapingClock
/** What production has now, as the services answer it. */
let production: {desired: number; hosts: number; weightB: number}
/** Which Region's main stack is asked. */
let role: 'home' | 'recovery'

const output = (OutputKey: string): object => ({OutputKey, OutputValue: OutputKey.toLowerCase()})

/** AWS as the function sees it: one answer for each of its questions. */
const answers = {
  cloudformation: {
    DescribeStacks: () => ({
      Stacks: [
        {
          Parameters: [{ParameterKey: 'Role', ParameterValue: role}],
          Outputs: ['ClusterName', 'HostsName', 'ListenerArn', 'TargetGroupA', 'TargetGroupB'].map(output),
        },
      ],
    }),
  },
  autoscaling: {
    DescribeAutoScalingGroups: () => ({
      AutoScalingGroups: [
        {
          MinSize: 2,
          MaxSize: 12,
          DesiredCapacity: production.hosts,
          Instances: Array.from({length: production.hosts}, () => ({})),
        },
      ],
    }),
  },
  'application-autoscaling': {DescribeScalableTargets: () => ({ScalableTargets: [{MinCapacity: 4, MaxCapacity: 24}]})},
  rds: {
    DescribeDBInstances: () => ({
      DBInstances: [
        {DBInstanceClass: 'db.m7g.large', MultiAZ: true, BackupRetentionPeriod: 14, PreferredBackupWindow: '03:00-03:30'},
      ],
    }),
  },
  elasticloadbalancingv2: {
    DescribeRules: () => ({
      Rules: [
        {
          Priority: '40000',
          Actions: [
            {
              ForwardConfig: {
                TargetGroups: [
                  {TargetGroupArn: 'targetgroupa', Weight: 100 - production.weightB},
                  {TargetGroupArn: 'targetgroupb', Weight: production.weightB},
                ],
              },
            },
          ],
        },
      ],
    }),
  },
  ecs: {
    DescribeServices: ({services}: {services: [string]}) => ({
      services: [{serviceName: services[0], desiredCount: production.desired, taskDefinition: 'shop:1'}],
    }),
    DescribeTaskDefinition: () => ({taskDefinition: {containerDefinitions: [{image: 'registry:5000/shop/api:1.0'}]}}),
    ListTasks: ({serviceName}: {serviceName: string}) => ({taskArns: [serviceName]}),
    DescribeTasks: ({tasks}: {tasks: [string]}) => ({tasks: [{containers: [{imageDigest: `sha256:${tasks[0]}`}]}]}),
  },
}

function aFunction(region: string, peer: string): AccountRecord {
  const record: AccountRecord = {
    region,
    type: 'AWS::Lambda::Function',
    id: 'capacity',
    attributes: {Arn: `arn:${region}:capacity`},
    tags: {},
    status: 'available',
    createdAt: clock.now(),
    stack: null,
    properties: {
      Environment: {Variables: {SERVICE: 'shop', ENVIRONMENT: 'production', PEER_REGION: peer, STATE_BUCKETS: 'state'}},
    },
  }
  wire.world.records.put(record)
  return record
}
const s3 = async <Answer>(operation: string, Key: string, region: string, more: object = {}): Promise<Answer> =>
  (await wire.world.invoke('s3', operation, {Bucket: `state-${region}`, Key: `${FOLDER}/${Key}.json`, ...more}, region)) as Answer
const written = async (region: string): Promise<Record<string, unknown> | null> => {
  const {Body} = await s3<{Body?: Uint8Array}>('GetObject', 'capacity', region).catch(() => ({Body: undefined}))
  return Body === undefined ? null : (JSON.parse(Buffer.from(Body).toString()) as Record<string, unknown>)
}
const stands = async (region: string): Promise<void> => {
  await s3('PutObject', 'standing', AWAY, {Body: JSON.stringify({region})})
}
const later = async (ms: number): Promise<void> => {
  await clock.leap(ms)
  for (let turn = 0; turn < 50; turn += 1) await clock.leap(1)
}

beforeEach(async () => {
  clock = aLeapingClock(Date.parse('2031-05-06T07:08:00Z'))
  wire = await aRecordsWire({clock})
  wire.world.register(createS3(wire.world))
  for (const [name, operations] of Object.entries(answers)) wire.world.register({name, operations})
  for (const region of [HOME, AWAY])
    await wire.world.invoke(
      's3',
      'CreateBucket',
      {Bucket: `state-${region}`, CreateBucketConfiguration: {LocationConstraint: region}},
      region,
    )
  production = {desired: 6, hosts: 4, weightB: 0}
  role = 'home'
})
afterEach(() => wire.close())

describe('the capacity function', () => {
  it("writes what production has into the recovery Region's state, and remembers a day's peak", async () => {
    const fn = aFunction(HOME, AWAY)
    expect(await noteCapacity(wire.world, fn)).toBe('written')
    await later(HOUR)
    production = {...production, desired: 4, hosts: 3}
    await noteCapacity(wire.world, fn)
    expect(await written(AWAY)).toMatchObject({
      schema: 1,
      region: HOME,
      by: 'the hourly function',
      image: 'registry:5000/shop/api@sha256:shop-production-a',
      hosts: {min: 2, max: 12, desired: 3, peak: 4},
      service: {desired: 4, min: 4, max: 24, peak: 6},
      database: {class: 'db.m7g.large', multiAz: true, backupDays: 14, backupWindow: '03:00-03:30'},
    })
    expect(await written(HOME)).toBeNull()
    await later(24 * HOUR)
    await noteCapacity(wire.world, fn)
    expect(await written(AWAY)).toMatchObject({hosts: {peak: 3}, service: {peak: 4}})
  })
  it('looks at the slot that serves', async () => {
    production.weightB = 100
    await noteCapacity(wire.world, aFunction(HOME, AWAY))
    expect(await written(AWAY)).toMatchObject({image: 'registry:5000/shop/api@sha256:shop-production-b'})
  })
  it.each([[{desired: 0}], [{hosts: 0}]])('writes nothing of a Region that was emptied: %j', async (change) => {
    production = {...production, ...change}
    expect(await noteCapacity(wire.world, aFunction(HOME, AWAY))).toBe('size 0')
    expect(await written(AWAY)).toBeNull()
  })
  it("after a failover the old Region's stops, and the other one's takes over, into the same state", async () => {
    await stands(AWAY)
    expect(await noteCapacity(wire.world, aFunction(HOME, AWAY))).toBe('users elsewhere')
    role = 'recovery'
    expect(await noteCapacity(wire.world, aFunction(AWAY, HOME))).toBe('written')
    expect(await written(AWAY)).toMatchObject({region: AWAY})
  })
  it("the recovery Region's writes nothing while users are at home", async () => {
    role = 'recovery'
    expect(await noteCapacity(wire.world, aFunction(AWAY, HOME))).toBe('users elsewhere')
  })
  it('is run by its rule, an hour after it was made and every hour from then on', async () => {
    startCapacityFunctions(wire.world)
    aFunction(HOME, AWAY)
    await aResource(wire.world, 'AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
      Targets: [{Id: 'capacity', Arn: `arn:${HOME}:capacity`}],
    })
    await later(HOUR / 2)
    expect(await written(AWAY)).toBeNull()
    await later(HOUR)
    const first = (await written(AWAY))?.['at']
    expect(first).toEqual(expect.any(Number))
    await later(HOUR)
    expect((await written(AWAY))?.['at']).not.toBe(first)
  })
})
