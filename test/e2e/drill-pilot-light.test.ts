/**
 * A drill where there is nothing in peace: no host, no NAT gateway. It brings hosts of its own and takes them away again, by the built
 * command line. What it must leave as it was is read off the account: production's group, cluster, rules, databases, and who is asked.
 */
import {AutoScalingClient, DescribeAutoScalingGroupsCommand} from '@aws-sdk/client-auto-scaling'
import {DescribeInstancesCommand, DescribeLaunchTemplatesCommand, DescribeVolumesCommand, EC2Client} from '@aws-sdk/client-ec2'
import {DescribeClustersCommand, DescribeServicesCommand, ECSClient, ListClustersCommand} from '@aws-sdk/client-ecs'
import {DescribeRulesCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {DescribeDBInstancesCommand, RDSClient} from '@aws-sdk/client-rds'
import {GetResourcesCommand, ResourceGroupsTaggingAPIClient} from '@aws-sdk/client-resource-groups-tagging-api'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {tidyUp} from '../support/e2e-cli.ts'
import {stackConfig} from '../support/e2e-infra.ts'
import {aStandingService, away, home} from '../support/e2e-recovery.ts'
import type {RecoveryAccount} from '../support/e2e-recovery.ts'

interface Told {
  readonly run: string
  readonly outcome: string
  readonly residue: number
  readonly refusedCalls: number
  readonly steps: readonly {readonly id: string; readonly state: string; readonly seconds: number | null}[]
}

let account: RecoveryAccount

beforeAll(async () => {
  account = await aStandingService({config: stackConfig({stack: {recovery: {region: away, shape: 'pilot-light'}}})})
  await account.backsUp()
}, 240_000)
afterAll(tidyUp, 60_000)

const sorted = (names: readonly (string | undefined)[]): readonly string[] => names.map((name) => name ?? '').toSorted()

/** Everything in the Region that a drill has things beside. */
async function regionAsItStands(): Promise<object> {
  const {ListenerArn, ClusterName} = (await account.outputs('shop-production-main', away)) as {
    readonly ListenerArn: string
    readonly ClusterName: string
  }
  const ecs = account.client(ECSClient, away)
  const ec2 = account.client(EC2Client, away)
  const [groups, hosts, templates, volumes, clusters, ours, services, rules, databases] = await Promise.all([
    account.client(AutoScalingClient, away).send(new DescribeAutoScalingGroupsCommand({})),
    ec2.send(new DescribeInstancesCommand({})),
    ec2.send(new DescribeLaunchTemplatesCommand({})),
    ec2.send(new DescribeVolumesCommand({})),
    ecs.send(new ListClustersCommand({})),
    ecs.send(new DescribeClustersCommand({clusters: [ClusterName]})),
    ecs.send(new DescribeServicesCommand({cluster: ClusterName, services: ['shop-production-a', 'shop-production-b']})),
    account.client(ElasticLoadBalancingV2Client, away).send(new DescribeRulesCommand({ListenerArn})),
    account.client(RDSClient, away).send(new DescribeDBInstancesCommand({})),
  ])
  return {
    groups: sorted(
      (groups.AutoScalingGroups ?? []).map(
        (one) => `${one.AutoScalingGroupName ?? ''} ${one.MinSize ?? ''}/${one.DesiredCapacity ?? ''}`,
      ),
    ),
    hosts: (hosts.Reservations ?? [])
      .flatMap(({Instances}) => Instances ?? [])
      .filter(({State}) => State?.Name !== 'terminated')
      .map(({InstanceId}) => InstanceId),
    templates: sorted((templates.LaunchTemplates ?? []).map(({LaunchTemplateId}) => LaunchTemplateId)),
    volumes: sorted((volumes.Volumes ?? []).map(({VolumeId}) => VolumeId)),
    clusters: sorted(clusters.clusterArns ?? []),
    providers: ours.clusters?.[0]?.capacityProviders,
    tasks: services.services?.map(({serviceName, desiredCount, runningCount}) => [serviceName, desiredCount, runningCount]),
    rules: sorted((rules.Rules ?? []).map((rule) => JSON.stringify([rule.Priority, rule.Actions]))),
    databases: sorted(
      (databases.DBInstances ?? []).map(
        ({DBInstanceIdentifier, DBInstanceStatus}) => `${DBInstanceIdentifier ?? ''} ${DBInstanceStatus ?? ''}`,
      ),
    ),
  }
}

describe('the drill of a pilot light', () => {
  it('brings hosts of its own, says how long they took, and leaves nothing and nobody as it was not', async () => {
    const before = await regionAsItStands()
    const began = await account.now()
    const {code, json, ran} = await account.told('dr', 'drill', '--without-primary')
    if (code !== 0)
      process.stdout.write(`dr drill ended with ${String(code)}:\n${ran.stderr.slice(-3000)}\n${ran.stdout.slice(0, 3000)}\n`)
    const told = json as unknown as Told
    expect(code).toBe(0)
    expect(told).toMatchObject({outcome: 'done', residue: 0, refusedCalls: 0})
    const seconds = told.steps.find(({id}) => id === 'hosts')?.seconds ?? 0
    expect(seconds).toBeGreaterThan(30)
    expect(seconds).toBeLessThan(300)
    expect((await account.callsSince(began)).filter(({region}) => region === home || region === 'us-east-1')).toEqual([])
    expect(await regionAsItStands()).toEqual(before)
    const tagging = account.client(ResourceGroupsTaggingAPIClient, away)
    const {ResourceTagMappingList: left = []} = await tagging.send(new GetResourcesCommand({TagFilters: [{Key: 'sluice:drill'}]}))
    const alive = left.map(({ResourceARN = ''}) => ResourceARN).filter((arn) => !/:(task-definition|instance)\//.test(arn))
    expect(alive).toEqual([])
  }, 400_000)

  it('is what readiness asks for, and what it counts from then on', async () => {
    const {json} = await account.told('dr', 'check')
    const {findings} = json as unknown as {readonly findings: readonly {readonly id: string; readonly level: string}[]}
    expect(findings.filter(({id}) => id === 'drill').map(({level}) => level)).toEqual(['ok'])
  }, 60_000)
})
