/**
 * Builder: a primary and its replica in the other Region, each behind a group that lets its Region's tasks in, on a clock that leaps.
 * Everything is asked through the services' own operations, as the wire would.
 */
import type * as R from '@aws-sdk/client-rds'
import {createDatabaseAccess} from '../../src/sandbox/plane/database-access.ts'
import type {Caller} from '../../src/sandbox/plane/database-access.ts'
import {createDatabaseAsks} from '../../src/sandbox/plane/database-asks.ts'
import type {Answer, Ask} from '../../src/sandbox/plane/database-asks.ts'
import {databasesOf} from '../../src/sandbox/plane/databases.ts'
import {createRecordServices} from '../../src/sandbox/services/record-services.ts'
import {createWorld} from '../../src/sandbox/world/world.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import {aNetwork} from './a-network.ts'
import {aResource} from './a-resource.ts'
import type {Stacked} from './a-resource.ts'

export const HOME = 'eu-west-1'
export const AWAY = 'eu-central-1'
export const NAME = 'shop-production'
const PORT = 5433

export interface Side {
  readonly region: string
  readonly database: Stacked
  readonly subnets: string
  readonly databaseGroup: string
  readonly tasksGroup: string
  readonly parameters: string
  readonly key: string
  /** A new task of the Region. */
  task(): Caller
}

async function aSide(
  world: ReturnType<typeof createWorld>,
  region: string,
  make: (place: Omit<Side, 'database' | 'task'>) => Promise<Stacked>,
): Promise<Side> {
  const {
    vpc,
    data: [one, other],
  } = await aNetwork(world, region)
  const group = async (name: string): Promise<string> =>
    (
      await aResource(
        world,
        'AWS::EC2::SecurityGroup',
        {GroupDescription: name, GroupName: name, VpcId: vpc.id},
        {region, logicalId: name},
      )
    ).id
  const [databaseGroup, tasksGroup] = [await group('database'), await group('tasks')]
  await aResource(
    world,
    'AWS::EC2::SecurityGroupIngress',
    {GroupId: databaseGroup, IpProtocol: 'tcp', FromPort: PORT, ToPort: PORT, SourceSecurityGroupId: tasksGroup},
    {region},
  )
  const subnets = await aResource(
    world,
    'AWS::RDS::DBSubnetGroup',
    {DBSubnetGroupDescription: 'data', SubnetIds: [one.id, other.id]},
    {region},
  )
  const parameters = await aResource(world, 'AWS::RDS::DBParameterGroup', {Description: 'shop', Family: 'postgres17'}, {region})
  const key = await aResource(world, 'AWS::KMS::Key', {KeyPolicy: {Statement: []}}, {region})
  const place = {
    region,
    subnets: subnets.id,
    databaseGroup,
    tasksGroup,
    parameters: parameters.id,
    key: String(key.attributes['Arn']),
  }
  const database = await make(place)
  return {
    ...place,
    database,
    task: () => ({region, securityGroups: [tasksGroup], databaseHost: String(database.attributes['Endpoint.Address'])}),
  }
}

export async function aPair({engine = 'postgres'}: {readonly engine?: 'postgres' | 'mysql'} = {}) {
  const clock = aLeapingClock(Date.UTC(2026, 10, 22, 12))
  const world = createWorld({speed: 1, seed: 1, clock})
  for (const service of createRecordServices(world)) world.register(service)
  const home = await aSide(world, HOME, async (place) =>
    aResource(
      world,
      'AWS::RDS::DBInstance',
      {
        DBInstanceIdentifier: NAME,
        Engine: engine,
        EngineVersion: engine === 'postgres' ? '17.6' : '8.4.3',
        DBInstanceClass: 'db.m7g.large',
        AllocatedStorage: '100',
        MultiAZ: 'true',
        Port: PORT,
        MasterUsername: 'app_owner',
        MasterUserPassword: 'x'.repeat(40),
        StorageEncrypted: true,
        KmsKeyId: place.key,
        DBSubnetGroupName: place.subnets,
        VPCSecurityGroups: [place.databaseGroup],
        DBParameterGroupName: place.parameters,
        BackupRetentionPeriod: 14,
      },
      {region: HOME, tags: {'sluice:backup': NAME}},
    ),
  )
  const replicaProperties = (place: Omit<Side, 'database' | 'task'>) => ({
    DBInstanceIdentifier: NAME,
    SourceDBInstanceIdentifier: home.database.attributes['DBInstanceArn'],
    DBInstanceClass: 'db.m7g.large',
    KmsKeyId: place.key,
    DBSubnetGroupName: place.subnets,
    VPCSecurityGroups: [place.databaseGroup],
    DBParameterGroupName: place.parameters,
    Port: PORT,
  })
  const away = await aSide(world, AWAY, async (place) =>
    aResource(world, 'AWS::RDS::DBInstance', replicaProperties(place), {region: AWAY}),
  )
  const databases = databasesOf(world)
  const asks = createDatabaseAsks(world, databases, createDatabaseAccess(world, databases))
  const rds = async <Output>(operation: string, input: object, region = HOME): Promise<Output> =>
    (await world.invoke('rds', operation, input, region)) as Output
  return {
    world,
    home,
    away,
    databases,
    rds,
    replicaProperties: replicaProperties(away),
    leap: async (seconds: number): Promise<void> => clock.leap(seconds * 1000),
    beat: (caller: Caller): void => {
      asks.beat(caller)
    },
    ask: (caller: Caller, ask: Ask): Answer => asks.answer(caller, ask),
    /** Status and body. */
    tell: (caller: Caller, ask: Ask): Record<string, unknown> => {
      const {status, body} = asks.answer(caller, ask)
      return {status, ...(JSON.parse(body) as object)}
    },
    /** Seconds pass, and a task of `caller`'s writes a heartbeat in each. */
    live: async (seconds: number, caller: Caller): Promise<void> => {
      for (let second = 0; second < seconds; second += 1) {
        await clock.leap(1000)
        asks.beat(caller)
      }
    },
    instance: async (region: string, id = NAME): Promise<R.DBInstance> =>
      (await rds<R.DBInstanceMessage>('DescribeDBInstances', {DBInstanceIdentifier: id}, region))
        .DBInstances?.[0] as R.DBInstance,
    refusal: async (operation: string, input: object, region = HOME): Promise<string> =>
      world.invoke('rds', operation, input, region).then(
        () => 'accepted',
        (error: {code: string; message: string}) => `${error.code}: ${error.message}`,
      ),
    events: async (region: string): Promise<readonly string[]> =>
      ((await rds<R.EventsMessage>('DescribeEvents', {SourceType: 'db-instance', Duration: 600}, region)).Events ?? []).map(
        ({Message}) => Message ?? '',
      ),
    close: async () => world.close(),
  }
}

export type Pair = Awaited<ReturnType<typeof aPair>>
