import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {DeleteDBInstanceCommand, DescribeDBInstancesCommand, ModifyDBInstanceCommand, RDSClient} from '@aws-sdk/client-rds'
import {DeleteBucketCommand, S3Client} from '@aws-sdk/client-s3'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {teardown} from '../../../src/infra/aws/teardown.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {aSession, arns, awsError} from './a-session.ts'

const rds = mockClient(RDSClient)
const elb = mockClient(ElasticLoadBalancingV2Client)
const s3 = mockClient(S3Client)
beforeEach(() => [rds, elb, s3].forEach((mock) => mock.reset()))
const port = teardown(aSession())
const database = {kind: 'database', region: 'eu-west-1', id: 'shop-db'} as const
const balancer = {kind: 'load-balancer', region: 'eu-west-1', id: arns.loadBalancer} as const

test("a database is protected or not, or isn't there", async () => {
  rds
    .on(DescribeDBInstancesCommand)
    .resolvesOnce({DBInstances: [{DeletionProtection: true}]})
    .resolvesOnce({DBInstances: [{DeletionProtection: false}]})
    .rejectsOnce(awsError('DBInstanceNotFoundFault', 404))
  expect([
    await port.deletionProtection(database),
    await port.deletionProtection(database),
    await port.deletionProtection(database),
  ]).toEqual(['on', 'off', null])
})

test('so is a load balancer', async () => {
  const protection = (Value: string) => ({
    Attributes: [
      {Key: 'idle_timeout.timeout_seconds', Value: '60'},
      {Key: 'deletion_protection.enabled', Value},
    ],
  })
  elb
    .on(DescribeLoadBalancerAttributesCommand)
    .resolvesOnce(protection('true'))
    .resolvesOnce(protection('false'))
    .rejectsOnce(awsError('LoadBalancerNotFoundException'))
  expect([
    await port.deletionProtection(balancer),
    await port.deletionProtection(balancer),
    await port.deletionProtection(balancer),
  ]).toEqual(['on', 'off', null])
})

test('protection is lifted at once, and of nothing else', async () => {
  rds.on(ModifyDBInstanceCommand).resolves({})
  elb.on(ModifyLoadBalancerAttributesCommand).resolves({})
  await port.liftDeletionProtection(database)
  await port.liftDeletionProtection(balancer)
  expect(rds.commandCalls(ModifyDBInstanceCommand)[0]?.args[0].input).toEqual({
    DBInstanceIdentifier: 'shop-db',
    DeletionProtection: false,
    ApplyImmediately: true,
  })
  expect(elb.commandCalls(ModifyLoadBalancerAttributesCommand)[0]?.args[0].input).toEqual({
    LoadBalancerArn: arns.loadBalancer,
    Attributes: [{Key: 'deletion_protection.enabled', Value: 'false'}],
  })
})

test("a primary goes with a final snapshot and keeps its automated backups; a replica can't have one", async () => {
  rds.on(DeleteDBInstanceCommand).resolves({})
  await port.removeDatabase('eu-west-1', 'shop-db', 'shop-db-final')
  await port.removeDatabase('eu-central-1', 'shop-replica', null)
  expect(rds.commandCalls(DeleteDBInstanceCommand).map(({args}) => args[0].input)).toEqual([
    {
      DBInstanceIdentifier: 'shop-db',
      SkipFinalSnapshot: false,
      FinalDBSnapshotIdentifier: 'shop-db-final',
      DeleteAutomatedBackups: false,
    },
    {DBInstanceIdentifier: 'shop-replica', SkipFinalSnapshot: true},
  ])
})

test('a database says what it is a replica of', async () => {
  rds
    .on(DescribeDBInstancesCommand)
    .resolvesOnce({DBInstances: [{DBInstanceStatus: 'available'}]})
    .resolvesOnce({DBInstances: [{DBInstanceStatus: 'available', ReadReplicaSourceDBInstanceIdentifier: 'arn:primary'}]})
  expect([await port.database('eu-west-1', 'shop-db'), await port.database('eu-central-1', 'shop-replica')]).toEqual([
    {status: 'available', replicaOf: null},
    {status: 'available', replicaOf: 'arn:primary'},
  ])
})

test('what is gone already is removed; a bucket that was written to again is looked at again later', async () => {
  rds.on(DeleteDBInstanceCommand).rejects(awsError('DBInstanceNotFoundFault', 404))
  s3.on(DeleteBucketCommand).rejectsOnce(awsError('NoSuchBucket', 404)).rejectsOnce(awsError('BucketNotEmpty', 409))
  await port.removeDatabase('eu-west-1', 'shop-db', 'x')
  await port.removeBucket('eu-west-1', 'b')
  await expect(port.removeBucket('eu-west-1', 'b')).rejects.toBeInstanceOf(Unavailable)
})
