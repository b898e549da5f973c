import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHealthCheckCommand,
  GetHealthCheckStatusCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {hostedRecords} from '../../../../src/infra/aws/recovery/hosted-records.ts'
import type {RecordState} from '../../../../src/runbooks/recovery/ports/names-port.ts'
import {aSession, awsError} from '../a-session.ts'

const aws = mockClient(Route53Client)
beforeEach(() => {
  aws.reset()
  aws.onAnyCommand().resolves({})
})
const regions: string[] = []
const port = hostedRecords(aSession({region: 'eu-central-1', onCall: ({region}) => void regions.push(region)}))
const primary: ResourceRecordSet = {
  Name: 'api.example.com.',
  Type: 'A',
  SetIdentifier: 'eu-west-1',
  Failover: 'PRIMARY',
  HealthCheckId: 'H1',
  AliasTarget: {DNSName: 'ALB-1.eu-west-1.elb.amazonaws.com.', HostedZoneId: 'Z1', EvaluateTargetHealth: false},
}
const state: RecordState = {
  name: 'api.example.com',
  type: 'A',
  setIdentifier: 'eu-west-1',
  failover: 'PRIMARY',
  healthCheck: 'H1',
  ttlSeconds: null,
  values: [],
  aliasTo: {dnsName: 'alb-1.eu-west-1.elb.amazonaws.com', zone: 'Z1', evaluatesHealth: false},
}
const plain: ResourceRecordSet = {Name: 'api.example.com.', Type: 'TXT', TTL: 300, ResourceRecords: [{Value: '"x"'}]}

describe('records', () => {
  test('are those of the name alone, over as many pages as they take, asked where the control plane is', async () => {
    aws
      .on(ListResourceRecordSetsCommand)
      .resolvesOnce({
        ResourceRecordSets: [primary],
        IsTruncated: true,
        NextRecordName: 'api.example.com.',
        NextRecordType: 'TXT',
      } as never)
      .resolvesOnce({
        ResourceRecordSets: [plain, {Name: 'b.example.com.', Type: 'A', TTL: 60}],
        IsTruncated: true,
        NextRecordName: 'c.example.com.',
      } as never)
    expect(await port.records('Z', 'API.example.com.')).toEqual([
      state,
      {
        name: 'api.example.com',
        type: 'TXT',
        setIdentifier: null,
        failover: null,
        healthCheck: null,
        ttlSeconds: 300,
        aliasTo: null,
        values: ['"x"'],
      },
    ])
    expect(aws.commandCalls(ListResourceRecordSetsCommand).map(({args}) => args[0].input)).toEqual([
      {HostedZoneId: 'Z', StartRecordName: 'api.example.com'},
      {HostedZoneId: 'Z', StartRecordName: 'api.example.com.', StartRecordType: 'TXT'},
    ])
    expect(new Set(regions)).toEqual(new Set(['us-east-1']))
  })

  test('of a wildcard are found by its star', async () => {
    aws.on(ListResourceRecordSetsCommand).resolves({ResourceRecordSets: [{...plain, Name: '\\052.example.com.'}]})
    expect((await port.records('Z', '*.example.com')).map(({name}) => name)).toEqual(['*.example.com'])
  })

  test('are written together, as they were read', async () => {
    aws
      .on(ChangeResourceRecordSetsCommand)
      .resolves({ChangeInfo: {Id: '/change/C1', Status: 'PENDING', SubmittedAt: new Date(0)}})
    expect(
      await port.writeRecords('Z', [state, {...state, setIdentifier: 'eu-central-1', failover: 'SECONDARY', healthCheck: null}]),
    ).toEqual({change: 'C1'})
    const changes = aws.commandCalls(ChangeResourceRecordSetsCommand)[0]?.args[0].input.ChangeBatch?.Changes
    expect(changes).toMatchObject([
      {
        Action: 'UPSERT',
        ResourceRecordSet: {
          Name: 'api.example.com',
          Failover: 'PRIMARY',
          HealthCheckId: 'H1',
          AliasTarget: {HostedZoneId: 'Z1', EvaluateTargetHealth: false},
        },
      },
      {Action: 'UPSERT', ResourceRecordSet: {SetIdentifier: 'eu-central-1', Failover: 'SECONDARY'}},
    ])
    expect(changes?.[1]?.ResourceRecordSet).not.toHaveProperty('HealthCheckId')
    expect(changes?.[0]?.ResourceRecordSet).not.toHaveProperty('TTL')
  })

  test.each([
    ['INSYNC', true],
    ['PENDING', false],
  ] as const)('a change that is %s: in sync %s', async (Status, expected) => {
    aws.on(GetChangeCommand).resolves({ChangeInfo: {Id: 'C1', Status, SubmittedAt: new Date(0)}})
    expect(await port.inSync('C1')).toBe(expected)
  })
})

describe('a health check', () => {
  const seen = (...statuses: string[]) =>
    aws.on(GetHealthCheckStatusCommand).resolves({HealthCheckObservations: statuses.map((Status) => ({StatusReport: {Status}}))})
  const good = 'Success: HTTP Status Code 200, OK'
  const bad = 'Failure: HTTP Status Code 404'
  const check = (Inverted: boolean) =>
    aws.on(GetHealthCheckCommand).resolves({HealthCheck: {HealthCheckConfig: {Type: 'HTTPS', Inverted}} as never})

  test.each([
    ['plain, seen by most', false, [good, good, bad], true],
    ['plain, seen by nobody', false, [bad, bad, bad], false],
    ["inverted, and what it looks for isn't there", true, [bad, bad, bad], true],
    ['inverted, and what it looks for is there', true, [good, good, good], false],
    ['plain, seen by less than 18 %', false, [good, ...Array<string>(9).fill(bad)], false],
    ['with no observations at all', false, [], false],
  ])('%s', async (_, inverted, statuses, healthy) => {
    check(inverted)
    seen(...statuses)
    expect(await port.healthCheck('H1')).toEqual({inverted, healthy})
  })

  test('that is calculated has no observations to ask for', async () => {
    check(false)
    aws.on(GetHealthCheckStatusCommand).rejects(awsError('InvalidInput'))
    expect(await port.healthCheck('H1')).toEqual({inverted: false, healthy: false})
  })

  test("that isn't there is null", async () => {
    aws.on(GetHealthCheckCommand).rejects(awsError('NoSuchHealthCheck', 404))
    expect(await port.healthCheck('H1')).toBeNull()
  })
})
