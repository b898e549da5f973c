import {CloudWatchClient, GetMetricDataCommand} from '@aws-sdk/client-cloudwatch'
import {DescribeAvailabilityZonesCommand, DescribeInstanceTypeOfferingsCommand, EC2Client} from '@aws-sdk/client-ec2'
import {GetRoleCommand, IAMClient, SimulatePrincipalPolicyCommand} from '@aws-sdk/client-iam'
import {DescribeOrderableDBInstanceOptionsCommand, RDSClient} from '@aws-sdk/client-rds'
import {GetHostedZoneCommand, Route53Client} from '@aws-sdk/client-route-53'
import {GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand, ServiceQuotasClient} from '@aws-sdk/client-service-quotas'
import {GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {preflight} from '../../../src/infra/aws/preflight.ts'
import {aSession, awsError, standingClock} from './a-session.ts'

const user = 'arn:aws:iam::111122223333:user/ada'
const ec2 = mockClient(EC2Client)
const iam = mockClient(IAMClient)
const rds = mockClient(RDSClient)
const route53 = mockClient(Route53Client)
const quotas = mockClient(ServiceQuotasClient)
const cloudwatch = mockClient(CloudWatchClient)
const sts = mockClient(STSClient)
beforeEach(() => {
  ;[ec2, iam, rds, route53, quotas, cloudwatch, sts].forEach((mock) => mock.reset())
  sts.on(GetCallerIdentityCommand).resolves({Arn: user})
})

const as = (arn: string) => preflight(aSession(), {arn})

describe('rights', () => {
  test("what the simulation doesn't allow is denied, on every page", async () => {
    iam
      .on(SimulatePrincipalPolicyCommand)
      .resolvesOnce({
        EvaluationResults: [{EvalActionName: 'ecs:CreateService', EvalDecision: 'allowed'}],
        IsTruncated: true,
        Marker: 'm',
      })
      .resolvesOnce({
        EvaluationResults: [
          {EvalActionName: 'iam:PassRole', EvalDecision: 'implicitDeny'},
          {EvalActionName: 's3:PutObject', EvalDecision: 'explicitDeny'},
        ],
      })
    expect(await as(user).deniedActions(['ecs:CreateService', 'iam:PassRole', 's3:PutObject'])).toEqual([
      'iam:PassRole',
      's3:PutObject',
    ])
  })

  test("a role's session is simulated as its role, whose path only IAM knows", async () => {
    iam.on(GetRoleCommand).resolves({
      Role: {
        Arn: 'arn:aws:iam::111122223333:role/aws-reserved/sso/Operator',
        Path: '/',
        RoleName: 'x',
        RoleId: 'x',
        CreateDate: new Date(0),
      },
    })
    iam.on(SimulatePrincipalPolicyCommand).resolves({EvaluationResults: []})
    await as('arn:aws:sts::111122223333:assumed-role/Operator/ada').deniedActions(['ecs:CreateService'])
    expect(iam.commandCalls(SimulatePrincipalPolicyCommand)[0]?.args[0].input).toMatchObject({
      PolicySourceArn: 'arn:aws:iam::111122223333:role/aws-reserved/sso/Operator',
    })
  })

  test("who may not simulate can't know; root may do everything", async () => {
    iam.on(SimulatePrincipalPolicyCommand).rejects(awsError('AccessDenied', 403))
    expect(await as(user).deniedActions(['ecs:CreateService'])).toBeNull()
    expect(await as('arn:aws:sts::111122223333:federated-user/ada').deniedActions(['ecs:CreateService'])).toBeNull()
    expect(await as('arn:aws:iam::111122223333:root').deniedActions(['ecs:CreateService'])).toEqual([])
  })

  test("a simulation that can't be made now isn't an answer", async () => {
    iam.on(SimulatePrincipalPolicyCommand).rejects(awsError('ServiceFailureException', 500))
    await expect(as(user).deniedActions(['ecs:CreateService'])).rejects.toMatchObject({name: 'Unavailable'})
  })
})

test("types are offered in zones, database classes too; one that isn't offered has none", async () => {
  ec2
    .on(DescribeInstanceTypeOfferingsCommand)
    .resolvesOnce({InstanceTypeOfferings: [{InstanceType: 'm7g.large', Location: 'eu-west-1b'}], NextToken: 'n'})
    .resolvesOnce({InstanceTypeOfferings: [{InstanceType: 'm7g.large', Location: 'eu-west-1a'}]})
  rds.on(DescribeOrderableDBInstanceOptionsCommand).resolves({
    OrderableDBInstanceOptions: [
      {AvailabilityZones: [{Name: 'eu-west-1a'}]},
      {AvailabilityZones: [{Name: 'eu-west-1a'}, {Name: 'eu-west-1c'}]},
    ],
  })
  expect(await as(user).offeredTypes('eu-west-1', ['m7g.large', 'm9g.large', 'db.m7g.large'])).toEqual({
    'm7g.large': ['eu-west-1a', 'eu-west-1b'],
    'm9g.large': [],
    'db.m7g.large': ['eu-west-1a', 'eu-west-1c'],
  })
  expect(ec2.commandCalls(DescribeInstanceTypeOfferingsCommand)[0]?.args[0].input).toMatchObject({
    LocationType: 'availability-zone',
    Filters: [{Name: 'instance-type', Values: ['m7g.large', 'm9g.large']}],
  })
})

test('zones are Availability Zones that are available', async () => {
  ec2.on(DescribeAvailabilityZonesCommand).resolves({AvailabilityZones: [{ZoneName: 'eu-west-1b'}, {ZoneName: 'eu-west-1a'}]})
  expect(await as(user).zones('eu-west-1')).toEqual(['eu-west-1a', 'eu-west-1b'])
  expect(ec2.commandCalls(DescribeAvailabilityZonesCommand)[0]?.args[0].input).toEqual({
    Filters: [
      {Name: 'zone-type', Values: ['availability-zone']},
      {Name: 'state', Values: ['available']},
    ],
  })
})

describe('a quota', () => {
  const metric = {
    MetricNamespace: 'AWS/Usage',
    MetricName: 'ResourceCount',
    MetricDimensions: {Service: 'EC2', Class: 'Standard/OnDemand'},
    MetricStatisticRecommendation: 'Maximum',
  }

  test("is the account's, with what is in use", async () => {
    quotas.on(GetServiceQuotaCommand).resolves({Quota: {QuotaName: 'vCPUs', Value: 64, UsageMetric: metric}})
    cloudwatch.on(GetMetricDataCommand).resolves({MetricDataResults: [{Id: 'usage', Values: [12, 11]}]})
    expect(await preflight(aSession({clock: standingClock()}), {arn: user}).quota('eu-west-1', 'ec2', 'L-1216C47A')).toEqual({
      name: 'vCPUs',
      value: 64,
      used: 12,
    })
  })

  test("that the account never changed is the default; use that AWS doesn't publish is unknown", async () => {
    quotas.on(GetServiceQuotaCommand).rejects(awsError('NoSuchResourceException', 400))
    quotas.on(GetAWSDefaultServiceQuotaCommand).resolves({Quota: {QuotaName: 'Elastic IPs', Value: 5}})
    expect(await as(user).quota('eu-west-1', 'ec2', 'L-0263D0A3')).toEqual({name: 'Elastic IPs', value: 5, used: null})
  })

  test("that AWS doesn't know is null", async () => {
    quotas.on(GetServiceQuotaCommand).rejects(awsError('NoSuchResourceException', 400))
    quotas.on(GetAWSDefaultServiceQuotaCommand).rejects(awsError('NoSuchResourceException', 400))
    expect(await as(user).quota('eu-west-1', 'ec2', 'L-0')).toBeNull()
  })
})

test("a hosted zone has a name without its last dot, or isn't there", async () => {
  route53
    .on(GetHostedZoneCommand)
    .resolvesOnce({HostedZone: {Id: 'Z1', CallerReference: 'x', Name: 'example.com.', Config: {PrivateZone: false}}})
    .rejectsOnce(awsError('NoSuchHostedZone', 404))
  expect([await as(user).hostedZone('Z1'), await as(user).hostedZone('Z2')]).toEqual([
    {name: 'example.com', private: false},
    null,
  ])
})
