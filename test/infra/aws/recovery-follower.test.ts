import {CloudFormationClient, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {DescribeRulesCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {imageThere, recoveryFollower} from '../../../src/infra/aws/recovery-follower.ts'
import {aSession, signal} from './a-session.ts'

const ecs = mockClient(ECSClient)
beforeEach(() => ecs.reset())

const arn = (revision: number): string => `arn:aws:ecs:eu-central-1:111122223333:task-definition/shop-recovery:${revision}`
const follower = recoveryFollower(
  aSession({region: 'eu-central-1'}), {target: {region: 'eu-central-1', cluster: 'shop', service: 'shop-recovery'}, container: null},
)
const carried = {taskDefinition: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:9', image: 'shop:2'}

function running(image: string): void {
  ecs.on(DescribeServicesCommand)
    .resolves({services: [{serviceName: 'shop-recovery', status: 'ACTIVE', taskDefinition: arn(4), desiredCount: 1}]})
  ecs.on(DescribeTaskDefinitionCommand).resolves({taskDefinition: {
    taskDefinitionArn: arn(4), family: 'shop-recovery', status: 'ACTIVE', containerDefinitions: [{
      name: 'api', image, environment: [{name: 'REGION', value: 'eu-central-1'}],
    }],
  }})
  ecs.on(ListTaskDefinitionsCommand).resolves({taskDefinitionArns: [arn(4)]})
}

test('the recovery service gets the image in its own revision, and keeps its size', async () => {
  running('shop:1')
  ecs.on(RegisterTaskDefinitionCommand).resolves({taskDefinition: {taskDefinitionArn: arn(5)}})
  ecs.on(UpdateServiceCommand).resolves({service: {deployments: [{id: 'ecs-svc/5', status: 'PRIMARY', taskDefinition: arn(5)}]}})
  expect(await follower.carry(carried, signal)).toEqual({note: 'eu-central-1 rolls to shop-recovery:5, size 1'})
  expect(ecs.commandCalls(RegisterTaskDefinitionCommand)[0]?.args[0].input.containerDefinitions).toEqual([
    {name: 'api', image: 'shop:2', environment: [{name: 'REGION', value: 'eu-central-1'}]},
  ])
  expect(ecs.commandCalls(UpdateServiceCommand)[0]?.args[0].input).toMatchObject({
    service: 'shop-recovery', taskDefinition: arn(5), desiredCount: 1,
  })
})

test('carried twice, nothing happens the second time', async () => {
  running('shop:2')
  expect(await follower.carry(carried, signal)).toEqual({note: 'eu-central-1 already runs shop-recovery:4'})
  expect(ecs.commandCalls(UpdateServiceCommand)).toHaveLength(0)
})

describe('the image\'s name there', () => {
  const registry = (region: string, rest: string): string => `111122223333.dkr.ecr.${region}.amazonaws.com/${rest}`
  test.each([
    [
      'is that Region\'s own copy where it already pulls one',
      registry('eu-west-1', 'shop:2'),
      registry('eu-central-1', 'shop:1'),
      registry('eu-central-1', 'shop:2'),
    ],
    [
      'keeps its digest',
      registry('eu-west-1', 'team/shop@sha256:ab'),
      registry('eu-central-1', 'team/shop:1'),
      registry('eu-central-1', 'team/shop@sha256:ab'),
    ],
    [
      'stays where images aren\'t replicated',
      registry('eu-west-1', 'shop:2'),
      registry('eu-west-1', 'shop:1'),
      registry('eu-west-1', 'shop:2'),
    ],
    [
      'stays for another repository',
      registry('eu-west-1', 'shop:2'),
      registry('eu-central-1', 'other:1'),
      registry('eu-west-1', 'shop:2'),
    ],
    ['stays outside ECR', 'ghcr.io/shop:2', 'ghcr.io/shop:1', 'ghcr.io/shop:2'],
  ])('%s', (_, image, present, expected) => {
    expect(imageThere(image, present)).toBe(expected)
  })
})

test('of a stack of ours, the slot that is home there follows', async () => {
  const cfn = mockClient(CloudFormationClient)
  const elb = mockClient(ElasticLoadBalancingV2Client)
  const output = (OutputKey: string, OutputValue: string) => ({OutputKey, OutputValue})
  cfn.on(DescribeStacksCommand).resolves({Stacks: [{
    StackName: 'shop-production-main', StackStatus: 'CREATE_COMPLETE', CreationTime: new Date(0),
    Outputs: [output('ListenerArn', 'l'), output('TargetGroupA', 'a'), output('TargetGroupB', 'b'), output('ClusterName', 'cluster-there')],
  }]})
  elb.on(DescribeRulesCommand).resolves({Rules: []})
  running('shop:2')
  const target = {region: 'eu-central-1', stack: 'shop-production-main', slots: {a: 'shop-production-a', b: 'shop-production-b'}}
  await recoveryFollower(aSession({region: 'eu-central-1'}), {target, container: null}).carry(carried, signal)
  expect(ecs.commandCalls(DescribeServicesCommand)[0]?.args[0].input).toMatchObject({cluster: 'cluster-there', services: ['shop-production-a']})
})
