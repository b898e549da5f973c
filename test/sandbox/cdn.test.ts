import {
  CloudFrontClient,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  ListConflictingAliasesCommand,
  UpdateDistributionCommand,
  UpdateDomainAssociationCommand,
} from '@aws-sdk/client-cloudfront'
import type {DistributionConfig} from '@aws-sdk/client-cloudfront'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {request} from 'node:http'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {openCdn} from '../../src/sandbox/plane/cdn.ts'
import type {Cdn} from '../../src/sandbox/plane/cdn.ts'
import {createNames} from '../../src/sandbox/plane/names.ts'
import type {Names} from '../../src/sandbox/plane/names.ts'
import {createS3} from '../../src/sandbox/services/s3.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'
import type {Stacked} from './a-resource.ts'

const MINUTE = 60_000
const [HOME, AWAY] = ['eu-west-1', 'eu-central-1'] as const
const ALIAS = 'www.example.com'
let wire: RecordsWire
let clock: LeapingClock
let names: Names
let cdn: Cdn
let client: CloudFrontClient
let certificate: string

interface Answer {
  readonly status: number
  readonly body: string
  readonly cache: string
}

const get = async (path: string, {host = ALIAS, method = 'GET', body = ''} = {}): Promise<Answer> => {
  const at = names.places().find(({region}) => region === 'aws-global')?.url ?? ''
  return await new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, at),
      {method, headers: {host, connection: 'close', 'content-length': body.length}},
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('end', () => {
          resolve({status: answer.statusCode ?? 0, body: text, cache: String(answer.headers['x-cache'])})
        })
      },
    )
    asked.on('error', reject).end(body)
  })
}
const bucketName = (region: string): string => `site-${region}`
const anOrigin = (id: string, region: string): object => ({
  Id: id,
  DomainName: `${bucketName(region)}.s3.${region}.amazonaws.com`,
  OriginAccessControlId: 'E1',
  S3OriginConfig: {OriginAccessIdentity: ''},
  ConnectionAttempts: 1,
  ConnectionTimeout: 1,
})
const aSite = async (more: Readonly<Record<string, unknown>> = {}): Promise<Stacked> =>
  aResource(wire.world, 'AWS::CloudFront::Distribution', {
    DistributionConfig: {
      Enabled: true,
      Comment: 'site',
      Aliases: [ALIAS],
      IPV6Enabled: true,
      DefaultRootObject: 'index.html',
      ViewerCertificate: {AcmCertificateArn: certificate, SslSupportMethod: 'sni-only', MinimumProtocolVersion: 'TLSv1.2_2021'},
      Origins: [
        anOrigin('here', HOME),
        anOrigin('there', AWAY),
        {
          Id: 'api',
          DomainName: 'api.example.com',
          CustomOriginConfig: {OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2']},
        },
      ],
      OriginGroups: {
        Quantity: 1,
        Items: [
          {
            Id: 'site',
            FailoverCriteria: {StatusCodes: {Quantity: 2, Items: [500, 503]}},
            Members: {Quantity: 2, Items: [{OriginId: 'here'}, {OriginId: 'there'}]},
          },
        ],
      },
      DefaultCacheBehavior: {
        TargetOriginId: 'site',
        ViewerProtocolPolicy: 'redirect-to-https',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
        CachedMethods: ['GET', 'HEAD'],
        CachePolicyId: 'p',
      },
      CacheBehaviors: [
        {
          PathPattern: '/api/*',
          TargetOriginId: 'api',
          ViewerProtocolPolicy: 'https-only',
          AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
          CachePolicyId: 'p',
        },
      ],
      CustomErrorResponses: [
        {ErrorCode: 404, ResponseCode: 404, ResponsePagePath: '/404.html'},
        {ErrorCode: 503, ErrorCachingMinTTL: 0},
      ],
      ...more,
    },
  })
const cloudFrontReads = (bucket: string): string =>
  JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Principal: {Service: 'cloudfront.amazonaws.com'},
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: {ArnLike: {'aws:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/*'}},
      },
    ],
  })
const put = async (region: string, Key: string, Body: string): Promise<void> => {
  await wire.world.invoke('s3', 'PutObject', {Bucket: bucketName(region), Key, Body}, region)
}
const configOf = async (Id: string): Promise<{readonly config: DistributionConfig; readonly etag: string}> => {
  const {DistributionConfig, ETag = ''} = await client.send(new GetDistributionConfigCommand({Id}))
  if (DistributionConfig === undefined) throw new Error('A distribution has a configuration.')
  return {config: DistributionConfig, etag: ETag}
}

beforeEach(async () => {
  clock = aLeapingClock(Date.parse('2031-05-06T07:08:09Z'), 60)
  wire = await aRecordsWire({clock})
  wire.world.register(createS3(wire.world))
  names = createNames(wire.world, () => [])
  cdn = await openCdn(wire.world, names)
  client = wire.kept(new CloudFrontClient(wire.client('us-east-1')))
  for (const region of [HOME, AWAY]) {
    await wire.world.invoke(
      's3',
      'CreateBucket',
      {Bucket: bucketName(region), CreateBucketConfiguration: {LocationConstraint: region}},
      region,
    )
    await wire.world.invoke(
      's3',
      'PutBucketPolicy',
      {Bucket: bucketName(region), Policy: cloudFrontReads(bucketName(region))},
      region,
    )
    await put(region, 'index.html', `home page from ${region}`)
    await put(region, '404.html', 'not here')
  }
  certificate = (
    await aResource(
      wire.world,
      'AWS::CertificateManager::Certificate',
      {
        DomainName: '*.example.com',
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{DomainName: '*.example.com', HostedZoneId: 'Z0EXAMPLE0000'}],
      },
      {region: 'us-east-1'},
    )
  ).id
  await clock.leap(5 * MINUTE)
})
afterEach(async () => {
  await cdn.close()
  await wire.close()
})

describe('the edges', () => {
  it('serve a new distribution two minutes after it was made', async () => {
    await aSite()
    expect((await get('/')).status).toBe(403)
    await clock.leap(2 * MINUTE)
    expect(await get('/')).toEqual({status: 200, body: `home page from ${HOME}`, cache: 'Miss from cloudfront'})
  })

  it.each<[string, () => Promise<unknown>, string, {readonly host?: string; readonly method?: string}, Partial<Answer>]>([
    [
      "read the second bucket when the first one's Region refuses",
      async () => wire.world.setFault({kind: 'region-down', region: HOME}),
      '/',
      {},
      {status: 200, body: `home page from ${AWAY}`},
    ],
    [
      "read the second bucket when the first one's Region is silent",
      async () => wire.world.setFault({kind: 'region-down', region: HOME, message: 'hang'}),
      '/',
      {},
      {status: 200, body: `home page from ${AWAY}`},
    ],
    [
      'say that nobody was there when both Regions are lost',
      async () => {
        for (const region of [HOME, AWAY]) wire.world.setFault({kind: 'region-down', region})
      },
      '/',
      {},
      {status: 502, cache: 'Error from cloudfront'},
    ],
    [
      "give the distribution's own page for what is missing",
      async () => undefined,
      '/nothing.html',
      {},
      {status: 404, body: 'not here'},
    ],
    ["refuse a method that the behaviour doesn't allow", async () => undefined, '/', {method: 'POST'}, {status: 403}],
    ['refuse a name that no distribution has', async () => undefined, '/', {host: 'shop.example.net'}, {status: 403}],
    [
      "can't read a bucket that doesn't let them",
      async () => wire.world.invoke('s3', 'DeleteBucketPolicy', {Bucket: bucketName(HOME)}, HOME),
      '/',
      {},
      {status: 403},
    ],
    [
      "have nobody behind the API's path while its name leads nowhere",
      async () => undefined,
      '/api/x',
      {method: 'POST'},
      {status: 502},
    ],
  ])('%s', async (_sentence, arrange, path, how, expected) => {
    await aSite()
    await clock.leap(2 * MINUTE)
    await arrange()
    expect(await get(path, how)).toMatchObject(expected)
  })

  it("hand the API's path to whoever its name leads to, with that name as the host", async () => {
    const seen: string[] = []
    const api = createServer((asked, answer) => {
      seen.push(`${asked.method} ${asked.url} ${asked.headers.host}`)
      answer.end('from the API')
    })
    await new Promise<void>((resolve) => {
      api.listen(0, '127.0.0.1', resolve)
    })
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
    const own = createNames(wire.world, () => [
      {
        region: HOME,
        loadBalancer: 'a',
        dnsName: 'a.elb.amazonaws.com',
        listenerArn: 'a',
        listenerPort: 443,
        protocol: 'HTTPS',
        port: 1,
        url,
      },
    ])
    const second = await openCdn(wire.world, own)
    names = own
    await aSite({
      Origins: [{Id: 'api', DomainName: 'a.elb.amazonaws.com', CustomOriginConfig: {OriginProtocolPolicy: 'https-only'}}],
      OriginGroups: undefined,
      DefaultCacheBehavior: {
        TargetOriginId: 'api',
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
      },
      CacheBehaviors: [],
    })
    await clock.leap(2 * MINUTE)
    expect(await get('/api/orders?x=1', {method: 'POST', body: '{}'})).toMatchObject({status: 200, body: 'from the API'})
    expect(seen).toEqual(['POST /api/orders?x=1 a.elb.amazonaws.com'])
    await second.close()
    await new Promise<void>((resolve) => {
      api.close(() => {
        resolve()
      })
    })
  })
})

describe('a distribution is changed by a call', () => {
  it('that names the ETag it began from; the edges follow two minutes later', async () => {
    const {id} = await aSite()
    await clock.leap(2 * MINUTE)
    const {config, etag} = await configOf(id)
    const groups = config.OriginGroups?.Items?.map((group) => ({
      ...group,
      Members: {...group.Members, Quantity: 2, Items: [...(group.Members?.Items ?? [])].reverse()},
    }))
    const changed = await client.send(
      new UpdateDistributionCommand({
        Id: id,
        IfMatch: etag,
        DistributionConfig: {...config, OriginGroups: {Quantity: 1, Items: groups}},
      }),
    )
    expect(changed.Distribution?.Status).toBe('InProgress')
    expect(changed.ETag).not.toBe(etag)
    expect((await get('/')).body).toBe(`home page from ${HOME}`)
    await clock.leap(2 * MINUTE)
    expect((await get('/')).body).toBe(`home page from ${AWAY}`)
    expect((await client.send(new GetDistributionCommand({Id: id}))).Distribution?.Status).toBe('Deployed')
  })

  it("keeps the template's spelling of everything that the call gave back as it was", async () => {
    const {id} = await aSite()
    const before = wire.world.records.get('aws-global', 'AWS::CloudFront::Distribution', id)?.properties[
      'DistributionConfig'
    ] as Readonly<Record<string, unknown>>
    const {config, etag} = await configOf(id)
    await client.send(
      new UpdateDistributionCommand({
        Id: id,
        IfMatch: etag,
        DistributionConfig: {...config, Comment: 'changed', IsIPV6Enabled: false},
      }),
    )
    const after = wire.world.records.get('aws-global', 'AWS::CloudFront::Distribution', id)?.properties['DistributionConfig']
    expect(after).toEqual({...before, Comment: 'changed', IPV6Enabled: false})
  })

  it.each<
    [
      string,
      (config: DistributionConfig, etag: string) => {readonly IfMatch?: string; readonly DistributionConfig: DistributionConfig},
      string,
    ]
  >([
    ['with an ETag of before', (config) => ({IfMatch: 'E0STALE', DistributionConfig: config}), 'PreconditionFailed'],
    ['without an ETag', (config) => ({DistributionConfig: config}), 'InvalidIfMatchVersion'],
    [
      'with an alias of another distribution',
      (config, IfMatch) => ({IfMatch, DistributionConfig: {...config, Aliases: {Quantity: 1, Items: ['other.example.com']}}}),
      'CNAMEAlreadyExists',
    ],
    [
      "with an alias that its certificate doesn't cover",
      (config, IfMatch) => ({IfMatch, DistributionConfig: {...config, Aliases: {Quantity: 1, Items: ['www.example.org']}}}),
      'InvalidViewerCertificate',
    ],
    [
      'with another caller reference',
      (config, IfMatch) => ({IfMatch, DistributionConfig: {...config, CallerReference: 'x'}}),
      'IllegalUpdate',
    ],
  ])('and refused %s', async (_sentence, change, name) => {
    const {id} = await aSite()
    await aSite({Aliases: ['other.example.com']})
    const {config, etag} = await configOf(id)
    await expect(client.send(new UpdateDistributionCommand({Id: id, ...change(config, etag)}))).rejects.toMatchObject({name})
  })

  it('answers a stale ETag with a 412', async () => {
    const {id} = await aSite()
    const {config} = await configOf(id)
    await expect(
      client.send(new UpdateDistributionCommand({Id: id, IfMatch: 'E0STALE', DistributionConfig: config})),
    ).rejects.toMatchObject({$metadata: {httpStatusCode: 412}})
  })
})

describe('an alias moves', () => {
  const aSpare = async (): Promise<Stacked> =>
    aSite({
      Aliases: [],
      DefaultRootObject: 'index.html',
      OriginGroups: undefined,
      Origins: [anOrigin('there', AWAY)],
      CacheBehaviors: [],
      DefaultCacheBehavior: {TargetOriginId: 'there', ViewerProtocolPolicy: 'redirect-to-https'},
    })

  it('at once by its records; whoever had it serves it until the edges know', async () => {
    const [first, spare] = [await aSite(), await aSpare()]
    await clock.leap(2 * MINUTE)
    const {etag} = await configOf(spare.id)
    await client.send(
      new UpdateDomainAssociationCommand({Domain: ALIAS, TargetResource: {DistributionId: spare.id}, IfMatch: etag}),
    )
    expect((await configOf(first.id)).config.Aliases?.Quantity).toBe(0)
    expect((await configOf(spare.id)).config.Aliases?.Items).toEqual([ALIAS])
    expect((await get('/')).body).toBe(`home page from ${HOME}`)
    await clock.leap(2 * MINUTE)
    expect((await get('/')).body).toBe(`home page from ${AWAY}`)
  })

  it("never to a distribution that has changed since, and never to one whose certificate doesn't cover it", async () => {
    const [, spare] = [await aSite(), await aSpare()]
    const {etag} = await configOf(spare.id)
    const move = async (Domain: string, IfMatch: string): Promise<unknown> =>
      await client.send(new UpdateDomainAssociationCommand({Domain, TargetResource: {DistributionId: spare.id}, IfMatch}))
    await expect(move(ALIAS, 'E0STALE')).rejects.toMatchObject({name: 'PreconditionFailed'})
    await expect(move('www.example.org', etag)).rejects.toMatchObject({name: 'InvalidArgument'})
    const {ConflictingAliasesList} = await client.send(
      new ListConflictingAliasesCommand({DistributionId: spare.id, Alias: ALIAS}),
    )
    expect(ConflictingAliasesList?.Items?.map((one) => one.Alias)).toEqual([ALIAS])
  })
})
