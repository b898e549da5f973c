import {AutoScalingClient, DescribeScalingActivitiesCommand} from '@aws-sdk/client-auto-scaling'
import {CloudWatchLogsClient, GetLogEventsCommand} from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
} from '@aws-sdk/client-ecs'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {claims} from '../../../src/infra/aws/claims.ts'
import {aSession, awsError} from './a-session.ts'

const ecs = mockClient(ECSClient)
const logs = mockClient(CloudWatchLogsClient)
const autoscaling = mockClient(AutoScalingClient)
beforeEach(() => [ecs, logs, autoscaling].forEach((mock) => mock.reset()))
const port = claims(aSession())

function stopped(count: number): void {
  const arns = Array.from({length: count}, (_, index) => `arn:aws:ecs:eu-west-1:1:task/shop/t${index}`)
  ecs.on(ListTasksCommand).resolves({taskArns: arns})
  ecs.on(DescribeTasksCommand).resolves({
    tasks: arns.map((taskArn, index) => ({
      taskArn,
      taskDefinitionArn: 'shop:1',
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      stoppedAt: new Date(index),
      containers: [{name: 'api', exitCode: 1}],
    })),
  })
  ecs.on(DescribeTaskDefinitionCommand).resolves({
    taskDefinition: {
      containerDefinitions: [
        {
          name: 'api',
          logConfiguration: {logDriver: 'awslogs', options: {'awslogs-group': '/shop', 'awslogs-stream-prefix': 'p'}},
        },
      ],
    },
  })
}

test('the newest stopped tasks are told with why and with what they last said', async () => {
  stopped(5)
  logs.on(GetLogEventsCommand).resolves({events: [{message: 'no database'}, {message: 'exiting'}]})
  const told = await port.stoppedTasks('eu-west-1', 'shop', 'api')
  expect(told).toHaveLength(3)
  expect(told[0]).toEqual({reason: 'Essential container in task exited (exit code 1)', lines: ['no database', 'exiting']})
  expect(logs.commandCalls(GetLogEventsCommand)[0]?.args[0].input).toEqual({
    logGroupName: '/shop',
    logStreamName: 'p/api/t4',
    limit: 10,
    startFromHead: false,
  })
})

test('a task that never logged has no lines', async () => {
  stopped(1)
  logs.on(GetLogEventsCommand).rejects(awsError('ResourceNotFoundException'))
  expect((await port.stoppedTasks('eu-west-1', 'shop', 'api'))[0]?.lines).toEqual([])
})

test("a service that isn't there has no stopped tasks", async () => {
  ecs.on(ListTasksCommand).rejects(awsError('ServiceNotFoundException'))
  expect(await port.stoppedTasks('eu-west-1', 'shop', 'api')).toEqual([])
})

test('service events are as AWS says them, newest first', async () => {
  ecs
    .on(DescribeServicesCommand)
    .resolves({services: [{events: [{message: 'unable to place a task'}, {message: 'has started 1 tasks'}]}]})
  expect(await port.serviceEvents('eu-west-1', 'shop', 'api')).toEqual(['unable to place a task', 'has started 1 tasks'])
})

test('scaling activities have their status, why, and the zone where it was tried', async () => {
  autoscaling.on(DescribeScalingActivitiesCommand).resolves({
    Activities: [
      {
        StartTime: new Date(5),
        StatusCode: 'Failed',
        StatusMessage: 'not enough capacity',
        Description: 'Launching',
        Details: '{"Subnet ID":"subnet-1","Availability Zone":"eu-west-1a"}',
      } as never,
      {StartTime: new Date(4), StatusCode: 'Successful', Description: 'Launching a new EC2 instance'} as never,
    ],
  })
  expect(await port.scalingActivities('eu-west-1', 'hosts')).toEqual([
    {at: 5, status: 'Failed', message: 'not enough capacity', description: 'Launching', zone: 'eu-west-1a'},
    {
      at: 4,
      status: 'Successful',
      message: 'Launching a new EC2 instance',
      description: 'Launching a new EC2 instance',
      zone: null,
    },
  ])
})
