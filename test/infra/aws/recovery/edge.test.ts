import {
  CloudFrontClient,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
  UpdateDistributionCommand,
  UpdateDomainAssociationCommand,
} from '@aws-sdk/client-cloudfront'
import type {DistributionConfig} from '@aws-sdk/client-cloudfront'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {edge} from '../../../../src/infra/aws/recovery/edge.ts'
import {aSession, awsError} from '../a-session.ts'

const aws = mockClient(CloudFrontClient)
beforeEach(() => {
  aws.reset()
  aws.onAnyCommand().resolves({})
})
const regions: string[] = []
const port = edge(aSession({region: 'eu-central-1', onCall: ({region}) => void regions.push(region)}))
const bucket = (region: string) => `shop-site.s3.${region}.amazonaws.com`
const config = {
  Comment: 'kept',
  Aliases: {Quantity: 1, Items: ['www.example.com']},
  ViewerCertificate: {ACMCertificateArn: 'arn:certificate'},
  Origins: {
    Quantity: 3,
    Items: [
      {Id: 'here', DomainName: bucket('eu-west-1')},
      {Id: 'there', DomainName: bucket('eu-central-1')},
      {Id: 'api', DomainName: 'origin.example.com'},
    ],
  },
  OriginGroups: {
    Quantity: 1,
    Items: [
      {
        Id: 'site',
        FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [503]}},
        Members: {Quantity: 2, Items: [{OriginId: 'here'}, {OriginId: 'there'}]},
      },
    ],
  },
  DefaultCacheBehavior: {TargetOriginId: 'site', ViewerProtocolPolicy: 'https-only'},
} as unknown as DistributionConfig
const stands = (DistributionConfig: DistributionConfig, ETag = 'E1') =>
  aws.on(GetDistributionConfigCommand).resolves({DistributionConfig, ETag})
const sent = () => aws.commandCalls(UpdateDistributionCommand)[0]?.args[0].input

describe('a distribution', () => {
  test('is found by its alias, on whatever page, and asked where its control plane is', async () => {
    aws
      .on(ListDistributionsCommand)
      .resolvesOnce({
        DistributionList: {IsTruncated: true, NextMarker: 'm', Items: [{Id: 'D0', Aliases: {Quantity: 0}}]} as never,
      })
      .resolvesOnce({DistributionList: {Items: [{Id: 'D1', Aliases: {Quantity: 1, Items: ['www.example.com']}}]} as never})
    aws.on(GetDistributionCommand, {Id: 'D1'}).resolves({
      ETag: 'E1',
      Distribution: {
        Id: 'D1',
        ARN: 'arn',
        DomainName: 'd1.cloudfront.net',
        Status: 'InProgress',
        DistributionConfig: config,
      } as never,
    })
    expect(await port.distribution({alias: 'www.example.com'})).toEqual({
      id: 'D1',
      arn: 'arn',
      domain: 'd1.cloudfront.net',
      status: 'InProgress',
      etag: 'E1',
      aliases: ['www.example.com'],
      certificate: 'arn:certificate',
      siteOrigins: ['here', 'there'],
      origins: [
        {id: 'here', domain: bucket('eu-west-1')},
        {id: 'there', domain: bucket('eu-central-1')},
        {id: 'api', domain: 'origin.example.com'},
      ],
    })
    expect(new Set(regions)).toEqual(new Set(['us-east-1']))
  })

  test("that isn't there, or whose alias nobody has, is null", async () => {
    aws.on(ListDistributionsCommand).resolves({DistributionList: {Items: []} as never})
    aws.on(GetDistributionCommand).rejects(awsError('NoSuchDistribution', 404))
    expect([await port.distribution({alias: 'nobody'}), await port.distribution({id: 'D9'})]).toEqual([null, null])
  })
})

describe("preferring a Region's origin", () => {
  test('turns the group round and sends everything else as it was, if nobody else changed it', async () => {
    stands(config)
    expect(await port.preferOrigin('D1', 'eu-central-1', 'E1')).toBe('asked')
    expect(sent()).toMatchObject({
      Id: 'D1',
      IfMatch: 'E1',
      DistributionConfig: {Comment: 'kept', Aliases: config.Aliases, Origins: config.Origins},
    })
    expect(sent()?.DistributionConfig?.OriginGroups?.Items?.[0]).toMatchObject({
      Id: 'site',
      Members: {Quantity: 2, Items: [{OriginId: 'there'}, {OriginId: 'here'}]},
    })
  })

  test('that is preferred already changes nothing', async () => {
    stands(config)
    expect(await port.preferOrigin('D1', 'eu-west-1', 'E1')).toBe('asked')
    expect(sent()).toBeUndefined()
  })

  test('without a group changes where the default behaviour leads', async () => {
    stands({
      ...config,
      OriginGroups: {Quantity: 0},
      DefaultCacheBehavior: {...config.DefaultCacheBehavior, TargetOriginId: 'here'},
    } as DistributionConfig)
    await port.preferOrigin('D1', 'eu-central-1', 'E1')
    expect(sent()?.DistributionConfig?.DefaultCacheBehavior).toMatchObject({
      TargetOriginId: 'there',
      ViewerProtocolPolicy: 'https-only',
    })
  })

  test.each([
    ['another ETag stands there', () => stands(config, 'E2')],
    [
      'somebody was quicker',
      () => {
        stands(config)
        aws.on(UpdateDistributionCommand).rejects(awsError('PreconditionFailed', 412))
      },
    ],
  ])('is stale when %s', async (_, arrange) => {
    arrange()
    expect(await port.preferOrigin('D1', 'eu-central-1', 'E1')).toBe('stale')
  })

  test('that no origin is in says what to do', async () => {
    stands(config)
    await expect(port.preferOrigin('D1', 'ap-south-1', 'E1')).rejects.toMatchObject({code: 'no-such-origin'})
  })
})

describe('moving an alias', () => {
  test('names domain, target and ETag', async () => {
    expect(await port.moveAlias('www.example.com', 'D2', 'E1')).toBe('asked')
    expect(aws.commandCalls(UpdateDomainAssociationCommand)[0]?.args[0].input).toEqual({
      Domain: 'www.example.com',
      TargetResource: {DistributionId: 'D2'},
      IfMatch: 'E1',
    })
  })

  test.each(['CNAMEAlreadyExists', 'IllegalUpdate', 'InvalidArgument'])(
    "is a conflict in CloudFront's words: %s",
    async (name) => {
      aws.on(UpdateDomainAssociationCommand).rejects(awsError(name, 409, 'points to another CloudFront distribution'))
      expect(await port.moveAlias('www.example.com', 'D2', 'E1')).toEqual({conflict: 'points to another CloudFront distribution'})
    },
  )

  test.each([
    ['PreconditionFailed', 412],
    ['InvalidIfMatchVersion', 400],
  ])('is stale: %s', async (name, status) => {
    aws.on(UpdateDomainAssociationCommand).rejects(awsError(name, status))
    expect(await port.moveAlias('www.example.com', 'D2', 'E1')).toBe('stale')
  })

  test('that may not be done is an error, not a conflict', async () => {
    aws.on(UpdateDomainAssociationCommand).rejects(awsError('AccessDenied', 403))
    await expect(port.moveAlias('www.example.com', 'D2', 'E1')).rejects.toMatchObject({code: 'access-denied'})
  })
})
