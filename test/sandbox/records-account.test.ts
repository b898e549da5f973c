import {CloudControlClient, GetResourceCommand, ListResourcesCommand} from '@aws-sdk/client-cloudcontrol'
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeImagesCommand,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  PutImageCommand,
} from '@aws-sdk/client-ecr'
import {
  CreateServiceLinkedRoleCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam'
import {ListServiceQuotasCommand, ServiceQuotasClient} from '@aws-sdk/client-service-quotas'
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'

let wire: RecordsWire

beforeEach(async () => {
  wire = await aRecordsWire()
})
afterEach(async () => {
  await wire.close()
})

const kept = <C extends {destroy(): void}>(client: C): C => wire.kept(client)
const TRUST = {
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Principal: {Service: 'ec2.amazonaws.com'}, Action: 'sts:AssumeRole'}],
}

describe('parameters', () => {
  const IMAGE = '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id'

  it("a stack's parameter and a call's are the same thing", async () => {
    const ssm = kept(new SSMClient(wire.client()))
    await aResource(wire.world, 'AWS::SSM::Parameter', {
      Name: '/shop/ami',
      Type: 'String',
      Value: 'ami-0123456789abcdef0',
      DataType: 'aws:ec2:image',
    })
    expect((await ssm.send(new GetParameterCommand({Name: '/shop/ami'}))).Parameter).toMatchObject({
      Value: 'ami-0123456789abcdef0',
      Version: 1,
    })
    await expect(ssm.send(new PutParameterCommand({Name: '/shop/ami', Value: 'ami-0fedcba9876543210'}))).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
    })
    await ssm.send(new PutParameterCommand({Name: '/shop/ami', Value: 'ami-0fedcba9876543210', Overwrite: true}))
    expect((await ssm.send(new GetParameterCommand({Name: '/shop/ami'}))).Parameter).toMatchObject({
      Value: 'ami-0fedcba9876543210',
      Version: 2,
    })
    expect(wire.world.records.get('eu-west-1', 'AWS::SSM::Parameter', '/shop/ami')?.properties['Value']).toBe(
      'ami-0fedcba9876543210',
    )
  })

  it('a second stack that wants the name is refused', async () => {
    await aResource(wire.world, 'AWS::SSM::Parameter', {Name: '/shop/ami', Type: 'String', Value: 'x'})
    await expect(aResource(wire.world, 'AWS::SSM::Parameter', {Name: '/shop/ami', Type: 'String', Value: 'y'})).rejects.toThrow(
      '/shop/ami already exists.',
    )
  })

  it('AWS publishes one image per path and Region, the same every time', async () => {
    const value = async (region: string, Name = IMAGE): Promise<string | undefined> =>
      (await kept(new SSMClient(wire.client(region))).send(new GetParameterCommand({Name}))).Parameter?.Value
    expect(await value('eu-west-1')).toMatch(/^ami-[0-9a-f]{17}$/)
    expect(await value('eu-west-1')).toBe(await value('eu-west-1'))
    expect(await value('eu-west-1')).not.toBe(await value('eu-central-1'))
    expect(JSON.parse((await value('eu-west-1', IMAGE.replace(/\/image_id$/, ''))) ?? '')).toMatchObject({
      image_id: await value('eu-west-1'),
    })
  })

  it('what is not there is named, by many and by one', async () => {
    const ssm = kept(new SSMClient(wire.client()))
    expect(await ssm.send(new GetParametersCommand({Names: [IMAGE, '/nobody', '/aws/service/nobody']}))).toMatchObject({
      Parameters: [{Name: IMAGE}],
      InvalidParameters: ['/nobody', '/aws/service/nobody'],
    })
    await expect(ssm.send(new GetParameterCommand({Name: '/nobody'}))).rejects.toMatchObject({name: 'ParameterNotFound'})
    await expect(ssm.send(new DeleteParameterCommand({Name: '/nobody'}))).rejects.toMatchObject({name: 'ParameterNotFound'})
  })

  it('a path is paged, ten at a time', async () => {
    const ssm = kept(new SSMClient(wire.client()))
    for (let number = 0; number < 12; number++)
      await ssm.send(new PutParameterCommand({Name: `/shop/p${number}`, Type: 'String', Value: String(number)}))
    const first = await ssm.send(new GetParametersByPathCommand({Path: '/shop'}))
    const second = await ssm.send(new GetParametersByPathCommand({Path: '/shop', NextToken: first.NextToken}))
    expect([first.Parameters?.length, second.Parameters?.length, second.NextToken]).toEqual([10, 2, undefined])
  })
})

describe('roles', () => {
  it("a role's name is taken in every Region at once", async () => {
    await aResource(wire.world, 'AWS::IAM::Role', {RoleName: 'shop', AssumeRolePolicyDocument: TRUST})
    await expect(
      aResource(wire.world, 'AWS::IAM::Role', {RoleName: 'shop', AssumeRolePolicyDocument: TRUST}, {region: 'eu-central-1'}),
    ).rejects.toThrow('Role with name shop already exists.')
    const {Role} = await kept(new IAMClient(wire.client('eu-central-1'))).send(new GetRoleCommand({RoleName: 'shop'}))
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toEqual(TRUST)
  })

  it("a name of CloudFormation's own fits into 64 characters", async () => {
    const {id} = await aResource(
      wire.world,
      'AWS::IAM::Role',
      {AssumeRolePolicyDocument: TRUST},
      {stack: 'shop-production-main-Observability-1ABCDEFGHIJKL', logicalId: 'ReplicationRole'},
    )
    expect(id.length).toBeLessThanOrEqual(64)
    expect(id).toMatch(/ReplicationRole-[0-9A-F]{12}$/)
  })

  it('a role stays while an instance profile holds it', async () => {
    const role = await aResource(wire.world, 'AWS::IAM::Role', {AssumeRolePolicyDocument: TRUST})
    const profile = await aResource(wire.world, 'AWS::IAM::InstanceProfile', {Roles: [role.id]})
    await expect(role.remove()).rejects.toMatchObject({code: 'DeleteConflict'})
    await profile.remove()
    await expect(role.remove()).resolves.toBeUndefined()
  })

  it('a fresh account has no service-linked role; one is made once', async () => {
    const iam = kept(new IAMClient(wire.client()))
    await expect(iam.send(new GetRoleCommand({RoleName: 'AWSServiceRoleForAutoScaling'}))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    })
    const create = async (): Promise<unknown> =>
      iam.send(new CreateServiceLinkedRoleCommand({AWSServiceName: 'autoscaling.amazonaws.com'}))
    await create()
    expect((await iam.send(new ListRolesCommand({PathPrefix: '/aws-service-role/'}))).Roles).toMatchObject([
      {RoleName: 'AWSServiceRoleForAutoScaling'},
    ])
    await expect(create()).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining('has been taken in this account') as string,
    })
  })

  it('the one person of the account may do everything but what a fault denies', async () => {
    wire.world.setFault({kind: 'denied', target: 'ssm:GetParameter'})
    await expect(kept(new SSMClient(wire.client())).send(new GetParameterCommand({Name: '/x'}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: ssm:GetParameter') as string,
    })
    const {EvaluationResults} = await kept(new IAMClient(wire.client())).send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: 'arn:aws:iam::111122223333:user/sandbox',
        ActionNames: ['ecs:UpdateService', 'ssm:GetParameter'],
      }),
    )
    expect(EvaluationResults?.map(({EvalActionName, EvalDecision}) => [EvalActionName, EvalDecision])).toEqual([
      ['ecs:UpdateService', 'allowed'],
      ['ssm:GetParameter', 'implicitDeny'],
    ])
  })
})

describe('quotas', () => {
  it('are listed by service', async () => {
    const {Quotas} = await kept(new ServiceQuotasClient(wire.client())).send(new ListServiceQuotasCommand({ServiceCode: 'vpc'}))
    expect(Quotas?.find(({QuotaCode}) => QuotaCode === 'L-F678F1CE')).toMatchObject({QuotaName: 'VPCs per Region', Value: 5})
  })
})

describe('repositories', () => {
  it('one with an image in it stays, and an immutable tag does not move', async () => {
    const repository = await aResource(wire.world, 'AWS::ECR::Repository', {
      RepositoryName: 'shop/api',
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: {ScanOnPush: true},
    })
    const ecr = kept(new ECRClient(wire.client()))
    expect((await ecr.send(new DescribeRepositoriesCommand({}))).repositories).toMatchObject([
      {
        repositoryUri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/api',
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: {scanOnPush: true},
      },
    ])
    await ecr.send(new PutImageCommand({repositoryName: 'shop/api', imageManifest: '{"one":1}', imageTag: 'v1'}))
    await expect(
      ecr.send(new PutImageCommand({repositoryName: 'shop/api', imageManifest: '{"two":2}', imageTag: 'v1'})),
    ).rejects.toMatchObject({name: 'ImageTagAlreadyExistsException'})
    expect((await ecr.send(new DescribeImagesCommand({repositoryName: 'shop/api'}))).imageDetails).toMatchObject([
      {imageTags: ['v1']},
    ])
    await expect(repository.remove()).rejects.toMatchObject({code: 'RepositoryNotEmptyException'})
  })

  it('a registry replicates to where its one configuration says', async () => {
    const configuration = {
      ReplicationConfiguration: {
        Rules: [
          {
            Destinations: [{Region: 'eu-central-1', RegistryId: '111122223333'}],
            RepositoryFilters: [{Filter: 'shop/', FilterType: 'PREFIX_MATCH'}],
          },
        ],
      },
    }
    await aResource(wire.world, 'AWS::ECR::ReplicationConfiguration', configuration)
    expect(
      (await kept(new ECRClient(wire.client())).send(new DescribeRegistryCommand({}))).replicationConfiguration?.rules,
    ).toMatchObject([{destinations: [{region: 'eu-central-1'}]}])
    await expect(aResource(wire.world, 'AWS::ECR::ReplicationConfiguration', configuration)).rejects.toMatchObject({
      code: 'AlreadyExists',
    })
  })
})

describe('logs', () => {
  it("a stack's group takes events and gives them back", async () => {
    const group = await aResource(wire.world, 'AWS::Logs::LogGroup', {LogGroupName: '/shop/api', RetentionInDays: '30'})
    expect(group.attributes['Arn']).toBe('arn:aws:logs:eu-west-1:111122223333:log-group:/shop/api:*')
    const logs = kept(new CloudWatchLogsClient(wire.client()))
    const stream = {logGroupName: '/shop/api', logStreamName: 'api/1'}
    await logs.send(new CreateLogStreamCommand(stream))
    await logs.send(
      new PutLogEventsCommand({
        ...stream,
        logEvents: [
          {timestamp: 1000, message: 'listening'},
          {timestamp: 2000, message: 'no database'},
        ],
      }),
    )
    expect((await logs.send(new DescribeLogGroupsCommand({logGroupNamePrefix: '/shop'}))).logGroups).toMatchObject([
      {logGroupName: '/shop/api', retentionInDays: 30},
    ])
    expect((await logs.send(new GetLogEventsCommand({...stream, limit: 1}))).events?.map(({message}) => message)).toEqual([
      'no database',
    ])
    expect(
      (await logs.send(new FilterLogEventsCommand({logGroupName: '/shop/api', filterPattern: '"listening"'}))).events?.map(
        ({logStreamName, message}) => [logStreamName, message],
      ),
    ).toEqual([['api/1', 'listening']])
  })

  it('a protected group stays', async () => {
    const group = await aResource(wire.world, 'AWS::Logs::LogGroup', {LogGroupName: '/shop/api', DeletionProtectionEnabled: true})
    await expect(group.remove()).rejects.toThrow('deletion protection')
  })
})

describe('everything else', () => {
  it('is seen through Cloud Control, properties and attributes in one', async () => {
    const topic = await aResource(wire.world, 'AWS::SNS::Topic', {TopicName: 'alarms', KmsMasterKeyId: 'k'})
    const control = kept(new CloudControlClient(wire.client()))
    const {ResourceDescription} = await control.send(new GetResourceCommand({TypeName: 'AWS::SNS::Topic', Identifier: topic.id}))
    expect(JSON.parse(ResourceDescription?.Properties ?? '')).toMatchObject({
      TopicName: 'alarms',
      KmsMasterKeyId: 'k',
      TopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
    })
    expect((await control.send(new ListResourcesCommand({TypeName: 'AWS::SNS::Topic'}))).ResourceDescriptions).toHaveLength(1)
    await expect(control.send(new GetResourceCommand({TypeName: 'AWS::SQS::Queue', Identifier: 'nobody'}))).rejects.toMatchObject(
      {name: 'ResourceNotFoundException'},
    )
  })

  it('a function needs a role that is there, a subscription its topic, a queue policy its queue', async () => {
    for (const [type, properties] of [
      ['AWS::Lambda::Function', {Role: 'arn:aws:iam::111122223333:role/nobody'}],
      ['AWS::SNS::Subscription', {TopicArn: 'arn:aws:sns:eu-west-1:111122223333:nobody'}],
      ['AWS::SQS::QueuePolicy', {Queues: ['https://sqs.eu-west-1.amazonaws.com/111122223333/nobody']}],
    ] as const)
      await expect(aResource(wire.world, type, properties), type).rejects.toThrow()
  })

  it("a component's version is made once", async () => {
    const component = {Name: 'Shop host', Version: '1.0.3', Platform: 'Linux', Data: 'x'}
    expect((await aResource(wire.world, 'AWS::ImageBuilder::Component', component)).id).toBe(
      'arn:aws:imagebuilder:eu-west-1:111122223333:component/shop-host/1.0.3/1',
    )
    await expect(aResource(wire.world, 'AWS::ImageBuilder::Component', component)).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    })
  })
})
