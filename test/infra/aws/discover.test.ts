import {DescribeServicesCommand, ECSClient, ListClustersCommand, ListServicesCommand} from '@aws-sdk/client-ecs'
import type {Service} from '@aws-sdk/client-ecs'
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {Action, TagDescription} from '@aws-sdk/client-elastic-load-balancing-v2'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {discoverServices} from '../../../src/infra/aws/discover.ts'
import {arns, aSession, containing} from './a-session.ts'

const elb = mockClient(ElasticLoadBalancingV2Client)
const ecs = mockClient(ECSClient)
beforeEach(() => {
  elb.reset()
  ecs.reset()
})

const cluster = 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop'
const holding = (serviceName: string, targetGroupArn: string): Service => ({
  serviceName,
  status: 'ACTIVE',
  loadBalancers: [{targetGroupArn, containerName: 'api', containerPort: 8080}],
})
const toBoth: Action[] = [
  {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        {TargetGroupArn: arns.a, Weight: 100},
        {TargetGroupArn: arns.b, Weight: 0},
      ],
    },
  },
]

const bothHeld = [holding('shop-api-a', arns.a), holding('shop-api-b', arns.b)]

interface Account {
  readonly actions?: Action[]
  readonly tag?: string
  readonly services?: Service[]
}

function account({actions = toBoth, tag = 'shop', services = bothHeld}: Account = {}): void {
  elb.on(DescribeLoadBalancersCommand).resolves({
    LoadBalancers: [{LoadBalancerArn: 'arn:net', Type: 'network'}],
    NextMarker: 'more',
  })
  elb
    .on(DescribeLoadBalancersCommand, {Marker: 'more'})
    .resolves({LoadBalancers: [{LoadBalancerArn: arns.loadBalancer, Type: 'application', DNSName: 'shop.example'}]})
  elb.on(DescribeListenersCommand).resolves({Listeners: [{ListenerArn: arns.listener, Port: 443}]})
  const others = Array.from({length: 24}, (_, n) => ({RuleArn: `${arns.rule}-${n}`, Actions: toBoth}))
  elb.on(DescribeRulesCommand).resolves({Rules: [...others, {RuleArn: arns.rule, Actions: actions}]})
  elb.on(DescribeTagsCommand).callsFake((input: {readonly ResourceArns: readonly string[]}) => ({
    TagDescriptions: input.ResourceArns.map((ResourceArn): TagDescription => ({
      ResourceArn,
      Tags: ResourceArn === arns.rule ? [{Key: 'sluice:live', Value: tag}] : [],
    })),
  }))
  ecs.on(ListClustersCommand).resolves({clusterArns: [cluster]})
  ecs.on(ListServicesCommand, {cluster}).resolves({serviceArns: services.map((one) => `${cluster}/${one.serviceName}`)})
  ecs.on(DescribeServicesCommand).resolves({services})
}

test('a tagged rule leads to everything a release of it touches', async () => {
  account()
  expect(await discoverServices(aSession())).toEqual([
    {
      service: 'shop',
      region: 'eu-west-1',
      loadBalancer: arns.loadBalancer,
      listener: arns.listener,
      rule: arns.rule,
      address: 'shop.example:443',
      cluster: 'shop',
      container: 'api',
      slots: {a: {service: 'shop-api-a', targetGroup: arns.a}, b: {service: 'shop-api-b', targetGroup: arns.b}},
      problems: [],
    },
  ])
  // Tags are asked for twenty rules at a time; network load balancers have no rules.
  expect(elb.commandCalls(DescribeTagsCommand).map((call) => call.args[0].input.ResourceArns?.length)).toEqual([20, 5])
  expect(elb.commandCalls(DescribeListenersCommand)).toHaveLength(1)
})

test('a tag without a name leaves it to the slots', async () => {
  account({tag: 'true'})
  expect(await discoverServices(aSession())).toMatchObject([{service: 'shop-api'}])
})

test("an account without a tagged rule has nothing to release, and ECS isn't asked", async () => {
  account()
  elb.on(DescribeTagsCommand).resolves({TagDescriptions: []})
  expect(await discoverServices(aSession())).toEqual([])
  expect(ecs.calls()).toHaveLength(0)
})

test('a rule with one target group says what is missing', async () => {
  account({actions: [{Type: 'forward', TargetGroupArn: arns.a}], services: [holding('shop-api-a', arns.a)]})
  expect(await discoverServices(aSession())).toMatchObject([
    {
      slots: {a: {service: 'shop-api-a'}, b: {service: null, targetGroup: null}},
      problems: [containing('name slot b yourself')],
    },
  ])
})

test("a target group whose name says nothing is told by its service's", async () => {
  account({
    actions: [{Type: 'forward', ForwardConfig: {TargetGroups: [{TargetGroupArn: arns.a}, {TargetGroupArn: arns.other}]}}],
    services: [holding('shop-api-a', arns.a), holding('shop-api-b', arns.other)],
  })
  expect(await discoverServices(aSession())).toMatchObject([
    {
      slots: {b: {service: 'shop-api-b', targetGroup: arns.other}},
      problems: [],
    },
  ])
})

test('a target group that two services, or none, register with is a problem', async () => {
  account({services: [holding('shop-api-a', arns.a), holding('shop-old-a', arns.a)]})
  expect(await discoverServices(aSession())).toMatchObject([
    {
      problems: [
        'more than one ECS service registers with shop-api-a: shop-api-a, shop-old-a',
        'no ECS service registers with shop-api-b',
      ],
    },
  ])
})
