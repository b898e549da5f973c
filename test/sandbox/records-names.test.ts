import {ACMClient, DeleteCertificateCommand, DescribeCertificateCommand, RequestCertificateCommand} from '@aws-sdk/client-acm'
import {
  CloudFrontClient,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
} from '@aws-sdk/client-cloudfront'
import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHealthCheckCommand,
  GetHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import type {ChangeAction, ResourceRecordSet} from '@aws-sdk/client-route-53'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'
import type {Stacked} from './a-resource.ts'

const ZONE = 'Z0EXAMPLE0000'
const MINUTE = 60_000
let wire: RecordsWire
let clock: LeapingClock
let route53: Route53Client
let acm: ACMClient

beforeEach(async () => {
  clock = aLeapingClock(Date.parse('2031-05-06T07:08:09Z'))
  wire = await aRecordsWire({clock})
  route53 = new Route53Client(wire.client())
  acm = new ACMClient(wire.client())
})
afterEach(async () => {
  route53.destroy()
  acm.destroy()
  await wire.close()
})

const change = async (Action: ChangeAction, ResourceRecordSet: ResourceRecordSet): Promise<string> => {
  const {ChangeInfo} = await route53.send(
    new ChangeResourceRecordSetsCommand({HostedZoneId: ZONE, ChangeBatch: {Changes: [{Action, ResourceRecordSet}]}}),
  )
  return ChangeInfo?.Id ?? ''
}
const record = (name: string, value: string): ResourceRecordSet => ({
  Name: name,
  Type: 'CNAME',
  TTL: 60,
  ResourceRecords: [{Value: value}],
})

describe('names', () => {
  it('every account begins with one public zone', async () => {
    expect((await route53.send(new ListHostedZonesCommand({}))).HostedZones).toMatchObject([
      {Id: `/hostedzone/${ZONE}`, Name: 'example.com.', Config: {PrivateZone: false}},
    ])
    expect(await route53.send(new GetHostedZoneCommand({Id: ZONE}))).toMatchObject({HostedZone: {Name: 'example.com.'}})
    await expect(route53.send(new GetHostedZoneCommand({Id: 'Z0NOBODY'}))).rejects.toMatchObject({name: 'NoSuchHostedZone'})
  })

  it('a change is pending first and in sync half a minute later', async () => {
    const id = await change('CREATE', record('www.example.com', 'shop.example.net'))
    const status = async (): Promise<unknown> => (await route53.send(new GetChangeCommand({Id: id}))).ChangeInfo?.Status
    expect(await status()).toBe('PENDING')
    await clock.leap(31_000)
    expect(await status()).toBe('INSYNC')
  })

  it.each<[string, ChangeAction, ResourceRecordSet, string]>([
    [
      'a record that is there cannot be created again',
      'CREATE',
      record('www.example.com', 'x.example.net'),
      "Tried to create resource record set [name='www.example.com.', type='CNAME'] but it already exists",
    ],
    [
      'a record is deleted by its exact value only',
      'DELETE',
      record('www.example.com', 'x.example.net'),
      'but the values provided do not match the current values',
    ],
    [
      'a record that is not there cannot be deleted',
      'DELETE',
      record('api.example.com', 'x.example.net'),
      'but it was not found',
    ],
    [
      'a name of another domain is not permitted',
      'UPSERT',
      record('www.example.org', 'x.example.net'),
      'RRSet with DNS name www.example.org. is not permitted in zone example.com.',
    ],
    [
      'a CNAME is not permitted at the apex',
      'UPSERT',
      record('example.com', 'x.example.net'),
      'is not permitted at apex in zone example.com.',
    ],
    [
      'nothing else may stand beside a CNAME',
      'CREATE',
      {Name: 'www.example.com', Type: 'A', TTL: 60, ResourceRecords: [{Value: '192.0.2.1'}]},
      'conflicts with other records with the same DNS name',
    ],
  ])('%s', async (_sentence, action, set, message) => {
    await change('CREATE', record('www.example.com', 'shop.example.net'))
    await expect(change(action, set)).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining(message) as string,
    })
  })

  it('a batch is applied as a whole or not at all', async () => {
    await expect(
      route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: ZONE,
          ChangeBatch: {
            Changes: [
              {Action: 'CREATE', ResourceRecordSet: record('one.example.com', 'x.example.net')},
              {Action: 'DELETE', ResourceRecordSet: record('two.example.com', 'x.example.net')},
            ],
          },
        }),
      ),
    ).rejects.toThrow('two.example.com.')
    const {ResourceRecordSets} = await route53.send(
      new ListResourceRecordSetsCommand({HostedZoneId: ZONE, StartRecordName: 'one.example.com', StartRecordType: 'CNAME'}),
    )
    expect((ResourceRecordSets ?? []).map(({Name}) => Name)).not.toContain('one.example.com.')
  })

  it('a failover pair is two record sets of one name; a second primary is refused', async () => {
    const alias = {HostedZoneId: 'Z32O12XQLNTSW2', DNSName: 'alb.example.net', EvaluateTargetHealth: 'false'}
    const pair = {HostedZoneId: ZONE, Name: 'api.example.com', Type: 'A', AliasTarget: alias}
    const primary = await aResource(wire.world, 'AWS::Route53::RecordSet', {
      ...pair,
      SetIdentifier: 'eu-west-1',
      Failover: 'PRIMARY',
    })
    await aResource(
      wire.world,
      'AWS::Route53::RecordSet',
      {...pair, SetIdentifier: 'eu-central-1', Failover: 'SECONDARY'},
      {region: 'eu-central-1'},
    )
    const {ResourceRecordSets} = await route53.send(
      new ListResourceRecordSetsCommand({HostedZoneId: ZONE, StartRecordName: 'api.example.com', StartRecordType: 'A'}),
    )
    expect(ResourceRecordSets?.slice(0, 2)).toMatchObject([
      {SetIdentifier: 'eu-central-1', Failover: 'SECONDARY'},
      {SetIdentifier: 'eu-west-1', Failover: 'PRIMARY', AliasTarget: {EvaluateTargetHealth: false}},
    ])
    await expect(
      aResource(wire.world, 'AWS::Route53::RecordSet', {...pair, SetIdentifier: 'third', Failover: 'PRIMARY'}),
    ).rejects.toThrow('another PRIMARY RRSet exists')
    await primary.remove()
    const after = await route53.send(
      new ListResourceRecordSetsCommand({HostedZoneId: ZONE, StartRecordName: 'api.example.com', StartRecordType: 'A'}),
    )
    expect(after.ResourceRecordSets?.filter(({Name}) => Name === 'api.example.com.')).toMatchObject([
      {SetIdentifier: 'eu-central-1'},
    ])
  })

  it('a health check keeps what it was told; a child of a calculated one stays', async () => {
    const child = await aResource(wire.world, 'AWS::Route53::HealthCheck', {
      HealthCheckConfig: {Type: 'HTTPS', FullyQualifiedDomainName: 'x.example.com', Inverted: 'true', RequestInterval: 10},
    })
    await aResource(wire.world, 'AWS::Route53::HealthCheck', {
      HealthCheckConfig: {Type: 'CALCULATED', ChildHealthChecks: [child.id], HealthThreshold: 2},
    })
    expect(
      (await route53.send(new GetHealthCheckCommand({HealthCheckId: child.id}))).HealthCheck?.HealthCheckConfig,
    ).toMatchObject({Type: 'HTTPS', Inverted: true, RequestInterval: 10, EnableSNI: true})
    await expect(child.remove()).rejects.toMatchObject({code: 'HealthCheckInUse'})
  })
})

describe('certificates', () => {
  const status = async (CertificateArn: string, client = acm): Promise<unknown> =>
    (await client.send(new DescribeCertificateCommand({CertificateArn}))).Certificate?.Status

  it('with a zone of the account is issued by itself', async () => {
    const certificate = await aResource(wire.world, 'AWS::CertificateManager::Certificate', {
      DomainName: 'api.example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{DomainName: 'api.example.com', HostedZoneId: ZONE}],
    })
    expect(await status(certificate.id)).toBe('PENDING_VALIDATION')
    await clock.leap(3.5 * MINUTE)
    expect(await certificate.stable()).toBeNull()
    expect(await status(certificate.id)).toBe('ISSUED')
  })

  it('without one it waits, says for which record, and is issued once somebody made that', async () => {
    const certificate = await aResource(wire.world, 'AWS::CertificateManager::Certificate', {
      DomainName: 'api.example.com',
      ValidationMethod: 'DNS',
    })
    await clock.leap(60 * MINUTE)
    const {Certificate} = await acm.send(new DescribeCertificateCommand({CertificateArn: certificate.id}))
    const {Name = '', Value = ''} = Certificate?.DomainValidationOptions?.[0]?.ResourceRecord ?? {}
    expect(Certificate?.Status).toBe('PENDING_VALIDATION')
    expect(await certificate.stable()).toBe(`Content of DNS Record is: {Name: ${Name},Type: CNAME,Value: ${Value}}`)
    await change('CREATE', record(Name, Value))
    await clock.leap(4 * MINUTE)
    expect(await certificate.stable()).toBeNull()
    expect(await status(certificate.id)).toBe('ISSUED')
  })

  it("of a zone that is not the name's is refused", async () => {
    await expect(
      aResource(wire.world, 'AWS::CertificateManager::Certificate', {
        DomainName: 'api.example.org',
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{DomainName: 'api.example.org', HostedZoneId: ZONE}],
      }),
    ).rejects.toThrow('is not permitted in zone example.com.')
  })

  it('requested twice with one token is one certificate', async () => {
    const request = async (): Promise<unknown> =>
      (
        await acm.send(
          new RequestCertificateCommand({DomainName: 'x.example.com', ValidationMethod: 'DNS', IdempotencyToken: 'same'}),
        )
      ).CertificateArn
    expect(await request()).toBe(await request())
  })
})

describe('the static site', () => {
  const certificateIn = async (region: string): Promise<Stacked> =>
    aResource(
      wire.world,
      'AWS::CertificateManager::Certificate',
      {
        DomainName: '*.example.com',
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{DomainName: '*.example.com', HostedZoneId: ZONE}],
      },
      {region},
    )
  const distribution = async (certificate: string, alias = 'www.example.com'): Promise<Stacked> => {
    const control = await aResource(wire.world, 'AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: {
        Name: `site ${alias}`,
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    })
    return aResource(wire.world, 'AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Enabled: 'true',
        Aliases: [alias],
        IPV6Enabled: true,
        HttpVersion: 'http2and3',
        DefaultRootObject: 'index.html',
        ViewerCertificate: {AcmCertificateArn: certificate, SslSupportMethod: 'sni-only', MinimumProtocolVersion: 'TLSv1.2_2021'},
        Origins: [
          {
            Id: 'home',
            DomainName: 'a.s3.eu-west-1.amazonaws.com',
            OriginAccessControlId: control.id,
            S3OriginConfig: {OriginAccessIdentity: ''},
          },
          {
            Id: 'copy',
            DomainName: 'b.s3.eu-central-1.amazonaws.com',
            OriginAccessControlId: control.id,
            S3OriginConfig: {OriginAccessIdentity: ''},
          },
        ],
        OriginGroups: {
          Quantity: 1,
          Items: [
            {
              Id: 'both',
              FailoverCriteria: {StatusCodes: {Quantity: 2, Items: [500, 503]}},
              Members: {Quantity: 2, Items: [{OriginId: 'home'}, {OriginId: 'copy'}]},
            },
          ],
        },
        DefaultCacheBehavior: {
          TargetOriginId: 'both',
          ViewerProtocolPolicy: 'redirect-to-https',
          AllowedMethods: ['GET', 'HEAD'],
          Compress: true,
        },
        CustomErrorResponses: [{ErrorCode: 404, ResponseCode: 404, ResponsePagePath: '/404.html'}],
      },
    })
  }

  it("a distribution is read back in CloudFront's own shape, with an ETag that changes when it does", async () => {
    const certificate = await certificateIn('us-east-1')
    await clock.leap(4 * MINUTE)
    const site = await distribution(certificate.id)
    const client = new CloudFrontClient(wire.client('us-east-1'))
    expect((await client.send(new GetDistributionCommand({Id: site.id}))).Distribution?.Status).toBe('InProgress')
    await clock.leap(2 * MINUTE)
    const {Distribution, ETag} = await client.send(new GetDistributionCommand({Id: site.id}))
    expect(Distribution).toMatchObject({
      Status: 'Deployed',
      DomainName: expect.stringMatching(/^d[0-9a-f]{13}\.cloudfront\.net$/) as string,
      DistributionConfig: {
        Aliases: {Quantity: 1, Items: ['www.example.com']},
        IsIPV6Enabled: true,
        Origins: {Quantity: 2, Items: [{Id: 'home'}, {Id: 'copy'}]},
        ViewerCertificate: {ACMCertificateArn: certificate.id, SSLSupportMethod: 'sni-only'},
        OriginGroups: {
          Items: [
            {FailoverCriteria: {StatusCodes: {Items: [500, 503]}}, Members: {Items: [{OriginId: 'home'}, {OriginId: 'copy'}]}},
          ],
        },
        CustomErrorResponses: {Items: [{ErrorCode: 404, ResponsePagePath: '/404.html'}]},
      },
    })
    await site.update({
      DistributionConfig: {
        Enabled: true,
        Aliases: [],
        Origins: [{Id: 'home', DomainName: 'a'}],
        DefaultCacheBehavior: {TargetOriginId: 'home'},
      },
    })
    expect((await client.send(new GetDistributionConfigCommand({Id: site.id}))).ETag).not.toBe(ETag)
    expect((await client.send(new ListDistributionsCommand({}))).DistributionList).toMatchObject({
      Quantity: 1,
      Items: [{Id: site.id, Aliases: {Quantity: 0}}],
    })
    client.destroy()
  })

  it('takes no certificate of another Region, and none that is still pending', async () => {
    const elsewhere = await certificateIn('eu-west-1')
    const pending = await certificateIn('us-east-1')
    await clock.leap(MINUTE)
    for (const [index, {id}] of [elsewhere, pending].entries())
      await expect(distribution(id, `www${index}.example.com`)).rejects.toMatchObject({code: 'InvalidViewerCertificate'})
  })

  it('an alias belongs to one distribution, and the certificate it uses stays', async () => {
    const certificate = await certificateIn('us-east-1')
    await clock.leap(4 * MINUTE)
    await distribution(certificate.id)
    await expect(
      aResource(wire.world, 'AWS::CloudFront::Distribution', {
        DistributionConfig: {
          Aliases: ['www.example.com'],
          ViewerCertificate: {AcmCertificateArn: certificate.id},
          Origins: [{Id: 'a'}],
          DefaultCacheBehavior: {TargetOriginId: 'a'},
        },
      }),
    ).rejects.toMatchObject({code: 'CNAMEAlreadyExists'})
    const client = new ACMClient(wire.client('us-east-1'))
    await expect(client.send(new DeleteCertificateCommand({CertificateArn: certificate.id}))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    })
    client.destroy()
  })
})
