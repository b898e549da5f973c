import {ACMClient, DescribeCertificateCommand} from '@aws-sdk/client-acm'
import {CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand, ListMetricsCommand} from '@aws-sdk/client-cloudwatch'
import {DescribeImagesCommand as DescribeAmisCommand, DescribeInstancesCommand, EC2Client} from '@aws-sdk/client-ec2'
import {DescribeImagesCommand, ECRClient} from '@aws-sdk/client-ecr'
import {DescribeClustersCommand, ECSClient} from '@aws-sdk/client-ecs'
import {DescribeListenersCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {GetRoleCommand, IAMClient} from '@aws-sdk/client-iam'
import {DescribeKeyCommand, KMSClient} from '@aws-sdk/client-kms'
import {GetResourcesCommand, ResourceGroupsTaggingAPIClient} from '@aws-sdk/client-resource-groups-tagging-api'
import {DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {GetServiceQuotaCommand, ServiceQuotasClient} from '@aws-sdk/client-service-quotas'
import {GetParametersCommand, SSMClient} from '@aws-sdk/client-ssm'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {readiness} from '../../../../src/infra/aws/recovery/readiness.ts'
import {site} from '../../../../src/infra/aws/recovery/site.ts'
import {switches} from '../../../../src/infra/aws/recovery/switches.ts'
import {aSession, awsError, standingClock} from '../a-session.ts'

const acm = mockClient(ACMClient)
const cloudwatch = mockClient(CloudWatchClient)
const ec2 = mockClient(EC2Client)
const ecr = mockClient(ECRClient)
const ecs = mockClient(ECSClient)
const elb = mockClient(ElasticLoadBalancingV2Client)
const iam = mockClient(IAMClient)
const kms = mockClient(KMSClient)
const tags = mockClient(ResourceGroupsTaggingAPIClient)
const s3 = mockClient(S3Client)
const quotas = mockClient(ServiceQuotasClient)
const ssm = mockClient(SSMClient)
const mocks = [acm, cloudwatch, ec2, ecr, ecs, elb, iam, kms, tags, s3, quotas, ssm] as unknown as readonly (typeof acm)[]
beforeEach(() => mocks.forEach((mock) => mock.reset().onAnyCommand().resolves({})))

const now = Date.UTC(2026, 10, 23, 12)
const day = 24 * 3_600_000
const region = 'eu-central-1'
const session = aSession({region, clock: standingClock(now)})
const port = readiness(session)

describe('a certificate', () => {
  const stands = (Certificate: object) => acm.on(DescribeCertificateCommand).resolves({Certificate})

  test.each([
    ['is good for whole days', {NotAfter: new Date(now + 30.9 * day), Status: 'ISSUED' as const}, 30],
    ['that has expired is good for less than none', {NotAfter: new Date(now - day), Status: 'EXPIRED' as const}, -1],
    ['that was never issued is good for none', {Status: 'PENDING_VALIDATION' as const}, 0],
  ])('%s', async (_, certificate, days) => {
    stands({...certificate, DomainName: 'api.example.com', SubjectAlternativeNames: ['api.example.com', '*.api.example.com']})
    expect(await port.certificate(region, 'arn')).toEqual({
      days,
      status: certificate.Status,
      names: ['api.example.com', '*.api.example.com'],
    })
  })

  test("that isn't there, and one of a listener that isn't there, is null", async () => {
    acm.on(DescribeCertificateCommand).rejects(awsError('ResourceNotFoundException'))
    elb.on(DescribeListenersCommand).rejects(awsError('ListenerNotFoundException'))
    expect([await port.certificate(region, 'arn'), await port.certificateOfListener(region, 'arn')]).toEqual([null, null])
  })
})

describe('what else readiness asks', () => {
  test('alarms of both kinds, over all pages', async () => {
    cloudwatch
      .on(DescribeAlarmsCommand)
      .resolvesOnce({MetricAlarms: [{AlarmName: 'a', StateValue: 'OK', ActionsEnabled: true}], NextToken: 'n'})
      .resolvesOnce({CompositeAlarms: [{AlarmName: 'b', StateValue: 'ALARM', ActionsEnabled: false}]})
    expect(await port.alarms(region, 'shop')).toEqual([
      {name: 'a', state: 'OK', actions: true},
      {name: 'b', state: 'ALARM', actions: false},
    ])
  })

  test("a key that is disabled, and one that isn't there", async () => {
    kms
      .on(DescribeKeyCommand)
      .resolvesOnce({KeyMetadata: {KeyId: 'k', Enabled: false, KeyState: 'Disabled'}})
      .rejectsOnce(awsError('NotFoundException'))
    expect([await port.key(region, 'k'), await port.key(region, 'alias/none')]).toEqual([
      {enabled: false, state: 'Disabled'},
      null,
    ])
  })

  test("a role that isn't there", async () => {
    iam.on(GetRoleCommand).rejects(awsError('NoSuchEntity', 404))
    expect(await port.role('break-glass')).toBeNull()
  })

  test('an AMI as old as its image, which may have been taken away', async () => {
    ssm.on(GetParametersCommand).resolves({Parameters: [{Value: 'ami-1'}]})
    ec2
      .on(DescribeAmisCommand)
      .resolvesOnce({Images: [{CreationDate: '2026-10-01T00:00:00.000Z'}]})
      .rejectsOnce(awsError('InvalidAMIID.NotFound'))
    expect(await port.imageAge(region, '/ami')).toEqual({ami: 'ami-1', createdAt: Date.UTC(2026, 9, 1)})
    expect(await port.imageAge(region, '/ami')).toBeNull()
  })

  const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/shop'
  test.each([
    ['by its tag', `${registry}:1.2.3`, {imageTag: '1.2.3'}],
    ['by its digest', `${registry}@sha256:ab`, {imageDigest: 'sha256:ab'}],
    ['by tag and digest', `${registry}:1.2.3@sha256:ab`, {imageDigest: 'sha256:ab'}],
    ['without either', registry, {imageTag: 'latest'}],
  ])("an image of another Region's registry in this one's, %s", async (_, image, id) => {
    ecr.on(DescribeImagesCommand).resolves({imageDetails: [{imageDigest: 'sha256:ab'}]})
    expect(await port.imageDigest(region, image)).toBe('sha256:ab')
    expect(ecr.commandCalls(DescribeImagesCommand)[0]?.args[0].input).toEqual({
      registryId: '111122223333',
      repositoryName: 'team/shop',
      imageIds: [id],
    })
  })

  test("an image that wasn't replicated", async () => {
    ecr.on(DescribeImagesCommand).rejects(awsError('ImageNotFoundException'))
    expect(await port.imageDigest(region, `${registry}:1.2.3`)).toBeNull()
  })

  test('quotas with what is in use, as far as AWS tells', async () => {
    quotas
      .on(GetServiceQuotaCommand)
      .rejects(awsError('NoSuchResourceException'))
      .on(GetServiceQuotaCommand, {QuotaCode: 'L-1216C47A'})
      .resolves({Quota: {QuotaName: 'vCPUs', Value: 32}})
    expect(await port.quotas(region)).toEqual([{service: 'ec2', code: 'L-1216C47A', name: 'vCPUs', value: 32, used: null}])
  })

  test('what carries all of these tags, over all pages', async () => {
    tags
      .on(GetResourcesCommand)
      .resolvesOnce({ResourceTagMappingList: [{ResourceARN: 'arn:1'}], PaginationToken: 'p'})
      .resolvesOnce({ResourceTagMappingList: [{ResourceARN: 'arn:2'}], PaginationToken: ''})
    expect(await port.tagged(region, {'sluice:drill': 'd-1', service: 'shop'})).toEqual(['arn:1', 'arn:2'])
    expect(tags.commandCalls(GetResourcesCommand)[0]?.args[0].input.TagFilters).toEqual([
      {Key: 'sluice:drill', Values: ['d-1']},
      {Key: 'service', Values: ['shop']},
    ])
  })

  test('what carries a tag without hosts and clusters that have ended: their tags are told for up to an hour', async () => {
    const arn = (name: string): string => `arn:aws:${name.startsWith('cluster') ? 'ecs' : 'ec2'}:${region}:111122223333:${name}`
    const all = ['instance/i-1', 'instance/i-2', 'instance/i-3', 'cluster/one', 'cluster/two', 'volume/vol-1'].map(arn)
    tags.on(GetResourcesCommand).resolves({ResourceTagMappingList: all.map((ResourceARN) => ({ResourceARN}))})
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [
        {Instances: [{InstanceId: 'i-1', State: {Name: 'terminated'}}]},
        {Instances: [{InstanceId: 'i-2', State: {Name: 'shutting-down'}}]},
      ],
    })
    ecs.on(DescribeClustersCommand).resolves({
      clusters: [
        {clusterArn: arn('cluster/one'), status: 'INACTIVE'},
        {clusterArn: arn('cluster/two'), status: 'ACTIVE'},
      ],
    })
    expect(await port.tagged(region, {'sluice:drill': 'd-1'})).toEqual(['instance/i-2', 'cluster/two', 'volume/vol-1'].map(arn))
  })
})

describe('the site', () => {
  test('is what is there now, over all pages', async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({Contents: [{Key: 'a', ETag: '"1"'}], IsTruncated: true, NextContinuationToken: 'n'})
      .resolvesOnce({Contents: [{Key: 'b', ETag: '"2"'}]})
    expect(await site(session).manifest(region, 'bucket')).toEqual({a: '"1"', b: '"2"'})
  })

  test('has what is on its way, summed over its rules', async () => {
    cloudwatch.on(ListMetricsCommand).resolves({
      Metrics: [
        {MetricName: 'm', Dimensions: [{Name: 'RuleId', Value: '1'}]},
        {MetricName: 'm', Dimensions: [{Name: 'RuleId', Value: '2'}]},
      ],
    })
    cloudwatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [
        {Id: 'm0', Values: [3, 9]},
        {Id: 'm1', Values: [4]},
      ],
    })
    expect(await site(session).pending(region, 'bucket')).toEqual({operations: 7, bytes: 7})
  })

  test('of which nothing is published has no 0 on its way', async () => {
    cloudwatch.on(ListMetricsCommand).resolves({Metrics: []})
    expect(await site(session).pending(region, 'bucket')).toBeNull()
  })
})

describe('the switch', () => {
  const port = switches(session)
  test("that isn't there is off", async () => {
    s3.on(GetObjectCommand).rejects(awsError('NoSuchKey', 404))
    expect(await port.read(region, 'bucket', 'stop')).toBeNull()
  })

  test.each([
    ['NoSuchBucket', 404],
    ['AccessDenied', 403],
  ])("that can't be read (%s) isn't taken for off", async (name, status) => {
    s3.on(GetObjectCommand).rejects(awsError(name, status))
    await expect(port.read(region, 'bucket', 'stop')).rejects.toThrow()
  })

  test('is put whatever stood there, and taken away', async () => {
    await port.put(region, 'bucket', 'stop', 'r-1')
    await port.remove(region, 'bucket', 'stop')
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'bucket',
      Key: 'stop',
      Body: 'r-1',
      ContentType: 'text/plain',
    })
    expect(s3.commandCalls(DeleteObjectCommand)[0]?.args[0].input).toEqual({Bucket: 'bucket', Key: 'stop'})
  })
})
