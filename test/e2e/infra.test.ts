/**
 * `sluice infra up` into two Regions of an empty account, once; then every row looks at what is there, through the SDK. Templates are
 * never read here. What follows changes the account, in order: a second run, a plan, drift, a release, and taking it all away.
 */
import {join} from 'node:path'
import {DescribeCertificateCommand, ACMClient} from '@aws-sdk/client-acm'
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
} from '@aws-sdk/client-auto-scaling'
import type {AutoScalingGroup} from '@aws-sdk/client-auto-scaling'
import {
  BackupClient,
  DescribeBackupVaultCommand,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  ListBackupPlansCommand,
  ListBackupSelectionsCommand,
  ListRestoreTestingPlansCommand,
} from '@aws-sdk/client-backup'
import {CloudFormationClient, GetStackPolicyCommand, ListStacksCommand} from '@aws-sdk/client-cloudformation'
import {CloudFrontClient, GetDistributionCommand} from '@aws-sdk/client-cloudfront'
import {CloudWatchClient, DeleteAlarmsCommand, DescribeAlarmsCommand, GetDashboardCommand} from '@aws-sdk/client-cloudwatch'
import type {MetricAlarm} from '@aws-sdk/client-cloudwatch'
import {CloudWatchLogsClient, DescribeLogGroupsCommand} from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeFlowLogsCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import type {SecurityGroupRule} from '@aws-sdk/client-ec2'
import {
  DescribePullThroughCacheRulesCommand,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetRegistryScanningConfigurationCommand,
} from '@aws-sdk/client-ecr'
import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs'
import {DescribeCacheClustersCommand, DescribeReplicationGroupsCommand, ElastiCacheClient} from '@aws-sdk/client-elasticache'
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {Listener, Rule} from '@aws-sdk/client-elastic-load-balancing-v2'
import {DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient} from '@aws-sdk/client-kms'
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import {GetHealthCheckCommand, ListResourceRecordSetsCommand, Route53Client} from '@aws-sdk/client-route-53'
import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {DescribeSecretCommand, SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {GetParametersCommand, SSMClient} from '@aws-sdk/client-ssm'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {tidyUp, until} from '../support/e2e-cli.ts'
import type {Ran} from '../support/e2e-cli.ts'
import {eventOf} from '../support/e2e-events.ts'
import {anAccount, away, home, stackConfig} from '../support/e2e-infra.ts'
import type {Config, InfraAccount} from '../support/e2e-infra.ts'

const speed = 60
let sandbox: InfraAccount
let up: Ran
/** One that was begun while the first was at work. */
let second: Ran
type Tree = Awaited<ReturnType<InfraAccount['tree']>>
const trees = new Map<string, Tree>()

beforeAll(async () => {
  sandbox = await anAccount({speed})
  const first = sandbox.start(['infra', 'up', '--yes', '--json'])
  await until('the first stacks', async () => (await sandbox.stack('shop-production-main')) ?? (first.isOver() ? true : null))
  second = await sandbox.start(['infra', 'up', '--yes', '--json'], await sandbox.elsewhere()).ended
  up = await first.ended
  if (up.code !== 0) throw new Error(`infra up ended with ${String(up.code)}: ${up.stdout}${up.stderr}`)
  for (const [kind, region] of [
    ['main', home],
    ['main', away],
    ['foundation', home],
    ['foundation', away],
    ['replica', away],
    ['certificate', 'us-east-1'],
  ] as const) {
    trees.set(`${kind}@${region}`, await sandbox.tree(`shop-production-${kind}`, region))
  }
}, 180_000)
afterAll(tidyUp, 60_000)

/** Physical id by logical path. */
function id(path: string, stack = `main@${home}`): string {
  const found = trees.get(stack)?.get(path)?.PhysicalResourceId
  if (found === undefined || found === '')
    throw new Error(`${stack} has no ${path}; it has ${[...(trees.get(stack)?.keys() ?? [])].join(' ')}`)
  return found
}

const ec2 = (region = home): EC2Client => sandbox.client(EC2Client, region)
const elb = (region = home): ElasticLoadBalancingV2Client => sandbox.client(ElasticLoadBalancingV2Client, region)
const ecs = (region = home): ECSClient => sandbox.client(ECSClient, region)
const s3 = (region = home): S3Client => sandbox.client(S3Client, region)

describe('infra up', () => {
  it('ends done, with every resource it counted', () => {
    expect(up.json()).toMatchObject({schema: 1, command: 'infra up', outcome: 'done', service: 'shop', environment: 'production'})
    const {done, total} = up.json()['resources'] as {readonly done: number; readonly total: number}
    expect([done, total > 400]).toEqual([total, true])
  })

  it('is refused while another one is at work, with its name: exit 7', () => {
    expect([second.code, second.json()], second.stdout).toMatchObject([
      7,
      {
        error: {
          code: 'lease-held',
          message: expect.stringMatching(/^infra up r-\S+ by \S+ on \S+, since .* is at work on this stack/) as unknown,
        },
      },
    ])
    expect(second.json()['error']).toMatchObject({message: expect.stringContaining(String(up.json()['run'])) as unknown})
  })

  it('protects what holds data: termination protection on the roots, a policy on them and on the stacks nested in them', async () => {
    for (const [name, region] of [
      ['main', home],
      ['main', away],
      ['foundation', home],
      ['foundation', away],
      ['replica', away],
    ] as const) {
      expect((await sandbox.stack(`shop-production-${name}`, region))?.EnableTerminationProtection, `${name} ${region}`).toBe(
        true,
      )
      const names = [
        `shop-production-${name}`,
        ...(name === 'main'
          ? [id('LoadBalancer', `main@${region}`), id('Backup', `main@${region}`), id('Edge', `main@${region}`)]
          : []),
      ]
      for (const StackName of names) {
        const {StackPolicyBody = '{}'} = await sandbox
          .client(CloudFormationClient, region)
          .send(new GetStackPolicyCommand({StackName}))
        const denied = (
          JSON.parse(StackPolicyBody) as {readonly Statement: readonly {readonly Effect: string; readonly Action: unknown}[]}
        ).Statement.find(({Effect}) => Effect === 'Deny')
        expect(denied?.Action, StackName).toEqual(['Update:Replace', 'Update:Delete'])
      }
    }
  })
})

describe('foundation', () => {
  it.each([home, away])('of %s has a state and a switch bucket, the second with the object alive', async (region) => {
    for (const Bucket of [`sluice-state-${sandbox.account}-${region}`, `shop-production-switch-${sandbox.account}-${region}`]) {
      expect((await s3(region).send(new GetBucketVersioningCommand({Bucket}))).Status, Bucket).toBe('Enabled')
      expect(
        (await s3(region).send(new GetPublicAccessBlockCommand({Bucket}))).PublicAccessBlockConfiguration,
        Bucket,
      ).toMatchObject({BlockPublicAcls: true, RestrictPublicBuckets: true})
    }
    const alive = await s3(region).send(
      new GetObjectCommand({Bucket: `shop-production-switch-${sandbox.account}-${region}`, Key: 'alive'}),
    )
    expect(await alive.Body?.transformToString()).toBe('alive\n')
  })

  it.each([home, away])('of %s has three keys that rotate, roles, and a function that fences', async (region) => {
    const kms = sandbox.client(KMSClient, region)
    for (const key of ['DataKey', 'LogsKey', 'SiteKey']) {
      const KeyId = id(key, `foundation@${region}`)
      expect((await kms.send(new DescribeKeyCommand({KeyId}))).KeyMetadata, key).toMatchObject({KeyState: 'Enabled'})
      expect((await kms.send(new GetKeyRotationStatusCommand({KeyId}))).KeyRotationEnabled, key).toBe(true)
    }
    const types = [...(trees.get(`foundation@${region}`)?.values() ?? [])].map((one) => one.ResourceType)
    expect(types.filter((type) => type === 'AWS::IAM::Role').length).toBeGreaterThanOrEqual(4)
    expect(types).toContain('AWS::Lambda::Function')
    expect(types).toContain('AWS::Scheduler::ScheduleGroup')
  })

  it('seeds the parameters of AMIs in both Regions', async () => {
    for (const region of [home, away]) {
      const {Parameters = []} = await sandbox
        .client(SSMClient, region)
        .send(new GetParametersCommand({Names: ['/shop/production/ami/api', '/shop/production/ami/prometheus']}))
      expect(
        Parameters.map(({Value}) => Value),
        region,
      ).toEqual([expect.stringMatching(/^ami-/), expect.stringMatching(/^ami-/)])
    }
  })
})

describe('network', () => {
  it.each([home, away])('of %s: public and private subnets over two zones, with an internet gateway', async (region) => {
    const main = `main@${region}`
    const VpcId = id('Vpc/Vpc', main)
    expect((await ec2(region).send(new DescribeVpcsCommand({VpcIds: [VpcId]}))).Vpcs).toHaveLength(1)
    const zonesOf = async (kind: string): Promise<readonly (string | undefined)[]> => {
      const {Subnets = []} = await ec2(region).send(
        new DescribeSubnetsCommand({SubnetIds: ['A', 'B'].map((zone) => id(`Vpc/${kind}Subnet${zone}`, main))}),
      )
      expect(Subnets.every((subnet) => subnet.VpcId === VpcId && subnet.MapPublicIpOnLaunch === false)).toBe(true)
      return Subnets.map(({AvailabilityZone}) => AvailabilityZone).toSorted()
    }
    for (const kind of ['Public', 'Private', 'Data']) expect(await zonesOf(kind), kind).toEqual([`${region}a`, `${region}b`])
    const {InternetGateways = []} = await ec2(region).send(new DescribeInternetGatewaysCommand({}))
    expect(InternetGateways.map(({Attachments}) => Attachments?.[0]?.VpcId)).toEqual([VpcId])
    const {RouteTables = []} = await ec2(region).send(
      new DescribeRouteTablesCommand({RouteTableIds: [id('Vpc/PublicRouteTable', main)]}),
    )
    expect(RouteTables[0]?.Routes).toContainEqual(
      expect.objectContaining({DestinationCidrBlock: '0.0.0.0/0', GatewayId: id('Vpc/InternetGateway', main)}),
    )
  })

  it.each([home, away])('of %s: two NAT gateways in two zones, each the way out of its own private subnet', async (region) => {
    const {NatGateways = []} = await ec2(region).send(new DescribeNatGatewaysCommand({}))
    expect(NatGateways.map(({State}) => State)).toEqual(['available', 'available'])
    const {Subnets = []} = await ec2(region).send(
      new DescribeSubnetsCommand({SubnetIds: NatGateways.map(({SubnetId}) => SubnetId ?? '')}),
    )
    expect(Subnets.map(({AvailabilityZone}) => AvailabilityZone).toSorted()).toEqual([`${region}a`, `${region}b`])
    const ways = await Promise.all(
      ['A', 'B'].map(async (zone) => {
        const {RouteTables = []} = await ec2(region).send(
          new DescribeRouteTablesCommand({RouteTableIds: [id(`Vpc/PrivateRouteTable${zone}`, `main@${region}`)]}),
        )
        return RouteTables[0]?.Routes?.find(({DestinationCidrBlock}) => DestinationCidrBlock === '0.0.0.0/0')?.NatGatewayId
      }),
    )
    expect(ways.toSorted()).toEqual(NatGateways.map(({NatGatewayId}) => NatGatewayId).toSorted())
  })

  it('has gateway endpoints for S3 and DynamoDB on the private routes, and logs its flows', async () => {
    const {VpcEndpoints = []} = await ec2().send(new DescribeVpcEndpointsCommand({}))
    expect(VpcEndpoints.map(({ServiceName, VpcEndpointType}) => `${ServiceName} ${VpcEndpointType}`).toSorted()).toEqual([
      `com.amazonaws.${home}.dynamodb Gateway`,
      `com.amazonaws.${home}.s3 Gateway`,
    ])
    expect(VpcEndpoints.every(({RouteTableIds}) => RouteTableIds?.length === 2)).toBe(true)
    const {FlowLogs = []} = await ec2().send(new DescribeFlowLogsCommand({}))
    expect(FlowLogs).toMatchObject([{ResourceId: id('Vpc/Vpc'), TrafficType: 'ALL', MaxAggregationInterval: 60}])
  })

  it('chains its security groups: load balancer → tasks → database and cache, Prometheus → scrape ports, and no port 22', async () => {
    const {SecurityGroupRules = []} = await ec2().send(new DescribeSecurityGroupRulesCommand({}))
    const named = (group: string): string =>
      ['LoadBalancer', 'Hosts', 'Tasks', 'Database', 'Cache', 'Prometheus'].find((name) => id(`SecurityGroups/${name}`) === group)
      ?? group
    const said = ({IsEgress, GroupId = '', FromPort, CidrIpv4, ReferencedGroupInfo}: SecurityGroupRule): string =>
      `${named(GroupId)} ${IsEgress === true ? 'to' : 'from'} ${ReferencedGroupInfo === undefined ? (CidrIpv4 ?? '') : named(ReferencedGroupInfo.GroupId ?? '')}:${FromPort ?? ''}`
    const inwards = SecurityGroupRules.filter(({IsEgress}) => IsEgress === false)
      .map(said)
      .toSorted()
    expect(inwards).toEqual([
      'Cache from Tasks:6379',
      'Database from Tasks:5433',
      'Hosts from Prometheus:9100',
      'LoadBalancer from 0.0.0.0/0:443',
      'LoadBalancer from 0.0.0.0/0:80',
      'Tasks from LoadBalancer:8080',
      'Tasks from Prometheus:9464',
    ])
    const outwards = SecurityGroupRules.filter(({IsEgress}) => IsEgress === true).map(said)
    expect(outwards).toEqual(
      expect.arrayContaining([
        'LoadBalancer to Tasks:8080',
        'Tasks to Database:5433',
        'Tasks to Cache:6379',
        'Prometheus to Hosts:9100',
      ]),
    )
    const opensSsh = ({FromPort = 0, ToPort = 0, IpProtocol}: SecurityGroupRule): boolean =>
      IpProtocol !== '-1' && FromPort <= 22 && ToPort >= 22
    expect(SecurityGroupRules.filter(opensSsh)).toEqual([])
  })
})

describe('load balancer', () => {
  const listeners = async (region = home): Promise<readonly Listener[]> =>
    (await elb(region).send(new DescribeListenersCommand({LoadBalancerArn: id('LoadBalancer/LoadBalancer', `main@${region}`)})))
      .Listeners ?? []
  const rules = async (region = home): Promise<readonly Rule[]> =>
    (await elb(region).send(new DescribeRulesCommand({ListenerArn: id('LoadBalancer/HttpsListener', `main@${region}`)}))).Rules
    ?? []

  it.each([home, away])('of %s faces the internet over two zones, is protected, and logs to a bucket', async (region) => {
    const arn = id('LoadBalancer/LoadBalancer', `main@${region}`)
    const {LoadBalancers = []} = await elb(region).send(new DescribeLoadBalancersCommand({LoadBalancerArns: [arn]}))
    expect(LoadBalancers[0]).toMatchObject({
      Scheme: 'internet-facing',
      Type: 'application',
      State: {Code: 'active'},
      AvailabilityZones: [{ZoneName: `${region}a`}, {ZoneName: `${region}b`}],
    })
    const {Attributes = []} = await elb(region).send(new DescribeLoadBalancerAttributesCommand({LoadBalancerArn: arn}))
    expect(Object.fromEntries(Attributes.map(({Key = '', Value}) => [Key, Value]))).toMatchObject({
      'deletion_protection.enabled': 'true',
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': id('LogBucket', `foundation@${region}`),
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http.desync_mitigation_mode': 'strictest',
    })
  })

  it.each([home, away])(
    'of %s ends HTTPS on 443 with a certificate that is issued, under a policy of TLS 1.2 and 1.3, and answers 503 by default',
    async (region) => {
      const https = (await listeners(region)).find(({Port}) => Port === 443)
      expect(https).toMatchObject({
        Protocol: 'HTTPS',
        SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        DefaultActions: [{Type: 'fixed-response', FixedResponseConfig: {StatusCode: '503'}}],
      })
      const CertificateArn = https?.Certificates?.[0]?.CertificateArn ?? ''
      const {Certificate} = await sandbox.client(ACMClient, region).send(new DescribeCertificateCommand({CertificateArn}))
      expect(Certificate).toMatchObject({Status: 'ISSUED', DomainName: 'origin-api.example.com'})
    },
  )

  it('redirects port 80 to HTTPS', async () => {
    expect((await listeners()).find(({Port}) => Port === 80)).toMatchObject({
      Protocol: 'HTTP',
      DefaultActions: [{Type: 'redirect', RedirectConfig: {Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301'}}],
    })
  })

  it('has target groups of slots a and b, tagged, with addresses as targets', async () => {
    const arns = [id('LoadBalancer/TargetGroupA'), id('LoadBalancer/TargetGroupB')]
    const {TargetGroups = []} = await elb().send(new DescribeTargetGroupsCommand({TargetGroupArns: arns}))
    expect(TargetGroups).toMatchObject(
      arns.map((TargetGroupArn) => ({
        TargetGroupArn,
        TargetType: 'ip',
        HealthCheckIntervalSeconds: 10,
        LoadBalancerArns: [id('LoadBalancer/LoadBalancer')],
      })),
    )
    const {TagDescriptions = []} = await elb().send(new DescribeTagsCommand({ResourceArns: arns}))
    expect(TagDescriptions.map(({Tags}) => Tags?.find(({Key}) => Key === 'sluice:slot')?.Value)).toEqual(['a', 'b'])
  })

  it('guards two preview rules with a secret header', async () => {
    const previews = (await rules()).filter(({Priority}) => Priority === '1' || Priority === '2')
    expect(previews.map(({Conditions}) => Conditions?.map(({HttpHeaderConfig}) => HttpHeaderConfig?.HttpHeaderName))).toEqual([
      ['x-sluice-preview', 'x-sluice-slot'],
      ['x-sluice-preview', 'x-sluice-slot'],
    ])
    const secret = previews.map(({Conditions}) => Conditions?.[0]?.HttpHeaderConfig?.Values?.[0] ?? '')
    expect(secret[0]).toBe(secret[1])
    expect(secret[0]).toMatch(/^[A-Za-z0-9]{48}$/)
    expect(
      previews.map(({Actions}) => Actions?.[0]?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? Actions?.[0]?.TargetGroupArn),
    ).toEqual([id('LoadBalancer/TargetGroupA'), id('LoadBalancer/TargetGroupB')])
  })

  it.each([home, away])('of %s has the live rule of the tool, tagged, all weight on a', async (region) => {
    const live = (await rules(region)).find(({Priority}) => Priority === '40000')
    const weight = Object.fromEntries(
      (live?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []).map(({TargetGroupArn = '', Weight}) => [TargetGroupArn, Weight]),
    )
    expect(weight).toEqual({
      [id('LoadBalancer/TargetGroupA', `main@${region}`)]: 100,
      [id('LoadBalancer/TargetGroupB', `main@${region}`)]: 0,
    })
    expect(live?.Conditions?.[0]).toMatchObject({Field: 'path-pattern', PathPatternConfig: {Values: ['/*']}})
    const {TagDescriptions = []} = await elb(region).send(new DescribeTagsCommand({ResourceArns: [live?.RuleArn ?? '']}))
    expect(TagDescriptions[0]?.Tags?.map(({Key}) => Key)).toContain('sluice:live')
  })

  it.each([
    [home, 4],
    [away, 2],
  ] as const)('of %s reaches %i healthy tasks in slot a, and none in b', async (region, count) => {
    const health = async (slot: string): Promise<readonly (string | undefined)[]> =>
      (
        (
          await elb(region).send(
            new DescribeTargetHealthCommand({TargetGroupArn: id(`LoadBalancer/TargetGroup${slot}`, `main@${region}`)}),
          )
        ).TargetHealthDescriptions ?? []
      ).map(({TargetHealth}) => TargetHealth?.State)
    expect([await health('A'), await health('B')]).toEqual([Array.from({length: count}, () => 'healthy'), []])
  })
})

describe('names', () => {
  const records = async (): Promise<readonly ResourceRecordSet[]> =>
    (await sandbox.client(Route53Client).send(new ListResourceRecordSetsCommand({HostedZoneId: 'Z0EXAMPLE0000'})))
      .ResourceRecordSets ?? []

  it('fail over from home to away by record, and nothing moves because a target is unwell', async () => {
    const origin = (await records()).filter(({Name}) => Name === 'origin-api.example.com.')
    expect(
      origin
        .map(
          ({Failover, SetIdentifier, AliasTarget}) => `${Failover} ${SetIdentifier} ${String(AliasTarget?.EvaluateTargetHealth)}`,
        )
        .toSorted(),
    ).toEqual([`PRIMARY ${home} false`, `SECONDARY ${away} false`])
    expect(origin.find(({Failover}) => Failover === 'PRIMARY')?.HealthCheckId).toBe(id('Names/StopCheck'))
    expect(origin.find(({Failover}) => Failover === 'SECONDARY')?.HealthCheckId).toBeUndefined()
  })

  it('have an inverted check on the object stop of the recovery Region, and one on alive', async () => {
    const check = async (name: string) =>
      (await sandbox.client(Route53Client).send(new GetHealthCheckCommand({HealthCheckId: id(`Names/${name}`)}))).HealthCheck
        ?.HealthCheckConfig
    const bucket = `shop-production-switch-${sandbox.account}-${away}.s3.${away}.amazonaws.com`
    expect(await check('StopCheck')).toMatchObject({
      Type: 'HTTPS',
      FullyQualifiedDomainName: bucket,
      ResourcePath: '/stop',
      Inverted: true,
      RequestInterval: 10,
    })
    const alive = await check('AliveCheck')
    expect(alive).toMatchObject({Type: 'HTTPS', FullyQualifiedDomainName: bucket, ResourcePath: '/alive'})
    expect(alive?.Inverted ?? false).toBe(false)
  })

  it('tell people, by alarms in us-east-1, when a check changes its mind', async () => {
    const {MetricAlarms = []} = await sandbox.client(CloudWatchClient, 'us-east-1').send(new DescribeAlarmsCommand({}))
    expect(MetricAlarms.map(({Dimensions}) => Dimensions?.[0]?.Value).toSorted()).toEqual(
      [id('Names/StopCheck'), id('Names/AliveCheck'), id('Names/HealthzCheck')].toSorted(),
    )
  })

  it('give the site to CloudFront for IPv4 and IPv6', async () => {
    expect(
      (await records())
        .filter(({Name}) => Name === 'www.example.com.')
        .map(({Type}) => Type)
        .toSorted(),
    ).toEqual(['A', 'AAAA'])
  })
})

describe('static site', () => {
  const bucket = (region: string): string => `shop-production-site-${sandbox.account}-${region}`

  it.each([
    [home, away],
    [away, home],
  ] as const)('has a versioned, private bucket in %s that is copied to %s', async (from, to) => {
    const Bucket = bucket(from)
    expect((await s3(from).send(new GetBucketVersioningCommand({Bucket}))).Status).toBe('Enabled')
    expect((await s3(from).send(new GetPublicAccessBlockCommand({Bucket}))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    })
    const {ReplicationConfiguration} = await s3(from).send(new GetBucketReplicationCommand({Bucket}))
    expect(ReplicationConfiguration?.Rules).toMatchObject([
      {
        Status: 'Enabled',
        DeleteMarkerReplication: {Status: 'Enabled'},
        Destination: {Bucket: `arn:aws:s3:::${bucket(to)}`, ReplicationTime: {Status: 'Enabled'}},
      },
    ])
  })

  it('begins with pages that are in the package', async () => {
    for (const Key of ['index.html', '404.html']) {
      expect(await s3().send(new HeadObjectCommand({Bucket: bucket(home), Key})), Key).toMatchObject({
        ContentType: 'text/html; charset=utf-8',
      })
    }
  })

  it('is served by CloudFront alone: signed origin access, failover to the copy, its own name, HTTPS, access logs', async () => {
    const {Distribution} = await sandbox.client(CloudFrontClient).send(new GetDistributionCommand({Id: id('Edge/Distribution')}))
    const config = Distribution?.DistributionConfig
    expect(Distribution?.Status).toBe('Deployed')
    expect(config?.Aliases?.Items).toEqual(['www.example.com'])
    const origins = config?.Origins?.Items ?? []
    expect(origins.map(({Id, DomainName}) => `${Id} ${DomainName}`)).toEqual([
      `here ${bucket(home)}.s3.${home}.amazonaws.com`,
      `there ${bucket(away)}.s3.${away}.amazonaws.com`,
      'api origin-api.example.com',
    ])
    expect(origins.slice(0, 2).map(({OriginAccessControlId}) => OriginAccessControlId)).toEqual([
      id('Edge/OriginAccess'),
      id('Edge/OriginAccess'),
    ])
    expect(config?.OriginGroups?.Items?.[0]).toMatchObject({
      Members: {Items: [{OriginId: 'here'}, {OriginId: 'there'}]},
      FailoverCriteria: {StatusCodes: {Items: [500, 502, 503, 504]}},
    })
    expect(config?.DefaultCacheBehavior).toMatchObject({
      ViewerProtocolPolicy: 'redirect-to-https',
      ResponseHeadersPolicyId: id('Edge/ResponseHeaders'),
    })
    expect(config?.Logging?.Bucket).toContain(id('Edge/AccessLogs'))
    expect(config?.CustomErrorResponses?.Items).toContainEqual(
      expect.objectContaining({ErrorCode: 404, ResponsePagePath: '/404.html'}),
    )
    const {Certificate} = await sandbox
      .client(ACMClient, 'us-east-1')
      .send(new DescribeCertificateCommand({CertificateArn: config?.ViewerCertificate?.ACMCertificateArn}))
    expect(Certificate).toMatchObject({Status: 'ISSUED', DomainName: 'www.example.com'})
  })
})

async function group(name: string, region = home): Promise<AutoScalingGroup> {
  const {AutoScalingGroups = []} = await sandbox
    .client(AutoScalingClient, region)
    .send(new DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: [name]}))
  const found = AutoScalingGroups[0]
  if (found === undefined) throw new Error(`no Auto Scaling group ${name} in ${region}`)
  return found
}

describe('API cluster', () => {
  it.each([
    [home, 4],
    [away, 2],
  ] as const)('of %s has %i hosts over two zones, registered in the cluster', async (region, count) => {
    const main = `main@${region}`
    const hosts = await group(id('Api/Hosts', main), region)
    expect(hosts).toMatchObject({MinSize: count, MaxSize: 12, NewInstancesProtectedFromScaleIn: true})
    const {containerInstanceArns = []} = await ecs(region).send(
      new ListContainerInstancesCommand({cluster: id('Api/Cluster', main)}),
    )
    const {containerInstances = []} = await ecs(region).send(
      new DescribeContainerInstancesCommand({cluster: id('Api/Cluster', main), containerInstances: containerInstanceArns}),
    )
    expect(containerInstances.map(({status}) => status)).toEqual(Array.from({length: count}, () => 'ACTIVE'))
    const {Reservations = []} = await ec2(region).send(
      new DescribeInstancesCommand({InstanceIds: containerInstances.map(({ec2InstanceId}) => ec2InstanceId ?? '')}),
    )
    const instances = Reservations.flatMap(({Instances = []}) => Instances)
    const perZone = Object.values(Object.groupBy(instances, ({Placement}) => Placement?.AvailabilityZone ?? '')).map(
      (some) => some?.length,
    )
    expect(perZone).toEqual([count / 2, count / 2])
    expect(instances.every(({InstanceType}) => InstanceType === 'm7g.large')).toBe(true)
    const {clusters = []} = await ecs(region).send(
      new DescribeClustersCommand({clusters: [id('Api/Cluster', main)], include: ['SETTINGS']}),
    )
    expect(clusters[0]).toMatchObject({
      status: 'ACTIVE',
      registeredContainerInstancesCount: count,
      capacityProviders: [id('Api/CapacityProvider', main)],
    })
  })

  it('scales them by a capacity provider that drains and protects', async () => {
    const {capacityProviders = []} = await ecs().send(
      new DescribeCapacityProvidersCommand({capacityProviders: [id('Api/CapacityProvider')]}),
    )
    expect(capacityProviders[0]?.autoScalingGroupProvider).toMatchObject({
      managedDraining: 'ENABLED',
      managedTerminationProtection: 'ENABLED',
      managedScaling: {status: 'ENABLED', targetCapacity: 90},
    })
  })

  it('scales them by CPU, by network and by time of day', async () => {
    const AutoScalingGroupName = id('Api/Hosts')
    const scaling = sandbox.client(AutoScalingClient)
    const {ScalingPolicies = []} = await scaling.send(new DescribePoliciesCommand({AutoScalingGroupName}))
    const tracked = ScalingPolicies.map(
      ({TargetTrackingConfiguration}) => TargetTrackingConfiguration?.PredefinedMetricSpecification?.PredefinedMetricType,
    )
    expect(tracked).toEqual(expect.arrayContaining(['ASGAverageCPUUtilization', 'ASGAverageNetworkIn']))
    const {ScheduledUpdateGroupActions = []} = await scaling.send(new DescribeScheduledActionsCommand({AutoScalingGroupName}))
    expect(ScheduledUpdateGroupActions.map(({MinSize}) => MinSize).toSorted()).toEqual([4, 6])
    expect(ScheduledUpdateGroupActions.every(({DesiredCapacity}) => DesiredCapacity === undefined)).toBe(true)
  })

  it('launches them from the parameter of the AMI pipeline, with IMDSv2 alone and encrypted volumes that Backup finds', async () => {
    const {Parameters = []} = await sandbox
      .client(SSMClient)
      .send(new GetParametersCommand({Names: ['/shop/production/ami/api']}))
    const {LaunchTemplateVersions = []} = await ec2().send(
      new DescribeLaunchTemplateVersionsCommand({LaunchTemplateId: id('Api/LaunchTemplate')}),
    )
    const data = LaunchTemplateVersions[0]?.LaunchTemplateData
    expect(data).toMatchObject({
      ImageId: Parameters[0]?.Value,
      MetadataOptions: {HttpTokens: 'required', HttpPutResponseHopLimit: 1},
      BlockDeviceMappings: [{Ebs: {Encrypted: true, VolumeType: 'gp3'}}],
    })
    expect(data?.TagSpecifications?.find(({ResourceType}) => ResourceType === 'volume')?.Tags).toContainEqual({
      Key: 'sluice:backup',
      Value: 'shop-production',
    })
    expect(data?.KeyName).toBeUndefined()
  })

  it('runs both slots, made by the tool on the capacity provider and its bounds', async () => {
    const {services = []} = await ecs().send(
      new DescribeServicesCommand({cluster: id('Api/Cluster'), services: ['shop-production-a', 'shop-production-b']}),
    )
    expect(services.map(({desiredCount, runningCount}) => [desiredCount, runningCount])).toEqual([
      [4, 4],
      [0, 0],
    ])
    expect(services.map(({capacityProviderStrategy}) => capacityProviderStrategy?.[0]?.capacityProvider)).toEqual([
      id('Api/CapacityProvider'),
      id('Api/CapacityProvider'),
    ])
    const {taskDefinition} = await ecs().send(new DescribeTaskDefinitionCommand({taskDefinition: services[0]?.taskDefinition}))
    expect(taskDefinition?.containerDefinitions?.[0]?.image).toBe('shop/api:1.8.2')
  })
})

describe('monitoring', () => {
  it('is a cluster of its own on a group of its own, with Prometheus running', async () => {
    expect(id('Monitoring/Cluster')).not.toBe(id('Api/Cluster'))
    const hosts = await group(id('Monitoring/Hosts'))
    expect([hosts.MinSize, hosts.MaxSize, hosts.Instances?.length]).toEqual([1, 1, 1])
    const {services = []} = await ecs().send(
      new DescribeServicesCommand({cluster: id('Monitoring/Cluster'), services: [id('Monitoring/Prometheus')]}),
    )
    expect(services).toMatchObject([{desiredCount: 1, runningCount: 1}])
  })

  it('keeps its data on a volume that Backup covers', async () => {
    const {Volumes = []} = await ec2().send(new DescribeVolumesCommand({VolumeIds: [id('Monitoring/Volume')]}))
    expect(Volumes[0]).toMatchObject({AvailabilityZone: `${home}a`, Encrypted: true, VolumeType: 'gp3'})
    expect(Volumes[0]?.Tags).toContainEqual({Key: 'sluice:backup', Value: 'shop-production'})
  })

  it('discovers the tasks of the API cluster, and has a node exporter on every API host', async () => {
    const {taskDefinition} = await ecs().send(
      new DescribeTaskDefinitionCommand({taskDefinition: id('Monitoring/PrometheusTask')}),
    )
    const config = taskDefinition?.containerDefinitions?.[0]?.environment?.find(({name}) => name === 'CONFIG')?.value ?? ''
    expect(config).toContain(`cluster/${id('Api/Cluster')}`)
    const {serviceArns = []} = await ecs().send(new ListServicesCommand({cluster: id('Api/Cluster')}))
    const {services = []} = await ecs().send(new DescribeServicesCommand({cluster: id('Api/Cluster'), services: serviceArns}))
    expect(services.find(({schedulingStrategy}) => schedulingStrategy === 'DAEMON')).toMatchObject({runningCount: 4})
  })
})

describe('data', () => {
  it('is in a PostgreSQL over two zones, encrypted, backed up, protected, behind TLS, with a secret that nobody typed', async () => {
    const {DBInstances = []} = await sandbox
      .client(RDSClient)
      .send(new DescribeDBInstancesCommand({DBInstanceIdentifier: 'shop-production'}))
    expect(DBInstances[0]).toMatchObject({
      DBInstanceStatus: 'available',
      Engine: 'postgres',
      MultiAZ: true,
      StorageEncrypted: true,
      BackupRetentionPeriod: 14,
      DeletionProtection: true,
      PubliclyAccessible: false,
      VpcSecurityGroups: [{VpcSecurityGroupId: id('SecurityGroups/Database')}],
    })
    expect(DBInstances[0]?.TagList).toContainEqual({Key: 'sluice:backup', Value: 'shop-production'})
    expect(DBInstances[0]?.MasterUserSecret).toBeUndefined()
    const secret = await sandbox.client(SecretsManagerClient).send(new DescribeSecretCommand({SecretId: id('Database/Secret')}))
    expect(secret.ReplicationStatus).toMatchObject([{Region: away}])
    const {DBParameterGroups = []} = await sandbox
      .client(RDSClient)
      .send(new DescribeDBParameterGroupsCommand({DBParameterGroupName: id('Database/Parameters')}))
    expect(DBParameterGroups).toHaveLength(1)
  })

  it('has a replica in the recovery Region, in a retained stack of its own, with its own parameter group, security group and key', async () => {
    const {DBInstances = []} = await sandbox.client(RDSClient, away).send(new DescribeDBInstancesCommand({}))
    expect(DBInstances).toMatchObject([
      {
        DBInstanceIdentifier: 'shop-production',
        DBInstanceStatus: 'available',
        ReadReplicaSourceDBInstanceIdentifier: `arn:aws:rds:${home}:${sandbox.account}:db:shop-production`,
        VpcSecurityGroups: [{VpcSecurityGroupId: id('SecurityGroups/Database', `main@${away}`)}],
        DBParameterGroups: [{DBParameterGroupName: id('Parameters', `replica@${away}`)}],
      },
    ])
    expect(DBInstances[0]?.KmsKeyId).toContain(id('DataKey', `foundation@${away}`))
  })

  it.each([home, away])('of %s is cached by two nodes of Valkey with failover and TLS', async (region) => {
    const cache = sandbox.client(ElastiCacheClient, region)
    const {ReplicationGroups = []} = await cache.send(
      new DescribeReplicationGroupsCommand({ReplicationGroupId: id('Cache/ReplicationGroup', `main@${region}`)}),
    )
    expect(ReplicationGroups[0]).toMatchObject({
      Status: 'available',
      Engine: 'valkey',
      AutomaticFailover: 'enabled',
      MultiAZ: 'enabled',
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
      AuthTokenEnabled: true,
    })
    const {CacheClusters = []} = await cache.send(new DescribeCacheClustersCommand({}))
    expect(CacheClusters.map(({PreferredAvailabilityZone}) => PreferredAvailabilityZone).toSorted()).toEqual([
      `${region}a`,
      `${region}b`,
    ])
  })

  it('is backed up by a plan that copies to the vault of the other Region, for what is tagged', async () => {
    const backup = sandbox.client(BackupClient)
    const {BackupPlansList = []} = await backup.send(new ListBackupPlansCommand({}))
    const BackupPlanId = BackupPlansList[0]?.BackupPlanId
    const {BackupPlan} = await backup.send(new GetBackupPlanCommand({BackupPlanId}))
    expect(BackupPlan?.Rules?.[0]?.CopyActions).toMatchObject([
      {
        DestinationBackupVaultArn: `arn:aws:backup:${away}:${sandbox.account}:backup-vault:shop-production`,
        Lifecycle: {DeleteAfterDays: 35},
      },
    ])
    const {BackupSelectionsList = []} = await backup.send(new ListBackupSelectionsCommand({BackupPlanId}))
    const {BackupSelection} = await backup.send(
      new GetBackupSelectionCommand({BackupPlanId, SelectionId: BackupSelectionsList[0]?.SelectionId}),
    )
    expect(BackupSelection?.ListOfTags).toMatchObject([{ConditionKey: 'sluice:backup', ConditionValue: 'shop-production'}])
  })

  it.each([home, away])('lies in a locked vault in %s', async (region) => {
    const vault = await sandbox
      .client(BackupClient, region)
      .send(new DescribeBackupVaultCommand({BackupVaultName: 'shop-production'}))
    expect(vault).toMatchObject({Locked: true, MinRetentionDays: 1, MaxRetentionDays: 366})
    // Governance: a lock that can be taken off again has no date.
    expect(vault.LockDate).toBeUndefined()
  })

  it('is restored every week to see whether it can be', async () => {
    const {RestoreTestingPlans = []} = await sandbox.client(BackupClient).send(new ListRestoreTestingPlansCommand({}))
    expect(RestoreTestingPlans).toMatchObject([
      {RestoreTestingPlanName: 'shop_production', ScheduleExpression: 'cron(0 9 ? * SUN *)'},
    ])
  })
})

describe('images', () => {
  it('of hosts are built weekly when something changed, tested, scanned, and handed to both Regions as parameters', async () => {
    const pipelines = await sandbox.resources('AWS::ImageBuilder::ImagePipeline')
    expect(pipelines.map((one) => one['Name']).toSorted()).toEqual(['shop-production-api', 'shop-production-prometheus'])
    for (const pipeline of pipelines) {
      expect(pipeline).toMatchObject({
        Schedule: {PipelineExecutionStartCondition: 'EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE'},
        ImageTestsConfiguration: {ImageTestsEnabled: true},
        ImageScanningConfiguration: {ImageScanningEnabled: true},
      })
    }
    const distributions = await sandbox.resources('AWS::ImageBuilder::DistributionConfiguration')
    for (const {Name, Distributions} of distributions) {
      const parameter = `/shop/production/ami/${String(Name).split('-').at(-1) ?? ''}`
      expect(Distributions, String(Name)).toMatchObject(
        [home, away].map((Region) => ({
          Region,
          SsmParameterConfigurations: [{ParameterName: parameter, DataType: 'aws:ec2:image'}],
        })),
      )
    }
    const recipes = await sandbox.resources('AWS::ImageBuilder::ImageRecipe')
    expect(recipes.map(({ParentImage}) => ParentImage)).toEqual(
      Array.from({length: 2}, () => 'ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id'),
    )
  })

  it('of containers are immutable, scanned, replicated, and public ones come through a cache', async () => {
    const ecr = sandbox.client(ECRClient)
    const {repositories = []} = await ecr.send(new DescribeRepositoriesCommand({repositoryNames: ['shop-production/api']}))
    expect(repositories[0]).toMatchObject({imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: {scanOnPush: true}})
    expect((await ecr.send(new DescribeRegistryCommand({}))).replicationConfiguration?.rules?.[0]?.destinations).toMatchObject([
      {region: away},
    ])
    expect((await ecr.send(new GetRegistryScanningConfigurationCommand({}))).scanningConfiguration?.scanType).toBe('ENHANCED')
    const {pullThroughCacheRules = []} = await ecr.send(new DescribePullThroughCacheRulesCommand({}))
    expect(pullThroughCacheRules.map(({upstreamRegistryUrl}) => upstreamRegistryUrl).toSorted()).toEqual([
      'public.ecr.aws',
      'quay.io',
    ])
  })
})

describe('observability', () => {
  const alarms = async (region = home): Promise<readonly MetricAlarm[]> =>
    (await sandbox.client(CloudWatchClient, region).send(new DescribeAlarmsCommand({AlarmTypes: ['MetricAlarm']}))).MetricAlarms
    ?? []
  /** What an alarm looks at: `RequestCount Sum`. */
  const looksAt = ({MetricName, Statistic, Metrics = []}: MetricAlarm): readonly string[] =>
    MetricName === undefined
      ? Metrics.flatMap(({MetricStat}) =>
          MetricStat === undefined ? [] : [`${MetricStat.Metric?.MetricName} ${MetricStat.Stat}`],
        )
      : [`${MetricName} ${Statistic}`]

  it.each([
    ['request duration, average', 'TargetResponseTime Average'],
    ['request duration, maximum', 'TargetResponseTime Maximum'],
    ['no request at all, and an hour far above the mean', 'RequestCount Sum'],
    ['2xx', 'HTTPCode_Target_2XX_Count Sum'],
    ['4xx', 'HTTPCode_Target_4XX_Count Sum'],
    ['5xx, and errors per minute', 'HTTPCode_Target_5XX_Count Sum'],
    ['memory', 'MemoryUtilization Average'],
    ['memory of the database', 'FreeableMemory Average'],
    ['IOPS', 'ReadIOPS Average'],
    ['uptime', 'HealthyHostCount Maximum'],
    ['CPU of hosts and database', 'CPUUtilization Average'],
  ])('has an alarm on %s', async (_, what) => {
    const matching = (await alarms()).filter((alarm) => looksAt(alarm).includes(what))
    expect(matching.length).toBeGreaterThan(0)
    expect(matching.every(({AlarmActions}) => AlarmActions?.includes(id('Observability/Topic')) === true)).toBe(true)
  })

  it('sees an hour far above the mean by a band, and requests that never finish by what is left of all', async () => {
    const expressions = (await alarms()).flatMap(({Metrics = []}) =>
      Metrics.flatMap(({Expression}) => (Expression === undefined ? [] : [Expression])),
    )
    expect(expressions).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ANOMALY_DETECTION_BAND/), expect.stringMatching(/^requests - .*c2.*c5/)]),
    )
  })

  it('pages once for what users feel, where they are served', async () => {
    const composite = async (region: string) =>
      (await sandbox.client(CloudWatchClient, region).send(new DescribeAlarmsCommand({AlarmTypes: ['CompositeAlarm']})))
        .CompositeAlarms ?? []
    expect((await composite(home)).map(({AlarmRule}) => AlarmRule?.split(' OR ').length)).toEqual([4])
    expect(await composite(away)).toEqual([])
  })

  it.each([home, away])('keeps every log group of %s for a year, encrypted', async (region) => {
    const {logGroups = []} = await sandbox.client(CloudWatchLogsClient, region).send(new DescribeLogGroupsCommand({}))
    const groups = [...trees.values()]
      .flatMap((tree) => [...tree.values()])
      .filter(({ResourceType, StackId = ''}) => ResourceType === 'AWS::Logs::LogGroup' && StackId.includes(`:${region}:`))
    const ours = logGroups.filter(({logGroupName}) => groups.some(({PhysicalResourceId}) => PhysicalResourceId === logGroupName))
    expect([ours.length, groups.length > 5]).toEqual([groups.length, true])
    expect(ours.filter(({retentionInDays, kmsKeyId}) => retentionInDays !== 365 || kmsKeyId === undefined)).toEqual([])
  })

  it('has one dashboard with the slots side by side', async () => {
    const {DashboardBody = ''} = await sandbox
      .client(CloudWatchClient)
      .send(new GetDashboardCommand({DashboardName: id('Observability/Dashboard')}))
    const metrics = JSON.stringify((JSON.parse(DashboardBody) as {readonly widgets: readonly unknown[]}).widgets)
    for (const metric of [
      'RequestCount',
      'TargetResponseTime',
      'HTTPCode_Target_5XX_Count',
      'MemoryUtilization',
      'ReadIOPS',
      'HealthyHostCount',
      'CPUUtilization',
    ])
      expect(metrics, metric).toContain(`"${metric}"`)
    const slot = (letter: string): string => id(`LoadBalancer/TargetGroup${letter}`).split(':').at(-1) ?? ''
    expect([metrics.includes(slot('A')), metrics.includes(slot('B'))]).toEqual([true, true])
  })

  it('writes to the one address that is on call', async () => {
    expect(await sandbox.resources('AWS::SNS::Subscription')).toMatchObject([
      {TopicArn: id('Observability/Topic'), Protocol: 'email', Endpoint: 'oncall@example.com'},
    ])
  })
})

const parametersOf = (HostsMax: number): Config =>
  stackConfig({
    gates: {errors: {budget: '2%', minMinutes: 2}},
    steps: [{weight: 50, hold: '8m', atMost: '30m'}],
    warm: '7m',
    stack: {parameters: {HostsMax}},
  })
const hostsMax = async (region: string): Promise<number | undefined> =>
  (await group(id('Api/Hosts', `main@${region}`), region)).MaxSize

/** How often the sandbox was asked for an action, in all Regions. */
async function callsOf(action: string): Promise<number> {
  const {calls} = (await (await fetch(`${sandbox.endpoint}/_sluice/calls`)).json()) as {
    readonly calls: readonly {readonly action: string; readonly count: number}[]
  }
  return calls.filter((one) => one.action === action).reduce((sum, {count}) => sum + count, 0)
}

describe('afterwards', () => {
  it('infra status shows a whole tree with outputs, slots and the live rule', async () => {
    const status = await sandbox.sluice('infra', 'status', '--json')
    expect(status.json()).toMatchObject({command: 'infra status', outcome: 'complete'})
    const {regions} = status.json() as {
      readonly regions: readonly {
        readonly region: string
        readonly stacks: readonly {readonly kind: string; readonly outputs: object}[]
      }[]
    }
    expect(regions.map(({region, stacks}) => `${region}: ${stacks.map(({kind}) => kind).join(' ')}`).toSorted()).toEqual([
      `${away}: foundation main replica`,
      `${home}: foundation main`,
      'us-east-1: certificate',
    ])
    const text = (await sandbox.sluice('infra', 'status')).stdout
    for (const line of [/slot a\s+4 of 4 tasks/, /live rule\s+slot a 100 %, slot b 0 %/, /Observability/])
      expect(text).toMatch(line)
  })

  it('infra up finds nothing to do: it executes no change set and writes nothing', async () => {
    const executed = await callsOf('cloudformation:ExecuteChangeSet')
    const ran = await sandbox.sluice('infra', 'up', '--yes', '--json')
    expect([ran.code, ran.json()], ran.stdout).toMatchObject([0, {command: 'infra up', outcome: 'unchanged', changes: false}])
    expect(await callsOf('cloudformation:ExecuteChangeSet')).toBe(executed)
  })

  it('infra drift finds nothing', async () => {
    const ran = await sandbox.sluice('infra', 'drift', '--detailed-exitcode', '--json')
    expect([ran.code, ran.json()], ran.stdout).toMatchObject([0, {command: 'infra drift', outcome: 'in-sync'}])
  })

  it('infra drift tells what was changed by hand, and what was removed', async () => {
    const LoadBalancerArn = id('LoadBalancer/LoadBalancer')
    const set = (Value: string): Promise<unknown> =>
      elb().send(
        new ModifyLoadBalancerAttributesCommand({LoadBalancerArn, Attributes: [{Key: 'idle_timeout.timeout_seconds', Value}]}),
      )
    await set('300')
    await sandbox.client(CloudWatchClient).send(new DeleteAlarmsCommand({AlarmNames: [id('Observability/HostCpu')]}))
    const ran = await sandbox.sluice('infra', 'drift', '--detailed-exitcode')
    await set('60')
    expect([ran.code, ran.stdout]).toEqual([
      10,
      expect.stringMatching(/LoadBalancer\/LoadBalancer [\s\S]*DIFFERS\s+LoadBalancerAttributes\S*: expected 60, found 300/),
    ])
    expect(ran.stdout).toMatch(/Observability\/HostCpu \(AWS::CloudWatch::Alarm\) is GONE/)
  })
})

describe('a change', () => {
  it('is planned as before → after, and done exactly as it was planned, once', async () => {
    await sandbox.write(parametersOf(10))
    const plan = await sandbox.sluice('infra', 'plan', '--detailed-exitcode', '--out', 'plan.json')
    expect([plan.code, plan.stdout]).toEqual([
      10,
      expect.stringMatching(/Api\/Hosts\s+AWS::AutoScaling::AutoScalingGroup\s+MaxSize\s+12 → 10/),
    ])
    expect([await hostsMax(home), await hostsMax(away)]).toEqual([12, 12])
    const ran = await sandbox.sluice('infra', 'up', 'plan.json', '--yes', '--json')
    expect([ran.code, ran.json()], ran.stdout).toMatchObject([0, {outcome: 'done'}])
    expect([await hostsMax(home), await hostsMax(away)]).toEqual([10, 10])
    const again = await sandbox.sluice('infra', 'up', 'plan.json', '--yes', '--json')
    expect([again.code, again.json()], again.stdout).toMatchObject([2, {error: {code: 'plan-outdated'}}])
  })

  it('needs a yes: without a terminal it exits 3 and prints the exact command', async () => {
    await sandbox.write(parametersOf(11))
    const ran = await sandbox.sluice('infra', 'up')
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining(`sluice infra up --sandbox ${sandbox.name} --yes`)])
    expect(await hostsMax(home)).toBe(10)
  })
})

describe("what can't be done is found before any change, and is exit 2", () => {
  it.each([
    ['a file without a stack', {service: 'other', region: home}, /stack/],
    [
      "an account that isn't allowed",
      stackConfig({service: 'other', stack: {allowedAccounts: ['999999999999']}}),
      /allowedAccounts|999999999999/,
    ],
    ["a hosted zone that isn't there", stackConfig({service: 'other', stack: {hostedZone: 'Z0NOWHERE'}}), /Z0NOWHERE/],
    ["names that aren't in the hosted zone", stackConfig({service: 'other', stack: {api: 'api.example.net'}}), /example\.net/],
    [
      "an instance type that a zone doesn't offer",
      stackConfig({
        service: 'other',
        stack: {parameters: {InstanceType: 'm8g.large', FallbackInstanceType: 'm8g.xlarge', ZoneIndexB: 2}},
      }),
      /m8g\.large/,
    ],
  ] as const)('%s', async (_, config, words) => {
    const machine = await sandbox.elsewhere(config)
    const ran = await sandbox.start(['infra', 'up', '--yes', '--json'], machine).ended
    expect([ran.code, ran.stdout], ran.stdout + ran.stderr).toEqual([2, expect.stringMatching(words)])
    expect(await sandbox.stack('other-production-foundation')).toBeNull()
  })
})

describe('a release', () => {
  const state = async () => {
    const {services = []} = await ecs().send(
      new DescribeServicesCommand({cluster: id('Api/Cluster'), services: ['shop-production-a', 'shop-production-b']}),
    )
    const {Rules = []} = await elb().send(new DescribeRulesCommand({ListenerArn: id('LoadBalancer/HttpsListener')}))
    const weights = Rules.find(({Priority}) => Priority === '40000')?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(
      ({Weight}) => Weight,
    )
    return {weights, slots: services.map(({desiredCount, taskDefinition}) => ({desiredCount, taskDefinition}))}
  }

  it('works on that stack by a file that names only the stack; infra up in the middle of it moves neither weights nor counts nor task definitions', async () => {
    await sandbox.traffic(300)
    const events = join(sandbox.machine.directory, 'release.ndjson')
    const running = sandbox.start(['release', 'shop/api:1.9.0', '--yes', '--json', '--events', events])
    expect(
      await eventOf(running, events, 'bake-50', (event) => event.kind === 'step-started' && event.data.step === 'bake-50'),
      JSON.stringify(running.output()),
    ).not.toBeNull()
    // Held where it is, so that nothing else moves a weight while we look.
    expect((await sandbox.sluice('release', 'pause', '--why', 'infra up comes')).code).toBe(0)
    expect((await running.ended).code).toBe(8)
    const before = await state()
    const ran = await sandbox.sluice('infra', 'up', '--yes', '--json')
    const after = await state()
    expect([ran.code, ran.json()], ran.stdout).toMatchObject([0, {outcome: 'done'}])
    expect(before.weights).toEqual([50, 50])
    expect(after).toEqual(before)
    expect(await hostsMax(home)).toBe(11)
    const promoted = await sandbox.sluice('release', 'resume', '--json')
    await sandbox.traffic(0)
    expect([promoted.code, promoted.json()], promoted.stdout).toMatchObject([0, {outcome: 'promoted', to: '1.9.0'}])
    expect((await state()).weights).toEqual([0, 100])
  }, 120_000)

  it('is left as it ended by the next infra up', async () => {
    const before = await state()
    const ran = await sandbox.sluice('infra', 'up', '--yes', '--json')
    expect([ran.code, ran.json()], ran.stdout).toMatchObject([0, {outcome: 'unchanged'}])
    expect(await state()).toEqual(before)
  })
})

describe('infra down', () => {
  it('of production asks for its name: without a terminal it exits 3 and takes nothing away', async () => {
    const ran = await sandbox.sluice('infra', 'down', '--json')
    expect([ran.code, ran.json()], ran.stdout).toMatchObject([
      3,
      {error: {code: 'confirmation-needed', suggestions: [expect.stringContaining('--confirm production') as unknown]}},
    ])
    const wrong = await sandbox.sluice('infra', 'down', '--confirm', 'staging', '--json')
    expect([wrong.code, wrong.json()], wrong.stdout).toMatchObject([3, {error: {code: 'declined'}}])
    expect((await sandbox.stack('shop-production-main'))?.StackStatus).toBe('UPDATE_COMPLETE')
  })

  it('takes every stack away, replica before primary, and lists what stays; what it lists is there', async () => {
    const ran = await sandbox.sluice('infra', 'down', '--confirm', 'production', '--json')
    expect([ran.code, ran.json()], ran.stdout + ran.stderr).toMatchObject([0, {command: 'infra down', outcome: 'done'}])
    for (const region of [home, away, 'us-east-1']) {
      const {StackSummaries = []} = await sandbox.client(CloudFormationClient, region).send(new ListStacksCommand({}))
      expect(
        StackSummaries.filter(({StackStatus}) => StackStatus !== 'DELETE_COMPLETE').map(({StackName}) => StackName),
        region,
      ).toEqual([])
    }
    const {retained} = ran.json() as {
      readonly retained: readonly {
        readonly what: string
        readonly id: string
        readonly region: string
        readonly howToRemove: string
      }[]
    }
    const kinds = new Set(retained.map(({what}) => what))
    for (const kind of [/bucket/, /key/, /vault/, /log group/, /snapshot/, /secret/])
      expect(
        [...kinds].some((what) => kind.test(what)),
        String(kind),
      ).toBe(true)
    for (const {id: bucket, region} of retained.filter(({what}) => what === 'bucket'))
      await s3(region).send(new HeadBucketCommand({Bucket: bucket}))
    expect(retained.every(({howToRemove}) => howToRemove !== '')).toBe(true)
    const {DBInstances = []} = await sandbox.client(RDSClient).send(new DescribeDBInstancesCommand({}))
    const {DBSnapshots = []} = await sandbox.client(RDSClient).send(new DescribeDBSnapshotsCommand({}))
    expect([DBInstances, DBSnapshots.length]).toEqual([[], 1])
    const {NatGateways = []} = await ec2().send(new DescribeNatGatewaysCommand({}))
    expect(NatGateways.filter(({State}) => State === 'available')).toEqual([])
  }, 120_000)

  it('a second time has nothing to do', async () => {
    const [ran, status] = [
      await sandbox.sluice('infra', 'down', '--confirm', 'production', '--json'),
      await sandbox.sluice('infra', 'status', '--json'),
    ]
    expect([ran.code, ran.json(), status.json()], ran.stdout).toMatchObject([0, {outcome: 'nothing'}, {outcome: 'none'}])
  })
})
