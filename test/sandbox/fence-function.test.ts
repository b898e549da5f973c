import {GetResourcesCommand, ResourceGroupsTaggingAPIClient} from '@aws-sdk/client-resource-groups-tagging-api'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {orphansDoor} from '../../src/runbooks/recovery/failback-steps/tasks-ingress.ts'
import {createDatabaseAccess} from '../../src/sandbox/plane/database-access.ts'
import type {Caller} from '../../src/sandbox/plane/database-access.ts'
import {createDatabaseAsks} from '../../src/sandbox/plane/database-asks.ts'
import {databasesOf} from '../../src/sandbox/plane/databases.ts'
import {startFences} from '../../src/sandbox/plane/fence-function.ts'
import {createPlane} from '../../src/sandbox/plane/plane.ts'
import type {Plane} from '../../src/sandbox/plane/plane.ts'
import {createApplicationAutoScaling} from '../../src/sandbox/services/application-autoscaling.ts'
import {createS3} from '../../src/sandbox/services/s3.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'

const [HOME, AWAY] = ['eu-west-1', 'eu-central-1'] as const
const SWITCH = 'shop-production-switch'
const OURS = {service: 'shop', environment: 'production'}
let wire: RecordsWire
let clock: LeapingClock
let access: ReturnType<typeof createDatabaseAsks> | null = null
let plane: Plane
let things: {
  readonly rule: string
  readonly group: string
  readonly service: string
  /** Somebody who isn't the API: a psql, a cron. */
  readonly person: Caller
}

const call = async <Answer>(service: string, operation: string, input: object, region: string = HOME): Promise<Answer> =>
  (await wire.world.invoke(service, operation, input, region)) as Answer
const list = (tags: Readonly<Record<string, string>>): {Key: string; Value: string}[] =>
  Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
const put = async (Key: string): Promise<void> => {
  await call('s3', 'PutObject', {Bucket: SWITCH, Key, Body: '{}'}, AWAY)
}

/** A live rule, a slot's service, its scaling and the database's group, tagged as a stack tags them. */
async function aRegion(): Promise<typeof things> {
  const {
    LoadBalancers: [balancer],
  } = await call<{LoadBalancers: [{LoadBalancerArn: string}]}>('elasticloadbalancingv2', 'CreateLoadBalancer', {
    Name: 'shop',
    Subnets: ['subnet-1', 'subnet-2'],
  })
  const {
    TargetGroups: [target],
  } = await call<{TargetGroups: [{TargetGroupArn: string}]}>('elasticloadbalancingv2', 'CreateTargetGroup', {
    Name: 'a',
    Port: 80,
    Protocol: 'HTTP',
    VpcId: 'vpc-1',
    TargetType: 'ip',
  })
  const fixed = [{Type: 'fixed-response', FixedResponseConfig: {StatusCode: '404'}}]
  const {
    Listeners: [listener],
  } = await call<{Listeners: [{ListenerArn: string}]}>('elasticloadbalancingv2', 'CreateListener', {
    LoadBalancerArn: balancer.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: fixed,
  })
  const {
    Rules: [rule],
  } = await call<{Rules: [{RuleArn: string}]}>('elasticloadbalancingv2', 'CreateRule', {
    ListenerArn: listener.ListenerArn,
    Priority: 1,
    Conditions: [{Field: 'path-pattern', Values: ['/*']}],
    Actions: [{Type: 'forward', TargetGroupArn: target.TargetGroupArn}],
    Tags: list({...OURS, 'sluice:live': 'shop'}),
  })
  await call('ecs', 'CreateCluster', {clusterName: 'shop'})
  await call('ecs', 'RegisterTaskDefinition', {
    family: 'shop',
    containerDefinitions: [{name: 'api', image: 'shop/api:1', memory: 128, portMappings: [{containerPort: 80}]}],
  })
  const {service} = await call<{service: {serviceArn: string}}>('ecs', 'CreateService', {
    cluster: 'shop',
    serviceName: 'shop-a',
    taskDefinition: 'shop',
    desiredCount: 0,
    tags: Object.entries({...OURS, 'sluice:slot': 'a'}).map(([key, value]) => ({key, value})),
  })
  await call('application-autoscaling', 'RegisterScalableTarget', {
    ServiceNamespace: 'ecs',
    ResourceId: 'service/shop/shop-a',
    ScalableDimension: 'ecs:service:DesiredCount',
    MinCapacity: 2,
    MaxCapacity: 8,
  })
  const {id: VpcId} = await aResource(wire.world, 'AWS::EC2::VPC', {CidrBlock: '10.0.0.0/16'})
  const group = await aResource(
    wire.world,
    'AWS::EC2::SecurityGroup',
    {
      GroupDescription: 'database',
      VpcId,
      SecurityGroupIngress: [{IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, CidrIp: '10.0.0.0/8'}],
    },
    {tags: {...OURS, 'sluice:role': 'database'}},
  )
  const people = await aResource(wire.world, 'AWS::EC2::SecurityGroup', {GroupDescription: 'people', VpcId})
  const database = await aResource(wire.world, 'AWS::RDS::DBInstance', {
    DBInstanceIdentifier: 'shop-production',
    Engine: 'postgres',
    EngineVersion: '17.6',
    DBInstanceClass: 'db.m7g.large',
    AllocatedStorage: '20',
    Port: 5432,
    MasterUsername: 'app_owner',
    MasterUserPassword: 'x'.repeat(40),
    VPCSecurityGroups: [group.id],
  })
  return {
    rule: rule.RuleArn,
    group: group.id,
    service: service.serviceArn,
    person: {region: HOME, securityGroups: [people.id], databaseHost: String(database.attributes['Endpoint.Address'])},
  }
}

/** The function as the foundation installs it, and the rule that runs it. */
async function aFence(state = 'ENABLED'): Promise<void> {
  const arn = `arn:aws:lambda:${HOME}:111122223333:function:fence`
  wire.world.records.put({
    region: HOME,
    type: 'AWS::Lambda::Function',
    id: 'fence',
    attributes: {Arn: arn},
    tags: {},
    status: 'available',
    createdAt: clock.now(),
    stack: null,
    properties: {
      Environment: {Variables: {SERVICE: 'shop', ENVIRONMENT: 'production', PEER_REGION: AWAY, SWITCH_BUCKET: SWITCH}},
    },
  })
  await aResource(wire.world, 'AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 minute)',
    State: state,
    Targets: [{Id: 'fence', Arn: arn}],
  })
}

/** Whether the person could commit a row. */
const writes = (id: number): boolean => {
  const databases = databasesOf(wire.world)
  access ??= createDatabaseAsks(wire.world, databases, createDatabaseAccess(wire.world, databases))
  return access.answer(things.person, {what: 'count', id}).status === 200
}
const restarts = async (): Promise<number> => {
  const {Events} = await call<{Events: readonly {Message: string}[]}>('rds', 'DescribeEvents', {
    SourceType: 'db-instance',
    Duration: 600,
  })
  return Events.filter(({Message}) => Message === 'DB instance restarted').length
}

interface Seen {
  readonly rule: string | undefined
  readonly bounds: readonly (number | undefined)[]
  readonly openings: number
}
const OPEN: Seen = {rule: 'forward', bounds: [2, 8], openings: 1}
const FENCED: Seen = {rule: 'fixed-response', bounds: [0, 0], openings: 0}
async function seen(): Promise<Seen> {
  const {
    Rules: [rule],
  } = await call<{Rules: [{Actions: readonly {Type: string}[]}]}>('elasticloadbalancingv2', 'DescribeRules', {
    RuleArns: [things.rule],
  })
  const {
    ScalableTargets: [target],
  } = await call<{ScalableTargets: [{MinCapacity?: number; MaxCapacity?: number}]}>(
    'application-autoscaling',
    'DescribeScalableTargets',
    {ServiceNamespace: 'ecs'},
  )
  const {
    SecurityGroups: [group],
  } = await call<{SecurityGroups: [{IpPermissions?: readonly unknown[]}]}>('ec2', 'DescribeSecurityGroups', {
    GroupIds: [things.group],
  })
  return {
    rule: rule.Actions[0]?.Type,
    bounds: [target.MinCapacity, target.MaxCapacity],
    openings: group.IpPermissions?.length ?? 0,
  }
}
/** Its errors, minute by minute. */
const errors = (): readonly number[] =>
  [
    ...(wire.world.metrics
      .find({region: HOME, namespace: 'AWS/Lambda', metric: 'Errors', dimensions: {FunctionName: 'fence'}})
      ?.minutes.values() ?? []),
  ].map((one) => one.sum)
const minute = async (): Promise<void> => {
  await clock.leap(60_000)
  // What it calls within a minute takes turns of its own.
  for (let turn = 0; turn < 50; turn += 1) await clock.leap(1)
}

beforeEach(async () => {
  access = null
  clock = aLeapingClock(Date.parse('2031-05-06T07:08:00Z'))
  wire = await aRecordsWire({clock})
  plane = createPlane(wire.world)
  for (const service of [...plane.services, createS3(wire.world), createApplicationAutoScaling(wire.world)])
    wire.world.register(service)
  startFences(wire.world)
  await call('s3', 'CreateBucket', {Bucket: SWITCH, CreateBucketConfiguration: {LocationConstraint: AWAY}}, AWAY)
  things = await aRegion()
})
afterEach(async () => {
  await plane.close()
  await wire.close()
})

describe('the fence of a Region', () => {
  it('changes nothing while the other Region holds no object stop', async () => {
    await aFence()
    await minute()
    expect(await seen()).toEqual(OPEN)
    expect(errors()).toEqual([0])
  })

  it('refuses users, empties the services and closes the database within a minute of the object', async () => {
    await aFence()
    await put('stop')
    await minute()
    expect(await seen()).toEqual(FENCED)
  })

  it('ends the session of whoever was connected, by one restart, and lets nobody in again', async () => {
    await aFence()
    expect(writes(1)).toBe(true)
    await put('stop')
    await clock.leap(59_000)
    expect(writes(2)).toBe(true)
    for (let passed = 0; passed < 5; passed += 1) {
      await minute()
      expect(writes(3 + passed)).toBe(false)
    }
    expect(await restarts()).toBe(1)
    expect(errors()).toEqual([0, 0, 0, 0, 0])
  })

  it('closes the door through which a failback looks for rows, and restarts nothing for it', async () => {
    await aFence()
    await put('stop')
    await minute()
    await minute()
    await call('ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId: things.group,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 5432,
          ToPort: 5432,
          UserIdGroupPairs: [{GroupId: things.person.securityGroups[0], Description: orphansDoor}],
        },
      ],
    })
    expect(writes(1)).toBe(true)
    await minute()
    await minute()
    expect(await seen()).toEqual(FENCED)
    expect(writes(2)).toBe(true)
    expect(await restarts()).toBe(1)
  })

  it('does it again when somebody opened what it closed', async () => {
    await aFence()
    await put('stop')
    await minute()
    await call('application-autoscaling', 'RegisterScalableTarget', {
      ServiceNamespace: 'ecs',
      ResourceId: 'service/shop/shop-a',
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 1,
      MaxCapacity: 8,
    })
    await minute()
    expect(await seen()).toEqual(FENCED)
  })

  it.each<[string, string]>([
    ['its own Region is cut off', HOME],
    ['the other Region is lost', AWAY],
  ])('knows nothing while %s, changes nothing, and fences as soon as it can look', async (_sentence, region) => {
    await aFence()
    await put('stop')
    wire.world.setFault({kind: 'region-down', region})
    await minute()
    expect(await seen()).toEqual(OPEN)
    expect(errors()).toEqual([1])
    wire.world.clearFault()
    await minute()
    expect(await seen()).toEqual(FENCED)
  })

  it('stands down while a failback is under way', async () => {
    await aFence()
    await put('stop')
    await put('returning')
    await minute()
    expect(await seen()).toEqual(OPEN)
  })

  it("doesn't run when its rule is disabled", async () => {
    await aFence('DISABLED')
    await put('stop')
    await minute()
    expect(await seen()).toEqual(OPEN)
  })

  it("leaves alone what is another service's", async () => {
    await call('elasticloadbalancingv2', 'RemoveTags', {ResourceArns: [things.rule], TagKeys: ['service']})
    await aFence()
    await put('stop')
    await minute()
    expect(await seen()).toEqual({...FENCED, rule: 'forward'})
  })
})

describe('things by their tags', () => {
  const arns = async (input: {
    readonly types?: readonly string[]
    readonly tags?: Readonly<Record<string, readonly string[]>>
    readonly region?: string
    readonly size?: number
  }): Promise<readonly string[]> => {
    const client = wire.kept(new ResourceGroupsTaggingAPIClient(wire.client(input.region ?? HOME)))
    const found: string[] = []
    let PaginationToken: string | undefined
    do {
      const page = await client.send(
        new GetResourcesCommand({
          PaginationToken,
          ...(input.types !== undefined && {ResourceTypeFilters: [...input.types]}),
          ...(input.size !== undefined && {ResourcesPerPage: input.size}),
          TagFilters: Object.entries(input.tags ?? {}).map(([Key, Values]) => ({Key, Values: [...Values]})),
        }),
      )
      found.push(...(page.ResourceTagMappingList ?? []).map(({ResourceARN = ''}) => ResourceARN))
      PaginationToken = page.PaginationToken === '' ? undefined : page.PaginationToken
    } while (PaginationToken !== undefined)
    return found
  }

  it.each<[string, Parameters<typeof arns>[0], () => readonly string[]]>([
    [
      'rules of a load balancer',
      {types: ['elasticloadbalancing:listener-rule/app'], tags: {'sluice:live': []}},
      () => [things.rule],
    ],
    ['services of ECS', {types: ['ecs:service'], tags: {'sluice:slot': ['a', 'b']}}, () => [things.service]],
    [
      'security groups',
      {types: ['ec2:security-group'], tags: {'sluice:role': ['database']}},
      () => [`arn:aws:ec2:${HOME}:111122223333:security-group/${things.group}`],
    ],
    [
      'all of a service, page by page',
      {tags: {service: ['shop']}, size: 1},
      () => [`arn:aws:ec2:${HOME}:111122223333:security-group/${things.group}`, things.service, things.rule],
    ],
    ['nothing with another value', {tags: {'sluice:slot': ['c']}}, () => []],
    ["nothing of a type that isn't asked for", {types: ['rds'], tags: {service: ['shop']}}, () => []],
    ['nothing of another Region', {tags: {service: ['shop']}, region: AWAY}, () => []],
  ])('are found: %s', async (_sentence, input, expected) => {
    expect(await arns(input)).toEqual([...expected()].toSorted())
  })
})
