import type * as R from '@aws-sdk/client-rds'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {aPair, AWAY, HOME, NAME} from './a-pair.ts'
import type {Pair} from './a-pair.ts'
import {aResource} from './a-resource.ts'

let pair: Pair
beforeEach(async () => {
  pair = await aPair()
})
afterEach(async () => {
  await pair.close()
})

const count = (id: number) => ({what: 'count', id}) as const
const promote = async (more: object = {BackupRetentionPeriod: 14}): Promise<void> => {
  await pair.rds('PromoteReadReplica', {DBInstanceIdentifier: NAME, ...more}, AWAY)
}
const ids = (region: string): number[] => pair.databases.rows(region, NAME).map(({id}) => id)

describe('rows', () => {
  it('the primary takes them and tells its newest heartbeat; it is writable and drained', async () => {
    const task = pair.home.task()
    await pair.live(5, task)
    expect(pair.tell(task, count(1))).toEqual({status: 200, id: 1, region: HOME})
    expect(pair.tell(task, {what: 'ready-write'})).toMatchObject({status: 200, committed: true})
    expect(pair.tell(task, {what: 'counter'})).toEqual({status: 200, count: 1, last: 1})
    expect(pair.tell(task, {what: 'heartbeat'})).toEqual({
      status: 200,
      region: HOME,
      writable: true,
      drained: true,
      last: {seq: 5, at: pair.world.clock.now(), region: HOME},
    })
  })

  it('one heartbeat a second is written, however many tasks there are', async () => {
    const [one, other] = [pair.home.task(), pair.home.task()]
    for (let second = 0; second < 3; second += 1) {
      await pair.leap(1)
      for (const task of [one, other]) pair.beat(task)
    }
    expect(pair.tell(one, {what: 'heartbeat'})).toMatchObject({last: {seq: 3}})
  })

  it('a replica has them a moment later, says that it is none to write to, and is drained once the writing stops', async () => {
    const [task, reader] = [pair.home.task(), pair.away.task()]
    await pair.live(10, task)
    pair.ask(task, count(7))
    expect(ids(AWAY)).toEqual([])
    expect(pair.tell(reader, {what: 'ready-write'})).toEqual({status: 503, committed: false, because: 'read-only'})
    await pair.leap(3)
    expect(ids(AWAY)).toEqual([7])
    expect(pair.tell(reader, {what: 'heartbeat'})).toMatchObject({
      status: 200,
      region: AWAY,
      writable: false,
      drained: true,
      last: {seq: 10, region: HOME},
    })
  })

  it('lag that was switched on is lag of the rows', async () => {
    pair.world.setFault({kind: 'replica-lag', target: NAME, seconds: 30})
    const [task, reader] = [pair.home.task(), pair.away.task()]
    await pair.live(60, task)
    const {last} = pair.tell(reader, {what: 'heartbeat'}) as {last: {seq: number}}
    expect(last.seq).toBeGreaterThanOrEqual(27)
    expect(last.seq).toBeLessThanOrEqual(30)
  })

  it('what had not arrived when its Region went down is lost to the replica, and arrives when the Region returns', async () => {
    const [task, reader] = [pair.home.task(), pair.away.task()]
    await pair.live(10, task)
    const fault = pair.world.setFault({kind: 'region-down', region: HOME})
    await pair.live(20, task)
    pair.ask(task, count(1))
    const cut = pair.tell(reader, {what: 'heartbeat'}) as {last: {seq: number}; drained: boolean}
    expect(cut.last.seq).toBeLessThanOrEqual(10)
    expect(cut.drained).toBe(true)
    pair.world.clearFault(fault.id)
    await pair.leap(5)
    expect(ids(AWAY)).toEqual([1])
  })

  it('what arrived before its Region went down counts to the moment, however late somebody looks', async () => {
    const task = pair.home.task()
    await pair.live(5, task)
    pair.ask(task, count(1))
    // The clock leaps past the cut without a tick between.
    await pair.leap(0.9)
    pair.world.setFault({kind: 'region-down', region: HOME})
    await pair.leap(600)
    expect(pair.tell(pair.away.task(), {what: 'heartbeat'})).toMatchObject({
      drained: true,
      last: {seq: expect.any(Number) as number},
    })
    const {last} = pair.tell(pair.away.task(), {what: 'heartbeat'}) as {last: {seq: number}}
    expect(last.seq).toBeGreaterThanOrEqual(4)
  })

  it('rows after a moment are listed for a one-shot task, heartbeats and probes left out', async () => {
    const task = pair.home.task()
    await pair.live(2, task)
    pair.ask(task, count(1))
    await pair.leap(10)
    const since = pair.world.clock.now()
    await pair.live(2, task)
    pair.ask(task, count(2))
    pair.ask(task, {what: 'ready-write'})
    const {status, body} = pair.ask(task, {what: 'writes-after', at: since})
    expect(status).toBe(200)
    expect(body.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      {id: 2, at: pair.world.clock.now()},
      {done: true, rows: 1},
    ])
  })
})

describe('getting in', () => {
  it('without a database of its own a task can read and write nothing', () => {
    expect(pair.tell({region: HOME, securityGroups: [], databaseHost: null}, {what: 'heartbeat'})).toMatchObject({status: 503})
  })

  it('from another Region nobody does', () => {
    const elsewhere = {...pair.away.task(), databaseHost: pair.home.task().databaseHost}
    expect(pair.tell(elsewhere, {what: 'ready-write'})).toEqual({status: 503, committed: false, because: 'unreachable'})
  })

  it('once its ingress is closed no new session begins, and one that stands goes on until its task ends or the database restarts', async () => {
    const [task, late] = [pair.home.task(), pair.home.task()]
    expect(pair.tell(task, count(1))).toMatchObject({status: 200})
    const rules = {
      GroupId: pair.home.databaseGroup,
      IpPermissions: [{IpProtocol: 'tcp', FromPort: 5433, ToPort: 5433, UserIdGroupPairs: [{GroupId: pair.home.tasksGroup}]}],
    }
    await pair.world.invoke('ec2', 'RevokeSecurityGroupIngress', rules, HOME)
    expect(pair.tell(late, count(2))).toMatchObject({status: 503, because: 'unreachable'})
    expect(pair.tell(task, count(3))).toMatchObject({status: 200})
    await pair.rds('RebootDBInstance', {DBInstanceIdentifier: NAME})
    await pair.leap(70)
    expect(pair.tell(task, count(4))).toMatchObject({status: 503, because: 'unreachable'})
    await pair.world.invoke('ec2', 'AuthorizeSecurityGroupIngress', rules, HOME)
    expect(pair.tell(task, count(5))).toMatchObject({status: 200})
    await expect(pair.world.invoke('ec2', 'AuthorizeSecurityGroupIngress', rules, HOME)).rejects.toMatchObject({
      code: 'InvalidPermission.Duplicate',
    })
  })

  it('the way out is a rule too: tasks whose egress is closed reach no database', async () => {
    const {tasksGroup: GroupId} = pair.home
    await pair.world.invoke(
      'ec2',
      'AuthorizeSecurityGroupEgress',
      {GroupId, IpPermissions: [{IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{CidrIp: '0.0.0.0/0'}]}]},
      HOME,
    )
    await pair.world.invoke(
      'ec2',
      'RevokeSecurityGroupEgress',
      {GroupId, IpPermissions: [{IpProtocol: '-1', IpRanges: [{CidrIp: '0.0.0.0/0'}]}]},
      HOME,
    )
    expect(pair.tell(pair.home.task(), count(1))).toMatchObject({status: 503, because: 'unreachable'})
  })
})

describe('promotion', () => {
  it('is accepted while the status still reads available, restarts the instance, and then it is a primary with the backups that were asked for', async () => {
    const [task, reader] = [pair.home.task(), pair.away.task()]
    await pair.live(10, task)
    await promote({BackupRetentionPeriod: 14, PreferredBackupWindow: '01:00-02:00'})
    expect(await pair.instance(AWAY)).toMatchObject({
      DBInstanceStatus: 'available',
      ReadReplicaSourceDBInstanceIdentifier: expect.any(String) as string,
    })
    await pair.leap(25)
    expect(await pair.instance(AWAY)).toMatchObject({DBInstanceStatus: 'available', StatusInfos: [{Status: 'replicating'}]})
    await pair.leap(40)
    expect(await pair.instance(AWAY)).toMatchObject({DBInstanceStatus: 'modifying'})
    expect(pair.tell(reader, {what: 'ready-write'})).toMatchObject({because: 'read-only'})
    await pair.leap(150)
    expect(await pair.instance(AWAY)).toMatchObject({DBInstanceStatus: 'rebooting'})
    expect(pair.tell(reader, {what: 'ready-write'})).toMatchObject({because: 'unreachable'})
    await pair.leap(45)
    const after = await pair.instance(AWAY)
    expect(after).toMatchObject({
      DBInstanceStatus: 'available',
      BackupRetentionPeriod: 14,
      PreferredBackupWindow: '01:00-02:00',
      PendingModifiedValues: {},
      AllocatedStorage: 100,
      StorageEncrypted: true,
      Endpoint: {Address: reader.databaseHost},
    })
    expect(after.ReadReplicaSourceDBInstanceIdentifier).toBeUndefined()
    expect(after.StatusInfos).toBeUndefined()
    expect(pair.tell(reader, {what: 'ready-write'})).toMatchObject({status: 200, committed: true})
    expect((await pair.instance(HOME)).ReadReplicaDBInstanceIdentifiers).toEqual([])
    expect(await pair.events(AWAY)).toContain('Promoted Read Replica instance to stand-alone database instance')
  })

  it('keeps one day of backups when none are asked for', async () => {
    await promote({})
    await pair.leap(300)
    expect(await pair.instance(AWAY)).toMatchObject({BackupRetentionPeriod: 1})
  })

  it('splits the history: each side goes on with its own rows', async () => {
    const [task, reader] = [pair.home.task(), pair.away.task()]
    pair.ask(task, count(1))
    await pair.live(5, task)
    pair.world.setFault({kind: 'region-down', region: HOME})
    pair.ask(task, count(2))
    await promote()
    await pair.live(300, task)
    pair.ask(task, count(3))
    pair.ask(reader, count(4))
    expect([ids(HOME), ids(AWAY)]).toEqual([
      [1, 2, 3],
      [1, 4],
    ])
  })

  it.each<[string, () => Promise<void>, string, RegExp]>([
    ['of what is no replica', async () => {}, HOME, /InvalidDBInstanceState: .*not a read replica/],
    ['of a replica that is being promoted', promote, AWAY, /InvalidDBInstanceState/],
    [
      'of a replica that was promoted',
      async () => {
        await promote()
        await pair.leap(300)
      },
      AWAY,
      /InvalidDBInstanceState: .*not a read replica/,
    ],
    [
      'of a replica that is being backed up',
      async () => {
        await pair.rds('CreateDBSnapshot', {DBInstanceIdentifier: NAME, DBSnapshotIdentifier: 'now'}, AWAY)
      },
      AWAY,
      /InvalidDBInstanceState: .*backing-up/,
    ],
    [
      'while the fault says that it is being backed up',
      async () => {
        pair.world.setFault({kind: 'backing-up', target: NAME, region: AWAY})
      },
      AWAY,
      /InvalidDBInstanceState: .*backing-up/,
    ],
  ])('is refused %s', async (_sentence, before, region, message) => {
    await before()
    expect(await pair.refusal('PromoteReadReplica', {DBInstanceIdentifier: NAME}, region)).toMatch(message)
  })
})

describe('a replica', () => {
  it.each(['error', 'terminated', 'stopped'] as const)('says %s when that is so, and receives nothing more', async (message) => {
    const task = pair.home.task()
    await pair.live(5, task)
    pair.world.setFault({kind: 'replica-state', target: NAME, message})
    pair.ask(task, count(1))
    await pair.leap(30)
    expect((await pair.instance(AWAY)).StatusInfos).toMatchObject([
      {StatusType: 'read replication', Status: message, Normal: false},
    ])
    expect(ids(AWAY)).toEqual([])
  })

  it('whose source was deleted is terminated and keeps what it has', async () => {
    const task = pair.home.task()
    pair.ask(task, count(1))
    await pair.leap(5)
    await pair.rds('DeleteDBInstance', {DBInstanceIdentifier: NAME, SkipFinalSnapshot: true})
    await pair.leap(300)
    expect((await pair.instance(AWAY)).StatusInfos).toMatchObject([{Status: 'terminated'}])
    expect(ids(AWAY)).toEqual([1])
  })

  it('takes no backups of its own before it is promoted', async () => {
    expect(await pair.refusal('ModifyDBInstance', {DBInstanceIdentifier: NAME, BackupRetentionPeriod: 7}, AWAY)).toContain(
      'DB Backups not supported on a read replica for engine postgres',
    )
  })

  const create = (more: object) => ({
    DBInstanceIdentifier: 'again',
    SourceDBInstanceIdentifier: pair.home.database.attributes['DBInstanceArn'],
    KmsKeyId: pair.away.key,
    DBSubnetGroupName: pair.away.subnets,
    ...more,
  })

  it('that a call makes is there after its time with the rows of its source', async () => {
    pair.ask(pair.home.task(), count(1))
    await pair.rds(
      'CreateDBInstanceReadReplica',
      create({
        VpcSecurityGroupIds: [pair.away.databaseGroup],
        DBParameterGroupName: pair.away.parameters,
        Tags: [{Key: 'a', Value: 'b'}],
      }),
      AWAY,
    )
    expect((await pair.instance(AWAY, 'again')).DBInstanceStatus).toBe('creating')
    await pair.leap(640)
    expect(await pair.instance(AWAY, 'again')).toMatchObject({
      DBInstanceStatus: 'available',
      Engine: 'postgres',
      EngineVersion: '17.6',
      BackupRetentionPeriod: 0,
      Endpoint: {Port: 5433},
      StorageEncrypted: true,
      ReadReplicaSourceDBInstanceIdentifier: pair.home.database.attributes['DBInstanceArn'],
      DBParameterGroups: [{DBParameterGroupName: pair.away.parameters}],
      TagList: [{Key: 'a', Value: 'b'}],
    })
    expect(pair.databases.rows(AWAY, 'again')).toHaveLength(1)
  })

  it('that a call makes without naming groups has the defaults of its Region, which let nobody in', async () => {
    await pair.rds('CreateDBInstanceReadReplica', create({}), AWAY)
    await pair.leap(640)
    const made = await pair.instance(AWAY, 'again')
    expect(made.DBParameterGroups).toMatchObject([{DBParameterGroupName: 'default.postgres17'}])
    expect(made.VpcSecurityGroups?.[0]?.VpcSecurityGroupId).not.toBe(pair.away.databaseGroup)
    expect(pair.tell({...pair.away.task(), databaseHost: made.Endpoint?.Address ?? null}, {what: 'heartbeat'})).toMatchObject({
      status: 503,
    })
  })

  it.each<[string, () => object, RegExp]>([
    ['under a name that is taken', () => create({DBInstanceIdentifier: NAME}), /DBInstanceAlreadyExists/],
    ['without a key of its Region', () => create({KmsKeyId: pair.home.key}), /InvalidParameterCombination/],
    [
      'of a source that is not there',
      () => create({SourceDBInstanceIdentifier: `arn:aws:rds:${HOME}:111122223333:db:nobody`}),
      /DBInstanceNotFound/,
    ],
    ['in a group that is not there', () => create({DBParameterGroupName: 'nobody'}), /DBParameterGroupNotFound/],
  ])('is not made %s', async (_sentence, input, message) => {
    expect(await pair.refusal('CreateDBInstanceReadReplica', input(), AWAY)).toMatch(message)
  })

  it('is not made of a source in a Region that is down', async () => {
    pair.world.setFault({kind: 'region-down', region: HOME})
    expect(await pair.refusal('CreateDBInstanceReadReplica', create({}), AWAY)).toMatch(/InternalFailure/)
  })
})

describe('in a stack', () => {
  it('a replica that a call has promoted is not promoted by its template a second time', async () => {
    const {SourceDBInstanceIdentifier: _source, ...alone} = pair.replicaProperties
    await promote()
    await pair.leap(300)
    await expect(pair.away.database.update(alone)).rejects.toMatchObject({code: 'ResourceConflict'})
  })

  it('an update that says nothing of backups leaves those of a promotion alone', async () => {
    await promote()
    await pair.leap(300)
    await pair.away.database.update({...pair.replicaProperties, DBInstanceClass: 'db.m7g.xlarge'})
    expect(await pair.instance(AWAY)).toMatchObject({DBInstanceClass: 'db.m7g.xlarge', BackupRetentionPeriod: 14})
    expect((await pair.instance(AWAY)).ReadReplicaSourceDBInstanceIdentifier).toBeUndefined()
  })

  it('what a promotion by a call has changed is no drift, a class that a call has changed is', async () => {
    await promote()
    await pair.leap(300)
    expect(await pair.away.database.read()).toMatchObject({...pair.replicaProperties, Port: '5433'})
    await pair.rds(
      'ModifyDBInstance',
      {DBInstanceIdentifier: NAME, DBInstanceClass: 'db.m7g.xlarge', ApplyImmediately: true},
      AWAY,
    )
    await pair.leap(800)
    expect(await pair.away.database.read()).toMatchObject({DBInstanceClass: 'db.m7g.xlarge'})
  })

  it('a template that drops the source promotes with its own retention, in the time that takes', async () => {
    const {SourceDBInstanceIdentifier: _source, ...alone} = pair.replicaProperties
    await pair.away.database.update({...alone, BackupRetentionPeriod: 7})
    expect(await pair.away.database.stable()).toBe('the promotion')
    await pair.leap(300)
    expect(await pair.away.database.stable()).toBeNull()
    expect(await pair.instance(AWAY)).toMatchObject({BackupRetentionPeriod: 7})
  })
})

describe('changes', () => {
  const modify = async (more: object): Promise<void> => {
    await pair.rds('ModifyDBInstance', {DBInstanceIdentifier: NAME, ApplyImmediately: true, ...more})
  }

  it('a class is pending while the instance is modified, and costs an outage of about a minute', async () => {
    const task = pair.home.task()
    await modify({DBInstanceClass: 'db.m7g.xlarge'})
    expect(await pair.instance(HOME)).toMatchObject({
      DBInstanceStatus: 'modifying',
      DBInstanceClass: 'db.m7g.large',
      PendingModifiedValues: {DBInstanceClass: 'db.m7g.xlarge'},
    })
    expect(pair.tell(task, count(1))).toMatchObject({status: 200})
    await pair.leap(460)
    expect(pair.tell(task, count(2))).toMatchObject({because: 'unreachable'})
    await pair.leap(300)
    expect(await pair.instance(HOME)).toMatchObject({
      DBInstanceStatus: 'available',
      DBInstanceClass: 'db.m7g.xlarge',
      PendingModifiedValues: {},
    })
    expect(await pair.events(HOME)).toContain('Finished applying modification to DB instance class')
  })

  it('waits for the maintenance window unless it is to be applied at once', async () => {
    await modify({DBInstanceClass: 'db.m7g.xlarge', ApplyImmediately: false})
    await pair.leap(3600)
    expect(await pair.instance(HOME)).toMatchObject({
      DBInstanceStatus: 'available',
      DBInstanceClass: 'db.m7g.large',
      PendingModifiedValues: {DBInstanceClass: 'db.m7g.xlarge'},
    })
  })

  it('a class that is not to be had is refused, and not offered', async () => {
    pair.world.setFault({kind: 'no-database-capacity', target: 'db.m7g.xlarge'})
    expect(
      await pair.refusal('ModifyDBInstance', {
        DBInstanceIdentifier: NAME,
        DBInstanceClass: 'db.m7g.xlarge',
        ApplyImmediately: true,
      }),
    ).toMatch(/InsufficientDBInstanceCapacity/)
    const offered = await pair.rds<R.OrderableDBInstanceOptionsMessage>('DescribeOrderableDBInstanceOptions', {
      Engine: 'postgres',
      DBInstanceClass: 'db.m7g.xlarge',
    })
    expect(offered.OrderableDBInstanceOptions).toEqual([])
  })

  it('a class that turns out not to be had is told in an event alone', async () => {
    pair.world.setFault({kind: 'no-database-capacity', target: 'db.m7g.xlarge', message: 'event'})
    await modify({DBInstanceClass: 'db.m7g.xlarge'})
    await pair.leap(120)
    expect(await pair.instance(HOME)).toMatchObject({
      DBInstanceStatus: 'available',
      DBInstanceClass: 'db.m7g.large',
      PendingModifiedValues: {},
    })
    expect((await pair.events(HOME)).at(-1)).toMatch(/Unable to modify database instance class/)
  })

  it('a second zone costs no outage', async () => {
    await modify({MultiAZ: false})
    expect((await pair.instance(HOME)).PendingModifiedValues).toEqual({MultiAZ: false})
    await pair.leap(1000)
    expect((await pair.instance(HOME)).MultiAZ).toBe(false)
  })

  it('another parameter group is in force only after a restart', async () => {
    await modify({DBParameterGroupName: 'default.postgres17'})
    await pair.leap(30)
    expect(await pair.instance(HOME)).toMatchObject({
      DBInstanceStatus: 'available',
      DBParameterGroups: [{DBParameterGroupName: 'default.postgres17', ParameterApplyStatus: 'pending-reboot'}],
    })
    await pair.rds('RebootDBInstance', {DBInstanceIdentifier: NAME})
    expect((await pair.instance(HOME)).DBInstanceStatus).toBe('rebooting')
    await pair.leap(70)
    expect(await pair.instance(HOME)).toMatchObject({
      DBInstanceStatus: 'available',
      DBParameterGroups: [{ParameterApplyStatus: 'in-sync'}],
    })
  })

  it('a second change while the first is under way is refused', async () => {
    await modify({DBInstanceClass: 'db.m7g.xlarge'})
    expect(await pair.refusal('ModifyDBInstance', {DBInstanceIdentifier: NAME, MultiAZ: false, ApplyImmediately: true})).toMatch(
      /InvalidDBInstanceState: .*modifying/,
    )
  })

  it('a new name is a new address; the old one is free, rows and replicas stay', async () => {
    pair.ask(pair.home.task(), count(1))
    await pair.leap(5)
    await modify({NewDBInstanceIdentifier: `${NAME}-fenced-1`})
    expect((await pair.instance(HOME)).DBInstanceStatus).toBe('renaming')
    await pair.leap(70)
    expect(await pair.refusal('DescribeDBInstances', {DBInstanceIdentifier: NAME})).toMatch(/DBInstanceNotFound/)
    const renamed = await pair.instance(HOME, `${NAME}-fenced-1`)
    expect(renamed.Endpoint?.Address).toMatch(new RegExp(`^${NAME}-fenced-1\\.`))
    expect(renamed.DbiResourceId).toBe(pair.home.database.attributes['DbiResourceId'])
    expect(pair.databases.rows(HOME, `${NAME}-fenced-1`)).toHaveLength(1)
    expect((await pair.instance(AWAY)).ReadReplicaSourceDBInstanceIdentifier).toBe(renamed.DBInstanceArn)
    expect(pair.tell(pair.home.task(), count(2))).toMatchObject({because: 'unreachable'})
  })

  it('a name that is taken is refused', async () => {
    expect(
      await pair.refusal('ModifyDBInstance', {DBInstanceIdentifier: NAME, NewDBInstanceIdentifier: NAME, ApplyImmediately: true}),
    ).toMatch(/DBInstanceAlreadyExists/)
  })

  it('tags come and go', async () => {
    const arn = pair.home.database.attributes['DBInstanceArn']
    await pair.rds('AddTagsToResource', {ResourceName: arn, Tags: [{Key: 'one', Value: '1'}]})
    await pair.rds('RemoveTagsFromResource', {ResourceName: arn, TagKeys: ['sluice:backup']})
    expect((await pair.instance(HOME)).TagList).toEqual([{Key: 'one', Value: '1'}])
  })
})

describe('snapshots', () => {
  const snapshot = async (name: string, region = HOME): Promise<void> => {
    await pair.rds('CreateDBSnapshot', {DBInstanceIdentifier: NAME, DBSnapshotIdentifier: name}, region)
  }
  const restore = (more: object = {}) => ({
    DBInstanceIdentifier: 'copy',
    DBSnapshotIdentifier: 'one',
    DBSubnetGroupName: pair.home.subnets,
    VpcSecurityGroupIds: [pair.home.databaseGroup],
    Port: 5433,
    ...more,
  })

  it('take their time, and the instance is backing up meanwhile', async () => {
    await snapshot('one')
    expect((await pair.instance(HOME)).DBInstanceStatus).toBe('backing-up')
    expect(await pair.refusal('ModifyDBInstance', {DBInstanceIdentifier: NAME, MultiAZ: false})).toMatch(/backing-up/)
    await pair.leap(130)
    expect((await pair.instance(HOME)).DBInstanceStatus).toBe('available')
    const {DBSnapshots} = await pair.rds<R.DBSnapshotMessage>('DescribeDBSnapshots', {
      DBInstanceIdentifier: NAME,
      SnapshotType: 'manual',
    })
    expect(DBSnapshots).toMatchObject([
      {DBSnapshotIdentifier: 'one', Status: 'available', EngineVersion: '17.6', SnapshotType: 'manual'},
    ])
  })

  it('hold what was committed when they began, and an instance that is restored goes on from there by itself', async () => {
    const task = pair.home.task()
    pair.ask(task, count(1))
    await snapshot('one')
    pair.ask(task, count(2))
    await pair.leap(130)
    await pair.rds('RestoreDBInstanceFromDBSnapshot', restore())
    expect((await pair.instance(HOME, 'copy')).DBInstanceStatus).toBe('creating')
    await pair.leap(510)
    const copy = await pair.instance(HOME, 'copy')
    expect(copy).toMatchObject({
      DBInstanceStatus: 'available',
      Engine: 'postgres',
      EngineVersion: '17.6',
      AllocatedStorage: 100,
      DBInstanceClass: 'db.m7g.large',
    })
    const other = {...pair.home.task(), databaseHost: copy.Endpoint?.Address ?? null}
    expect(pair.tell(other, count(3))).toMatchObject({status: 200})
    expect(pair.databases.rows(HOME, 'copy').map(({id}) => id)).toEqual([1, 3])
    expect(ids(HOME)).toEqual([1, 2])
  })

  it('are restored by a template too', async () => {
    pair.ask(pair.home.task(), count(1))
    await snapshot('one')
    await pair.leap(130)
    await aResource(pair.world, 'AWS::RDS::DBInstance', {
      DBInstanceIdentifier: 'copy',
      DBSnapshotIdentifier: 'one',
      DBInstanceClass: 'db.m7g.large',
      DBSubnetGroupName: pair.home.subnets,
    })
    expect(pair.databases.rows(HOME, 'copy')).toHaveLength(1)
  })

  it.each<[string, () => object, RegExp]>([
    ['one that is not there', () => restore({DBSnapshotIdentifier: 'nobody'}), /DBSnapshotNotFound/],
    ['one that is not complete', () => restore(), /InvalidDBSnapshotState/],
  ])('are not restored from %s', async (_sentence, input, message) => {
    await snapshot('one')
    expect(await pair.refusal('RestoreDBInstanceFromDBSnapshot', input())).toMatch(message)
  })
})

describe('the lag that CloudWatch tells', () => {
  const lag = (): number[] =>
    [
      ...(pair.world.metrics
        .find({region: AWAY, namespace: 'AWS/RDS', metric: 'ReplicaLag', dimensions: {DBInstanceIdentifier: NAME}})
        ?.minutes.values() ?? []),
    ].map(({sum}) => sum)

  it('is small while rows come', async () => {
    await pair.live(130, pair.home.task())
    expect(lag()).toHaveLength(2)
    expect(Math.max(...lag())).toBeLessThan(5)
  })

  it('is a phantom of at most five minutes while nobody writes', async () => {
    await pair.leap(1200)
    expect(Math.max(...lag())).toBeGreaterThan(100)
    expect(Math.max(...lag())).toBeLessThanOrEqual(301)
  })

  it('rises a second every second once the source is dead', async () => {
    await pair.live(60, pair.home.task())
    pair.world.setFault({kind: 'region-down', region: HOME})
    await pair.leap(600)
    expect(lag().at(-1)).toBeGreaterThan(590)
  })

  it.each<[string, 'minus-one' | 'none' | 'stale', (values: readonly number[]) => boolean]>([
    ['−1', 'minus-one', (values) => values.at(-1) === -1],
    ['nothing at all', 'none', (values) => values.length === 0],
    ['nothing new', 'stale', (values) => values.length === 2],
  ])('is %s when the fault says so', async (_sentence, message, holds) => {
    await pair.live(130, pair.home.task())
    pair.world.setFault({kind: 'lag-metric', target: NAME, message})
    await pair.leap(180)
    expect(lag()).toSatisfy(holds)
  })
})

describe('a replica of MySQL', () => {
  it('lags by −1, which is not 0, while nothing is replicated', async () => {
    await pair.close()
    pair = await aPair({engine: 'mysql'})
    await pair.live(60, pair.home.task())
    pair.world.setFault({kind: 'replica-state', target: NAME, message: 'error'})
    await pair.leap(120)
    const {minutes} = pair.world.metrics.find({
      region: AWAY,
      namespace: 'AWS/RDS',
      metric: 'ReplicaLag',
      dimensions: {DBInstanceIdentifier: NAME},
    }) ?? {minutes: new Map()}
    expect([...minutes.values()].at(-1)).toMatchObject({max: -1})
  })
})
