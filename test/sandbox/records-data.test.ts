import {
  BackupClient,
  DescribeBackupVaultCommand,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  ListBackupSelectionsCommand,
  ListRestoreTestingPlansCommand,
} from '@aws-sdk/client-backup'
import {DescribeCacheClustersCommand, DescribeReplicationGroupsCommand, ElastiCacheClient} from '@aws-sdk/client-elasticache'
import {DescribeKeyCommand, KMSClient, ListAliasesCommand} from '@aws-sdk/client-kms'
import {
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  DescribeOrderableDBInstanceOptionsCommand,
  ListTagsForResourceCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {aNetwork} from './a-network.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'
import type {Stacked} from './a-resource.ts'

const HOME = 'eu-west-1'
const RECOVERY = 'eu-central-1'
let wire: RecordsWire

beforeEach(async () => {
  wire = await aRecordsWire()
})
afterEach(async () => {
  await wire.close()
})

const kept = <C extends {destroy(): void}>(client: C): C => wire.kept(client)
const key = async (region: string): Promise<Stacked> =>
  aResource(wire.world, 'AWS::KMS::Key', {KeyPolicy: {Statement: []}, EnableKeyRotation: 'true'}, {region})

async function subnetGroup(region: string): Promise<Stacked> {
  const {
    data: [first, second],
  } = await aNetwork(wire.world, region)
  return aResource(
    wire.world,
    'AWS::RDS::DBSubnetGroup',
    {DBSubnetGroupDescription: 'data', SubnetIds: [first.id, second.id]},
    {region},
  )
}

async function primary(more: Readonly<Record<string, unknown>> = {}): Promise<Stacked> {
  const group = await subnetGroup(HOME)
  const {attributes} = await key(HOME)
  return aResource(
    wire.world,
    'AWS::RDS::DBInstance',
    {
      DBInstanceIdentifier: 'Shop-Production',
      Engine: 'postgres',
      EngineVersion: '17.6',
      DBInstanceClass: 'db.m7g.large',
      AllocatedStorage: '100',
      MultiAZ: 'true',
      Port: '5433',
      MasterUsername: 'app_owner',
      MasterUserPassword: 'x'.repeat(40),
      StorageEncrypted: true,
      KmsKeyId: attributes['Arn'],
      DBSubnetGroupName: group.id,
      BackupRetentionPeriod: 14,
      DeletionProtection: 'true',
      ...more,
    },
    {tags: {'sluice:backup': 'shop-production'}},
  )
}

describe('databases', () => {
  it('a database is described with address, zones and protection, under its name in lower case', async () => {
    const {id, attributes} = await primary()
    const rds = kept(new RDSClient(wire.client()))
    const {DBInstances} = await rds.send(new DescribeDBInstancesCommand({DBInstanceIdentifier: 'shop-production'}))
    expect(id).toBe('shop-production')
    expect(DBInstances).toMatchObject([
      {
        DBInstanceStatus: 'available',
        MultiAZ: true,
        DeletionProtection: true,
        StorageEncrypted: true,
        Endpoint: {Address: attributes['Endpoint.Address'], Port: 5433},
        AvailabilityZone: 'eu-west-1a',
        SecondaryAvailabilityZone: 'eu-west-1b',
        BackupRetentionPeriod: 14,
        DBSubnetGroup: {Subnets: [{}, {}]},
      },
    ])
    expect((await rds.send(new ListTagsForResourceCommand({ResourceName: DBInstances?.[0]?.DBInstanceArn}))).TagList).toEqual([
      {Key: 'sluice:backup', Value: 'shop-production'},
    ])
    await expect(rds.send(new DescribeDBInstancesCommand({DBInstanceIdentifier: 'nobody'}))).rejects.toMatchObject({
      name: 'DBInstanceNotFoundFault',
    })
  })

  it('a protected database is deleted only once the protection is off', async () => {
    const database = await primary()
    const rds = kept(new RDSClient(wire.client()))
    await expect(database.remove()).rejects.toThrow(
      'Cannot delete protected DB Instance, please disable deletion protection and try again.',
    )
    await rds.send(
      new ModifyDBInstanceCommand({DBInstanceIdentifier: database.id, DeletionProtection: false, ApplyImmediately: true}),
    )
    await expect(database.remove()).resolves.toBeUndefined()
  })

  it('a database deleted by a call leaves the snapshot that was asked for', async () => {
    const {id} = await primary({DeletionProtection: false})
    const rds = kept(new RDSClient(wire.client()))
    await expect(rds.send(new DeleteDBInstanceCommand({DBInstanceIdentifier: id}))).rejects.toThrow(
      'FinalDBSnapshotIdentifier is required',
    )
    await rds.send(new DeleteDBInstanceCommand({DBInstanceIdentifier: id, FinalDBSnapshotIdentifier: 'last-of-shop'}))
    expect((await rds.send(new DescribeDBInstancesCommand({}))).DBInstances).toMatchObject([{DBInstanceStatus: 'deleting'}])
    expect((await rds.send(new DescribeDBSnapshotsCommand({}))).DBSnapshots).toMatchObject([
      {DBSnapshotIdentifier: 'last-of-shop', DBInstanceIdentifier: id, Status: 'creating'},
    ])
  })

  it('a class is offered zone by zone', async () => {
    const zones = async (DBInstanceClass: string): Promise<unknown> =>
      (
        await kept(new RDSClient(wire.client())).send(
          new DescribeOrderableDBInstanceOptionsCommand({Engine: 'postgres', DBInstanceClass}),
        )
      ).OrderableDBInstanceOptions?.flatMap(({AvailabilityZones}) => AvailabilityZones?.map(({Name}) => Name))
    expect(await zones('db.m7g.large')).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c'])
    expect(await zones('db.m8g.large')).toEqual(['eu-west-1a', 'eu-west-1b'])
    expect(await zones('m7g')).toEqual([])
  })

  it('a replica in another Region names its source by ARN, and both ends tell of each other', async () => {
    const source = await primary()
    const group = await subnetGroup(RECOVERY)
    const {attributes} = await key(RECOVERY)
    const replica = await aResource(
      wire.world,
      'AWS::RDS::DBInstance',
      {
        DBInstanceIdentifier: 'shop-production',
        SourceDBInstanceIdentifier: source.attributes['DBInstanceArn'],
        SourceRegion: HOME,
        DBInstanceClass: 'db.m7g.large',
        KmsKeyId: attributes['Arn'],
        DBSubnetGroupName: group.id,
        Port: 5433,
      },
      {region: RECOVERY},
    )
    const [there] = (await kept(new RDSClient(wire.client(RECOVERY))).send(new DescribeDBInstancesCommand({}))).DBInstances ?? []
    const [here] = (await kept(new RDSClient(wire.client())).send(new DescribeDBInstancesCommand({}))).DBInstances ?? []
    expect(there).toMatchObject({
      Engine: 'postgres',
      EngineVersion: '17.6',
      ReadReplicaSourceDBInstanceIdentifier: here?.DBInstanceArn,
      BackupRetentionPeriod: 0,
    })
    expect(here?.ReadReplicaDBInstanceIdentifiers).toEqual([replica.attributes['DBInstanceArn']])
  })

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      'a replica without its source is refused',
      {SourceDBInstanceIdentifier: 'arn:aws:rds:eu-west-1:111122223333:db:nobody'},
      'not found',
    ],
    [
      'a database without master user is refused',
      {Engine: 'postgres', DBInstanceClass: 'db.m7g.large', AllocatedStorage: 20},
      'MasterUsername',
    ],
    ['a subnet group that is not there is refused', {DBSubnetGroupName: 'nobody'}, "DB subnet group 'nobody' does not exist."],
  ])('%s', async (_sentence, properties, message) => {
    await expect(aResource(wire.world, 'AWS::RDS::DBInstance', properties, {region: RECOVERY})).rejects.toThrow(message)
  })

  it('a password that RDS manages is none that a replica elsewhere could have', async () => {
    const source = await aResource(wire.world, 'AWS::RDS::DBInstance', {
      Engine: 'postgres',
      DBInstanceClass: 'db.m7g.large',
      AllocatedStorage: 20,
      MasterUsername: 'root',
      ManageMasterUserPassword: true,
    })
    await expect(
      aResource(
        wire.world,
        'AWS::RDS::DBInstance',
        {SourceDBInstanceIdentifier: source.attributes['DBInstanceArn']},
        {region: RECOVERY},
      ),
    ).rejects.toThrow(/managed by RDS in Secrets Manager/)
  })

  it('a replica whose source its template drops is being promoted, and never a replica again', async () => {
    const source = await primary()
    const {attributes} = await key(RECOVERY)
    const properties = {DBInstanceIdentifier: 'second', DBInstanceClass: 'db.m7g.large', KmsKeyId: attributes['Arn']}
    const asReplica = {...properties, SourceDBInstanceIdentifier: source.attributes['DBInstanceArn']}
    const replica = await aResource(wire.world, 'AWS::RDS::DBInstance', asReplica, {region: RECOVERY})
    await replica.update(properties)
    expect(await replica.stable()).toBe('the promotion')
    await expect(replica.update(asReplica)).rejects.toMatchObject({code: 'NotUpdatable'})
  })

  it("an encrypted source needs a key of the replica's own Region", async () => {
    const source = await primary()
    const {attributes} = await key(HOME)
    await expect(
      aResource(
        wire.world,
        'AWS::RDS::DBInstance',
        {SourceDBInstanceIdentifier: source.attributes['DBInstanceArn'], KmsKeyId: attributes['Arn']},
        {region: RECOVERY},
      ),
    ).rejects.toMatchObject({code: 'InvalidParameterCombination'})
  })

  it('a subnet group covers two zones, and stays while a database is in it', async () => {
    const {
      data: [first],
    } = await aNetwork(wire.world, 'us-east-1')
    await expect(
      aResource(wire.world, 'AWS::RDS::DBSubnetGroup', {SubnetIds: [first.id]}, {region: 'us-east-1'}),
    ).rejects.toMatchObject({code: 'DBSubnetGroupDoesNotCoverEnoughAZs'})
    await primary()
    const [group] = (await kept(new RDSClient(wire.client())).send(new DescribeDBSubnetGroupsCommand({}))).DBSubnetGroups ?? []
    expect(group).toMatchObject({
      SubnetGroupStatus: 'Complete',
      Subnets: [{SubnetAvailabilityZone: {Name: 'eu-west-1a'}}, {SubnetAvailabilityZone: {Name: 'eu-west-1b'}}],
    })
  })
})

describe('secrets', () => {
  const rule = {
    PasswordLength: 40,
    ExcludeCharacters: '"@/\\\'',
    SecretStringTemplate: '{"username":"app_owner"}',
    GenerateStringKey: 'password',
  }
  const valueIn = async (region: string): Promise<string> =>
    (await kept(new SecretsManagerClient(wire.client(region))).send(new GetSecretValueCommand({SecretId: 'shop/database'})))
      .SecretString ?? ''

  it('a generated secret has its length, every kind of character, and none that is excluded', async () => {
    await aResource(wire.world, 'AWS::SecretsManager::Secret', {Name: 'shop/database', GenerateSecretString: rule})
    const {username, password} = JSON.parse(await valueIn(HOME)) as {readonly username: string; readonly password: string}
    expect(username).toBe('app_owner')
    expect(password).toHaveLength(40)
    for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(password).toMatch(kind)
    expect(password).not.toMatch(/["@/\\']/)
  })

  it('a replica holds the same value under the same name in its own Region, and follows a change', async () => {
    const replicaKey = await key(RECOVERY)
    await aResource(wire.world, 'AWS::KMS::Alias', {AliasName: 'alias/shop-data', TargetKeyId: replicaKey.id}, {region: RECOVERY})
    const secret = await aResource(wire.world, 'AWS::SecretsManager::Secret', {
      Name: 'shop/database',
      GenerateSecretString: rule,
      ReplicaRegions: [{Region: RECOVERY, KmsKeyId: 'alias/shop-data'}],
    })
    expect(await valueIn(RECOVERY)).toBe(await valueIn(HOME))
    const home = kept(new SecretsManagerClient(wire.client()))
    expect((await home.send(new DescribeSecretCommand({SecretId: secret.id}))).ReplicationStatus).toMatchObject([
      {Region: RECOVERY, Status: 'InSync'},
    ])
    await home.send(new PutSecretValueCommand({SecretId: secret.id, SecretString: 'changed'}))
    expect(await valueIn(RECOVERY)).toBe('changed')
    await expect(
      kept(new SecretsManagerClient(wire.client(RECOVERY))).send(
        new PutSecretValueCommand({SecretId: 'shop/database', SecretString: 'x'}),
      ),
    ).rejects.toMatchObject({name: 'InvalidRequestException'})
    await secret.remove()
    await expect(valueIn(RECOVERY)).rejects.toMatchObject({name: 'ResourceNotFoundException'})
  })

  it('an update that leaves the rule alone leaves the value alone', async () => {
    const secret = await aResource(wire.world, 'AWS::SecretsManager::Secret', {Name: 'shop/database', GenerateSecretString: rule})
    const before = await valueIn(HOME)
    await secret.update({Name: 'shop/database', Description: 'the owner', GenerateSecretString: rule})
    expect(await valueIn(HOME)).toBe(before)
  })

  it('a key that is not in the other Region fails that replica and nothing else', async () => {
    const secret = await aResource(wire.world, 'AWS::SecretsManager::Secret', {
      Name: 'shop/database',
      GenerateSecretString: rule,
      ReplicaRegions: [{Region: RECOVERY, KmsKeyId: 'alias/nobody'}],
    })
    const {ReplicationStatus} = await kept(new SecretsManagerClient(wire.client())).send(
      new DescribeSecretCommand({SecretId: secret.id}),
    )
    expect(ReplicationStatus).toMatchObject([
      {Status: 'Failed', StatusMessage: expect.stringContaining('alias/nobody') as string},
    ])
  })

  it('a name is taken once', async () => {
    await aResource(wire.world, 'AWS::SecretsManager::Secret', {Name: 'shop/database', SecretString: 'a'})
    await expect(
      aResource(wire.world, 'AWS::SecretsManager::Secret', {Name: 'shop/database', SecretString: 'b'}),
    ).rejects.toMatchObject({code: 'ResourceExistsException'})
  })
})

describe('keys', () => {
  it('a key is found by id, ARN and alias, in its own Region', async () => {
    const {id, attributes} = await key(HOME)
    await aResource(wire.world, 'AWS::KMS::Alias', {AliasName: 'alias/shop', TargetKeyId: id})
    const kms = kept(new KMSClient(wire.client()))
    for (const KeyId of [id, String(attributes['Arn']), 'alias/shop'])
      expect((await kms.send(new DescribeKeyCommand({KeyId}))).KeyMetadata).toMatchObject({KeyId: id, KeyState: 'Enabled'})
    expect((await kms.send(new ListAliasesCommand({}))).Aliases).toMatchObject([{AliasName: 'alias/shop', TargetKeyId: id}])
    await expect(kept(new KMSClient(wire.client(RECOVERY))).send(new DescribeKeyCommand({KeyId: id}))).rejects.toMatchObject({
      name: 'NotFoundException',
    })
  })

  it('an alias is taken once', async () => {
    const {id} = await key(HOME)
    await aResource(wire.world, 'AWS::KMS::Alias', {AliasName: 'alias/shop', TargetKeyId: id})
    await expect(aResource(wire.world, 'AWS::KMS::Alias', {AliasName: 'alias/shop', TargetKeyId: id})).rejects.toMatchObject({
      code: 'AlreadyExistsException',
    })
  })
})

describe('caches', () => {
  const cache = {
    Engine: 'valkey',
    NumCacheClusters: '2',
    AutomaticFailoverEnabled: true,
    MultiAZEnabled: 'true',
    TransitEncryptionEnabled: true,
    AuthToken: 'a'.repeat(32),
  }

  it('a replication group has two nodes in two zones and one primary', async () => {
    const {
      data: [first, second],
    } = await aNetwork(wire.world)
    const group = await aResource(wire.world, 'AWS::ElastiCache::SubnetGroup', {
      Description: 'data',
      SubnetIds: [first.id, second.id],
    })
    const {id, attributes} = await aResource(wire.world, 'AWS::ElastiCache::ReplicationGroup', {
      ...cache,
      CacheSubnetGroupName: group.id,
    })
    const client = kept(new ElastiCacheClient(wire.client()))
    expect((await client.send(new DescribeReplicationGroupsCommand({ReplicationGroupId: id}))).ReplicationGroups).toMatchObject([
      {
        Status: 'available',
        AutomaticFailover: 'enabled',
        MultiAZ: 'enabled',
        TransitEncryptionEnabled: true,
        AuthTokenEnabled: true,
        NodeGroups: [
          {
            PrimaryEndpoint: {Address: attributes['PrimaryEndPoint.Address']},
            NodeGroupMembers: [{CurrentRole: 'primary'}, {CurrentRole: 'replica'}],
          },
        ],
      },
    ])
    const {CacheClusters} = await client.send(new DescribeCacheClustersCommand({}))
    expect(CacheClusters?.map(({PreferredAvailabilityZone}) => PreferredAvailabilityZone)).toEqual(['eu-west-1a', 'eu-west-1b'])
    await expect(group.remove()).rejects.toMatchObject({code: 'CacheSubnetGroupInUse'})
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a token without TLS is refused', {...cache, TransitEncryptionEnabled: false}],
    ['failover with one node is refused', {...cache, NumCacheClusters: 1}],
    ['a short token is refused', {...cache, AuthToken: 'short'}],
  ])('%s', async (_sentence, properties) => {
    await expect(aResource(wire.world, 'AWS::ElastiCache::ReplicationGroup', properties)).rejects.toMatchObject({
      code: expect.stringMatching(/^InvalidParameter/) as string,
    })
  })
})

describe('backups', () => {
  it('a plan is read back with its copies to the other vault, a selection with its tags', async () => {
    const vault = await aResource(wire.world, 'AWS::Backup::BackupVault', {
      BackupVaultName: 'shop',
      LockConfiguration: {MinRetentionDays: 1, MaxRetentionDays: '366'},
    })
    const plan = await aResource(wire.world, 'AWS::Backup::BackupPlan', {
      BackupPlan: {
        BackupPlanName: 'shop',
        BackupPlanRule: [
          {
            RuleName: 'daily',
            TargetBackupVault: vault.id,
            ScheduleExpression: 'cron(0 4 ? * * *)',
            StartWindowMinutes: '60',
            Lifecycle: {DeleteAfterDays: '35'},
            CopyActions: [
              {
                DestinationBackupVaultArn: 'arn:aws:backup:eu-central-1:111122223333:backup-vault:shop',
                Lifecycle: {DeleteAfterDays: 35},
              },
            ],
          },
        ],
      },
    })
    await aResource(wire.world, 'AWS::Backup::BackupSelection', {
      BackupPlanId: plan.id,
      BackupSelection: {
        SelectionName: 'tagged',
        IamRoleArn: 'arn:aws:iam::111122223333:role/backup',
        ListOfTags: [{ConditionType: 'STRINGEQUALS', ConditionKey: 'sluice:backup', ConditionValue: 'shop'}],
      },
    })
    await aResource(wire.world, 'AWS::Backup::RestoreTestingPlan', {
      RestoreTestingPlanName: 'shop',
      ScheduleExpression: 'cron(0 9 ? * SUN *)',
    })
    const client = kept(new BackupClient(wire.client()))
    expect((await client.send(new GetBackupPlanCommand({BackupPlanId: plan.id}))).BackupPlan?.Rules).toMatchObject([
      {
        TargetBackupVaultName: 'shop',
        StartWindowMinutes: 60,
        Lifecycle: {DeleteAfterDays: 35},
        CopyActions: [{Lifecycle: {DeleteAfterDays: 35}}],
      },
    ])
    const [selection] = (await client.send(new ListBackupSelectionsCommand({BackupPlanId: plan.id}))).BackupSelectionsList ?? []
    expect(
      (await client.send(new GetBackupSelectionCommand({BackupPlanId: plan.id, SelectionId: selection?.SelectionId})))
        .BackupSelection?.ListOfTags,
    ).toMatchObject([{ConditionValue: 'shop'}])
    expect(await client.send(new DescribeBackupVaultCommand({BackupVaultName: 'shop'}))).toMatchObject({
      Locked: true,
      MaxRetentionDays: 366,
      NumberOfRecoveryPoints: 0,
    })
    expect((await client.send(new ListRestoreTestingPlansCommand({}))).RestoreTestingPlans).toMatchObject([
      {RestoreTestingPlanName: 'shop'},
    ])
    await expect(plan.remove()).rejects.toThrow('Related backup plan selections must be deleted prior to backup plan deletion')
  })

  it('a vault with a recovery point in it stays', async () => {
    const vault = await aResource(wire.world, 'AWS::Backup::BackupVault', {BackupVaultName: 'shop'})
    wire.world.records.put({
      region: HOME,
      type: 'AWS::Backup::RecoveryPoint',
      id: 'arn:aws:rds:x',
      properties: {BackupVaultName: 'shop'},
      attributes: {},
      tags: {},
      status: 'available',
      createdAt: 0,
      stack: null,
    })
    await expect(vault.remove()).rejects.toThrow('Backup vault cannot be deleted because it contains recovery points.')
  })

  it('a plan into a vault that is not there is refused', async () => {
    await expect(
      aResource(wire.world, 'AWS::Backup::BackupPlan', {BackupPlan: {BackupPlanRule: [{TargetBackupVault: 'nobody'}]}}),
    ).rejects.toMatchObject({code: 'ResourceNotFoundException'})
  })
})
