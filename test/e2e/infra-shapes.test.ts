/**
 * The smaller shapes of the stack, side by side in one account: staging, and a recovery Region that is a pilot light. What differs from
 * production is asserted on what was created; that the rest is there, test/e2e/infra.test.ts does.
 */
import {AutoScalingClient, DescribeAutoScalingGroupsCommand} from '@aws-sdk/client-auto-scaling'
import {CloudWatchLogsClient, DescribeLogGroupsCommand} from '@aws-sdk/client-cloudwatch-logs'
import {DescribeNatGatewaysCommand, DescribeVpcsCommand, EC2Client} from '@aws-sdk/client-ec2'
import {DescribeServicesCommand, ECSClient, ListServicesCommand} from '@aws-sdk/client-ecs'
import {DescribeReplicationGroupsCommand, ElastiCacheClient} from '@aws-sdk/client-elasticache'
import {DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {DescribeDBInstancesCommand, RDSClient} from '@aws-sdk/client-rds'
import {ListObjectsV2Command, S3Client} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {tidyUp} from '../support/e2e-cli.ts'
import {anAccount, away, home, stackConfig} from '../support/e2e-infra.ts'
import type {InfraAccount} from '../support/e2e-infra.ts'

/** The account's registry and state bucket belong to the first; the second only uses them. */
const staging = stackConfig({
  service: 'small',
  environment: 'staging',
  region: away,
  stack: {shape: 'staging', api: 'api.small.example.com', site: 'www.small.example.com', account: 'shared', recovery: undefined},
})
const pilotLight = stackConfig({service: 'light', stack: {recovery: {region: away, shape: 'pilot-light'}}})

let sandbox: InfraAccount

beforeAll(async () => {
  sandbox = await anAccount({speed: 60, config: pilotLight})
  const other = await sandbox.elsewhere(staging)
  const runs = [sandbox.start(['infra', 'up', '--yes', '--json']), sandbox.start(['infra', 'up', '--yes', '--json'], other)]
  for (const ran of await Promise.all(runs.map(({ended}) => ended))) {
    if (ran.code !== 0) throw new Error(`infra up ended with ${String(ran.code)}: ${ran.stdout}${ran.stderr}`)
  }
}, 180_000)
afterAll(tidyUp, 60_000)

const tagged = (service: string, tags: readonly {readonly Key?: string; readonly Value?: string}[] = []): boolean =>
  tags.some(({Key, Value}) => Key === 'service' && Value === service)

async function vpcOf(service: string, region: string): Promise<string> {
  const {Vpcs = []} = await sandbox.client(EC2Client, region).send(new DescribeVpcsCommand({}))
  const found = Vpcs.find(({Tags}) => tagged(service, Tags))?.VpcId
  if (found === undefined) throw new Error(`no network of ${service} in ${region}`)
  return found
}

async function gateways(service: string, region: string): Promise<number> {
  const vpc = await vpcOf(service, region)
  const {NatGateways = []} = await sandbox.client(EC2Client, region).send(new DescribeNatGatewaysCommand({}))
  return NatGateways.filter(({VpcId, State}) => VpcId === vpc && State === 'available').length
}

async function groups(stack: string, region: string): Promise<Readonly<Record<string, readonly (number | undefined)[]>>> {
  const {AutoScalingGroups = []} = await sandbox.client(AutoScalingClient, region).send(new DescribeAutoScalingGroupsCommand({}))
  const ours = AutoScalingGroups.filter(({AutoScalingGroupName}) => AutoScalingGroupName?.startsWith(`${stack}-`))
  return Object.fromEntries(
    ours.map(({AutoScalingGroupName = '', MinSize, Instances = []}) => [
      AutoScalingGroupName.includes('Monitoring') ? 'monitoring' : 'hosts',
      [MinSize, Instances.length],
    ]),
  )
}

describe('staging', () => {
  it('has one NAT gateway, two small hosts, and is easily thrown away', async () => {
    expect(await gateways('small', away)).toBe(1)
    expect(await groups('small-staging-main', away)).toEqual({hosts: [2, 2], monitoring: [1, 1]})
    for (const kind of ['main', 'foundation'])
      expect((await sandbox.stack(`small-staging-${kind}`, away))?.EnableTerminationProtection, kind).toBe(false)
  })

  it('has a small database in one zone, unprotected, and two small cache nodes', async () => {
    const {DBInstances = []} = await sandbox
      .client(RDSClient, away)
      .send(new DescribeDBInstancesCommand({DBInstanceIdentifier: 'small-staging'}))
    expect(DBInstances).toMatchObject([
      {DBInstanceClass: 'db.t4g.medium', MultiAZ: false, DeletionProtection: false, BackupRetentionPeriod: 7},
    ])
    const {CacheId} = await sandbox.outputs('small-staging-main', away)
    const {ReplicationGroups = []} = await sandbox
      .client(ElastiCacheClient, away)
      .send(new DescribeReplicationGroupsCommand({ReplicationGroupId: CacheId}))
    expect(ReplicationGroups).toMatchObject([
      {CacheNodeType: 'cache.t4g.small', MemberClusters: [expect.anything(), expect.anything()]},
    ])
  })

  it('keeps its logs for a week', async () => {
    const {logGroups = []} = await sandbox.client(CloudWatchLogsClient, away).send(new DescribeLogGroupsCommand({}))
    const ours = logGroups.filter(({logGroupName}) => logGroupName?.startsWith('small-staging-') === true)
    expect([ours.length > 5, new Set(ours.map(({retentionInDays}) => retentionInDays))]).toEqual([true, new Set([7])])
  })

  it('has no second Region', async () => {
    expect(await sandbox.stack('small-staging-main', home)).toBeNull()
    const {StackStatus} = (await sandbox.stack('small-staging-main', away)) ?? {}
    expect(StackStatus).toBe('UPDATE_COMPLETE')
  })
})

describe('a pilot light', () => {
  it('has no way out, no cache and no host in peace, but everything that is cheap', async () => {
    expect(await gateways('light', away)).toBe(0)
    expect(await groups('light-production-main', away)).toEqual({hosts: [0, 0], monitoring: [0, 0]})
    const {ReplicationGroups = []} = await sandbox.client(ElastiCacheClient, away).send(new DescribeReplicationGroupsCommand({}))
    expect(ReplicationGroups.map(({Description}) => Description)).toEqual(['Cache of small staging'])
    const {LoadBalancerArn = ''} = await sandbox.outputs('light-production-main', away)
    const {LoadBalancers = []} = await sandbox
      .client(ElasticLoadBalancingV2Client, away)
      .send(new DescribeLoadBalancersCommand({LoadBalancerArns: [LoadBalancerArn]}))
    expect(LoadBalancers).toMatchObject([{State: {Code: 'active'}}])
  })

  it('has its slots at zero', async () => {
    const {ClusterName} = await sandbox.outputs('light-production-main', away)
    const ecs = sandbox.client(ECSClient, away)
    const {serviceArns = []} = await ecs.send(new ListServicesCommand({cluster: ClusterName}))
    const {services = []} = await ecs.send(new DescribeServicesCommand({cluster: ClusterName, services: serviceArns}))
    const slots = services.filter(({serviceName}) => /-(a|b)$/.test(serviceName ?? ''))
    expect(slots.map(({serviceName, desiredCount}) => `${serviceName} ${desiredCount}`).toSorted()).toEqual([
      'light-production-a 0',
      'light-production-b 0',
    ])
  })

  it('has its replica, and the surge that a failover deploys lies uploaded and is not deployed', async () => {
    const {DBInstances = []} = await sandbox
      .client(RDSClient, away)
      .send(new DescribeDBInstancesCommand({DBInstanceIdentifier: 'light-production'}))
    expect(DBInstances[0]?.ReadReplicaSourceDBInstanceIdentifier).toContain(`:${home}:`)
    expect(await sandbox.stack('light-production-surge', away)).toBeNull()
    const s3 = sandbox.client(S3Client, away)
    const Bucket = `sluice-state-${sandbox.account}-${away}`
    const {Contents = []} = await s3.send(new ListObjectsV2Command({Bucket, Prefix: 'templates/'}))
    expect(Contents.filter(({Key}) => Key?.includes('surge'))).toHaveLength(1)
  })

  it('has home at full size', async () => {
    expect([await gateways('light', home), await groups('light-production-main', home)]).toEqual([
      2,
      {hosts: [4, 4], monitoring: [1, 1]},
    ])
  })
})
