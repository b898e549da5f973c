import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import type {IpPermission} from '@aws-sdk/client-ec2'
import {
  DescribeRulesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {Action} from '@aws-sdk/client-elastic-load-balancing-v2'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {fence} from '../../../../src/infra/aws/recovery/fence.ts'
import {aSession, arns, awsError, groups} from '../a-session.ts'

const elb = mockClient(ElasticLoadBalancingV2Client)
const ec2 = mockClient(EC2Client)
const mocks = [elb, ec2] as unknown as readonly (typeof elb)[]
beforeEach(() => mocks.forEach((mock) => mock.reset().onAnyCommand().resolves({})))
const region = 'eu-west-1'
const port = fence(aSession())
const forward: Action = {
  Type: 'forward',
  Order: 1,
  ForwardConfig: {
    TargetGroups: [
      {TargetGroupArn: arns.a, Weight: 20},
      {TargetGroupArn: arns.b, Weight: 80},
    ],
  },
}
const fixed: Action = {Type: 'fixed-response', Order: 1, FixedResponseConfig: {StatusCode: '503'}}
const oidc: Action = {
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {Issuer: 'i', AuthorizationEndpoint: 'a', TokenEndpoint: 't', UserInfoEndpoint: 'u', ClientId: 'c'},
}

function ruleOf(...Actions: Action[]): void {
  elb.on(DescribeRulesCommand).resolves({Rules: [{RuleArn: arns.rule, Actions}]})
  elb.on(DescribeTagsCommand).resolves({TagDescriptions: [{ResourceArn: arns.rule, Tags: [{Key: 'sluice:live', Value: 'shop'}]}]})
}
const written = (): Action[] | undefined => elb.commandCalls(ModifyRuleCommand)[0]?.args[0].input.Actions

describe('the live rule', () => {
  test('that forwards has weights and no fixed answer', async () => {
    ruleOf(forward)
    expect(await port.liveRule(region, arns.listener, groups)).toEqual({arn: arns.rule, forwards: {a: 20, b: 80}, fixed: null})
  })

  test('that is fenced has a status and no weights', async () => {
    ruleOf(fixed)
    expect(await port.liveRule(region, arns.listener, groups)).toEqual({arn: arns.rule, forwards: null, fixed: 503})
  })

  test('answers everyone 503 when it refuses', async () => {
    ruleOf(forward)
    await port.refuseAll(region, arns.rule)
    expect(written()).toEqual([
      {
        Type: 'fixed-response',
        FixedResponseConfig: {StatusCode: '503', ContentType: 'text/plain', MessageBody: 'This Region is fenced.'},
      },
    ])
  })

  test('forwards as it is told, without stickiness', async () => {
    ruleOf(fixed)
    await port.forward(region, arns.rule, groups, {a: 0, b: 100})
    expect(written()).toMatchObject([
      {
        Type: 'forward',
        ForwardConfig: {TargetGroups: [{Weight: 0}, {Weight: 100}], TargetGroupStickinessConfig: {Enabled: false}},
      },
    ])
  })

  test.each([
    ['refusing', () => port.refuseAll(region, arns.rule), 'fixed-response'],
    ['forwarding', () => port.forward(region, arns.rule, groups, {a: 100, b: 0}), 'forward'],
  ])('keeps its authentication while %s, with a secret that nobody can read', async (_, change, last) => {
    ruleOf(oidc, {...forward, Order: 2})
    await change()
    expect(written()).toMatchObject([
      {Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: {UseExistingClientSecret: true}},
      {Type: last, Order: 2},
    ])
  })
})

describe("the database's group", () => {
  const tasks = {GroupId: 'sg-tasks', UserId: '111122223333', Description: 'API tasks'}
  const open: IpPermission = {
    IpProtocol: 'tcp',
    FromPort: 5433,
    ToPort: 5433,
    UserIdGroupPairs: [{...tasks, VpcId: 'vpc-1'}, {GroupId: 'sg-drill'}],
    IpRanges: [],
    Ipv6Ranges: [],
    PrefixListIds: [],
  }
  const group = (...IpPermissions: IpPermission[]) =>
    ec2.on(DescribeSecurityGroupsCommand).resolves({SecurityGroups: [{GroupId: 'sg-1', IpPermissions}]})

  test('hands its rules out as they can be given back', async () => {
    group(open)
    expect(JSON.parse(await port.ingress(region, 'sg-1'))).toEqual([
      {IpProtocol: 'tcp', FromPort: 5433, ToPort: 5433, UserIdGroupPairs: [tasks, {GroupId: 'sg-drill'}]},
    ])
  })

  test('is closed whole, in one call', async () => {
    group(open)
    await port.closeIngress(region, 'sg-1')
    expect(ec2.commandCalls(RevokeSecurityGroupIngressCommand)[0]?.args[0].input).toMatchObject({
      GroupId: 'sg-1',
      IpPermissions: [{FromPort: 5433}],
    })
  })

  test("that is closed isn't closed again", async () => {
    group()
    await port.closeIngress(region, 'sg-1')
    expect(ec2.commandCalls(RevokeSecurityGroupIngressCommand)).toHaveLength(0)
  })

  test('that its own Region closes at the same moment is closed by what is left', async () => {
    group(open)
    ec2.on(RevokeSecurityGroupIngressCommand).rejectsOnce(awsError('InvalidPermission.NotFound', 400)).resolves({})
    await port.closeIngress(region, 'sg-1')
    const [whole, ...single] = ec2.commandCalls(RevokeSecurityGroupIngressCommand).map(({args}) => args[0].input.IpPermissions)
    expect(whole).toHaveLength(1)
    expect(single.every((one) => one?.length === 1)).toBe(true)
    expect(single.length).toBeGreaterThan(0)
  })

  test('is opened by what is missing, source by source', async () => {
    group(open)
    const rules = await port.ingress(region, 'sg-1')
    group({IpProtocol: 'tcp', FromPort: 5433, ToPort: 5433, UserIdGroupPairs: [tasks]})
    await port.openIngress(region, 'sg-1', rules)
    expect(ec2.commandCalls(AuthorizeSecurityGroupIngressCommand).map(({args}) => args[0].input.IpPermissions)).toEqual([
      [{IpProtocol: 'tcp', FromPort: 5433, ToPort: 5433, UserIdGroupPairs: [{GroupId: 'sg-drill'}]}],
    ])
  })

  test('whose rule came in the meantime is open', async () => {
    group(open)
    const rules = await port.ingress(region, 'sg-1')
    group()
    ec2.on(AuthorizeSecurityGroupIngressCommand).rejects(awsError('InvalidPermission.Duplicate'))
    await expect(port.openIngress(region, 'sg-1', rules)).resolves.toBeUndefined()
  })

  test("that isn't there isn't taken for closed", async () => {
    ec2.on(DescribeSecurityGroupsCommand).rejects(awsError('InvalidGroup.NotFound'))
    await expect(port.ingress(region, 'sg-1')).rejects.toMatchObject({code: 'aws-not-found'})
  })
})
