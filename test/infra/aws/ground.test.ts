import {ACMClient, DescribeCertificateCommand} from '@aws-sdk/client-acm'
import {AutoScalingClient, DescribeAutoScalingGroupsCommand, SetInstanceProtectionCommand} from '@aws-sdk/client-auto-scaling'
import {CreateServiceLinkedRoleCommand, IAMClient, ListRolesCommand} from '@aws-sdk/client-iam'
import {DeleteObjectsCommand, HeadObjectCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {GetParametersCommand, SSMClient} from '@aws-sdk/client-ssm'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {ground, objectUrl} from '../../../src/infra/aws/ground.ts'
import {aSession, awsError} from './a-session.ts'

const mocks = {
  acm: mockClient(ACMClient),
  autoscaling: mockClient(AutoScalingClient),
  iam: mockClient(IAMClient),
  s3: mockClient(S3Client),
  ssm: mockClient(SSMClient),
}
beforeEach(() => Object.values(mocks).forEach((mock) => mock.reset()))
const {acm, autoscaling, iam, s3, ssm} = mocks
const port = ground(aSession(), {account: '111122223333'})
const role = (service: string) => ({
  Path: `/aws-service-role/${service}/`,
  RoleName: 'x',
  RoleId: 'x',
  Arn: 'x',
  CreateDate: new Date(0),
})

describe('service-linked roles', () => {
  test("those that aren't on any page are missing", async () => {
    iam
      .on(ListRolesCommand)
      .resolvesOnce({Roles: [role('ecs.amazonaws.com')], IsTruncated: true, Marker: 'm'})
      .resolvesOnce({Roles: [role('rds.amazonaws.com')], IsTruncated: false})
    expect(await port.missingServiceRoles(['ecs.amazonaws.com', 'autoscaling.amazonaws.com', 'rds.amazonaws.com'])).toEqual([
      'autoscaling.amazonaws.com',
    ])
    expect(iam.commandCalls(ListRolesCommand).map(({args}) => args[0].input)).toEqual([
      {PathPrefix: '/aws-service-role/'},
      {PathPrefix: '/aws-service-role/', Marker: 'm'},
    ])
  })

  test("one that somebody made meanwhile is what was wanted; another refusal isn't", async () => {
    iam
      .on(CreateServiceLinkedRoleCommand)
      .rejectsOnce(
        awsError('InvalidInputException', 400, 'Service role name AWSServiceRoleForECS has been taken in this account'),
      )
      .rejectsOnce(awsError('InvalidInputException', 400, 'unknown service'))
    await expect(port.createServiceRole('ecs.amazonaws.com')).resolves.toBeUndefined()
    await expect(port.createServiceRole('nobody')).rejects.toMatchObject({code: 'aws-refused'})
  })
})

describe('objects', () => {
  test('one is there or not, and a refusal is neither', async () => {
    s3.on(HeadObjectCommand).resolvesOnce({}).rejectsOnce(awsError('NotFound', 404)).rejectsOnce(awsError('Forbidden', 403))
    expect(await port.hasObject('eu-west-1', 'b', 'k')).toBe(true)
    expect(await port.hasObject('eu-west-1', 'b', 'k')).toBe(false)
    await expect(port.hasObject('eu-west-1', 'b', 'k')).rejects.toMatchObject({code: 'access-denied'})
  })

  test('are written to a bucket of this account alone', async () => {
    s3.on(PutObjectCommand).resolves({})
    await port.putObject('eu-west-1', 'b', 'templates/1/x.yaml', 'Resources: {}', 'application/yaml')
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'b',
      Key: 'templates/1/x.yaml',
      Body: 'Resources: {}',
      ContentType: 'application/yaml',
      ExpectedBucketOwner: '111122223333',
      IfNoneMatch: '*',
    })
  })

  test('leave what lies there: somebody was quicker', async () => {
    s3.on(PutObjectCommand).rejects(awsError('PreconditionFailed', 412))
    await expect(port.putObject('eu-west-1', 'b', 'index.html', '<p>ours', 'text/html')).resolves.toBeUndefined()
  })

  test.each([
    ['eu-west-1', 'https://b.s3.eu-west-1.amazonaws.com/templates/1/x.yaml'],
    ['cn-north-1', 'https://b.s3.cn-north-1.amazonaws.com.cn/templates/1/x.yaml'],
  ])('are named in a call by their address in %s', (region, url) => {
    expect(port.objectUrl(region, 'b', 'templates/1/x.yaml')).toBe(url)
    expect(objectUrl('aws', 'eu-west-1', 'b', 'a b/c')).toBe('https://b.s3.eu-west-1.amazonaws.com/a%20b/c')
  })
})

test("parameters are asked for ten at a time; what isn't there is left out", async () => {
  const names = Array.from({length: 12}, (_, index) => `/p/${index}`)
  ssm.on(GetParametersCommand).callsFake((input: {Names: string[]}) => ({
    Parameters: input.Names.filter((name) => name !== '/p/3').map((Name) => ({Name, Value: 'v'})),
  }))
  expect(Object.keys(await port.parameters('eu-west-1', [...names, '/p/0']))).toEqual(names.filter((name) => name !== '/p/3'))
  expect(ssm.commandCalls(GetParametersCommand).map(({args}) => args[0].input.Names?.length)).toEqual([10, 2])
})

describe('a bucket', () => {
  const page = {
    Versions: [
      {Key: 'a', VersionId: '1'},
      {Key: 'a', VersionId: '2'},
    ],
    DeleteMarkers: [{Key: 'b', VersionId: '3'}],
    IsTruncated: true,
  }

  test('is as large as its versions and delete markers', async () => {
    s3.on(ListObjectVersionsCommand).resolvesOnce(page).rejectsOnce(awsError('NoSuchBucket', 404))
    expect(await port.bucketSize('eu-west-1', 'b')).toEqual({objects: 3, more: true})
    expect(await port.bucketSize('eu-west-1', 'b')).toBeNull()
  })

  test('is emptied a page at a time, versions and delete markers', async () => {
    s3.on(ListObjectVersionsCommand).resolves(page)
    s3.on(DeleteObjectsCommand).resolves({})
    expect(await port.emptyBucket('eu-west-1', 'b')).toEqual({deleted: 3, more: true})
    expect(s3.commandCalls(DeleteObjectsCommand)[0]?.args[0].input.Delete?.Objects).toEqual([
      {Key: 'a', VersionId: '1'},
      {Key: 'a', VersionId: '2'},
      {Key: 'b', VersionId: '3'},
    ])
  })

  test("that is empty, or isn't there, needs no deletion", async () => {
    s3.on(ListObjectVersionsCommand).resolvesOnce({}).rejectsOnce(awsError('NoSuchBucket', 404))
    expect([await port.emptyBucket('eu-west-1', 'b'), await port.emptyBucket('eu-west-1', 'b')]).toEqual([
      {deleted: 0, more: false},
      {deleted: 0, more: false},
    ])
    expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(0)
  })

  test("whose objects can't be deleted says so", async () => {
    s3.on(ListObjectVersionsCommand).resolves(page)
    s3.on(DeleteObjectsCommand).resolves({Errors: [{Key: 'a', Code: 'AccessDenied', Message: 'Access Denied'}]})
    await expect(port.emptyBucket('eu-west-1', 'b')).rejects.toMatchObject({code: 'bucket-not-emptied'})
  })
})

describe('hosts', () => {
  test('protected from scale-in, by group', async () => {
    autoscaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolvesOnce({
        AutoScalingGroups: [
          {
            Instances: [
              {InstanceId: 'i-1', ProtectedFromScaleIn: true},
              {InstanceId: 'i-2', ProtectedFromScaleIn: false},
            ] as never,
          } as never,
        ],
      })
      .resolvesOnce({AutoScalingGroups: []})
    expect([await port.protectedInstances('eu-west-1', 'hosts'), await port.protectedInstances('eu-west-1', 'gone')]).toEqual([
      ['i-1'],
      null,
    ])
  })

  test('are set free fifty at a time', async () => {
    autoscaling.on(SetInstanceProtectionCommand).resolves({})
    await port.removeInstanceProtection(
      'eu-west-1',
      'hosts',
      Array.from({length: 60}, (_, index) => `i-${index}`),
    )
    expect(
      autoscaling
        .commandCalls(SetInstanceProtectionCommand)
        .map(({args}) => [args[0].input.InstanceIds?.length, args[0].input.ProtectedFromScaleIn]),
    ).toEqual([
      [50, false],
      [10, false],
    ])
  })
})

describe('a certificate', () => {
  const option = (Name: string, ValidationStatus: 'PENDING_VALIDATION' | 'SUCCESS') => ({
    DomainName: 'x',
    ValidationStatus,
    ResourceRecord: {Name, Type: 'CNAME' as const, Value: `${Name}.acm`},
  })

  test('waits for records, each said once', async () => {
    acm.on(DescribeCertificateCommand).resolves({
      Certificate: {
        Status: 'PENDING_VALIDATION',
        DomainValidationOptions: [
          option('_1.example.com', 'PENDING_VALIDATION'),
          option('_1.example.com', 'PENDING_VALIDATION'),
          option('_2.example.com', 'SUCCESS'),
        ],
      },
    })
    expect(await port.pendingRecords('eu-west-1', 'arn')).toEqual([
      {name: '_1.example.com', type: 'CNAME', value: '_1.example.com.acm'},
    ])
  })

  test("that is issued waits for nothing, and one that isn't there is null", async () => {
    acm
      .on(DescribeCertificateCommand)
      .resolvesOnce({Certificate: {Status: 'ISSUED'}})
      .rejectsOnce(awsError('ResourceNotFoundException', 400))
    expect([await port.pendingRecords('eu-west-1', 'arn'), await port.pendingRecords('eu-west-1', 'arn')]).toEqual([[], null])
  })
})
