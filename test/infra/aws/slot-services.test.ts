import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import type {Task} from '@aws-sdk/client-ecs'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {slotServices} from '../../../src/infra/aws/slot-services.ts'
import {aSession, containing, signal} from './a-session.ts'

const ecs = mockClient(ECSClient)
beforeEach(() => ecs.reset())

const taskDefinition = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:7'
const world = () => slotServices(aSession(), {cluster: 'shop', services: {a: 'shop-a', b: 'shop-b'}, container: null})

describe('reading', () => {
  test('a service is read with its deployments, its circuit breaker and its capacity provider', async () => {
    ecs.on(DescribeServicesCommand, {cluster: 'shop', services: ['shop-b']}).resolves({
      services: [
        {
          serviceName: 'shop-b',
          status: 'ACTIVE',
          taskDefinition,
          desiredCount: 3,
          runningCount: 2,
          capacityProviderStrategy: [{capacityProvider: 'FARGATE', weight: 1}],
          deploymentConfiguration: {deploymentCircuitBreaker: {enable: true, rollback: false}},
          deployments: [
            {
              id: 'ecs-svc/2',
              status: 'PRIMARY',
              rolloutState: 'IN_PROGRESS',
              taskDefinition,
              desiredCount: 3,
              runningCount: 2,
              pendingCount: 1,
              failedTasks: 4,
            },
          ],
        },
      ],
    })
    expect(await world().read('b', signal)).toEqual({
      service: 'shop-b',
      taskDefinition,
      desired: 3,
      running: 2,
      capacityProvider: 'FARGATE',
      circuitBreaker: {
        enabled: true,
        rollback: false,
      },
      deployments: [
        {
          id: 'ecs-svc/2',
          status: 'PRIMARY',
          rolloutState: 'IN_PROGRESS',
          rolloutStateReason: null,
          taskDefinition,
          desired: 3,
          running: 2,
          pending: 1,
          failedTasks: 4,
        },
      ],
    })
  })

  test("a service that isn't there is an error, though AWS answers 200", async () => {
    ecs.on(DescribeServicesCommand).resolves({services: [], failures: [{arn: 'shop-b', reason: 'MISSING'}]})
    await expect(world().read('b', signal)).rejects.toMatchObject({
      code: 'aws-not-found',
      message: containing("shop-b doesn't exist in cluster shop"),
    })
  })

  test("a deleted service isn't there either", async () => {
    ecs.on(DescribeServicesCommand).resolves({services: [{serviceName: 'shop-b', status: 'INACTIVE'}]})
    await expect(world().read('b', signal)).rejects.toMatchObject({code: 'aws-not-found', message: containing('INACTIVE')})
  })
})

describe('rolling', () => {
  test('answers the id of its own deployment, and never lets ECS roll back by itself', async () => {
    ecs.on(UpdateServiceCommand).resolves({
      service: {
        deployments: [
          {id: 'ecs-svc/1', status: 'ACTIVE', taskDefinition: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:6'},
          {id: 'ecs-svc/2', status: 'PRIMARY', taskDefinition},
        ],
      },
    })
    expect(await world().deploy('b', {taskDefinition, desired: 2}, signal)).toEqual({deployment: 'ecs-svc/2'})
    // No capacityProviderStrategy, launchType or forceNewDeployment: what isn't sent stays.
    expect(ecs.commandCalls(UpdateServiceCommand)[0]?.args[0].input).toEqual({
      cluster: 'shop',
      service: 'shop-b',
      taskDefinition,
      desiredCount: 2,
      deploymentConfiguration: {
        deploymentCircuitBreaker: {enable: true, rollback: false},
        minimumHealthyPercent: 100,
        maximumPercent: 200,
      },
    })
  })

  test("an answer that doesn't show our deployment yet is no answer", async () => {
    ecs
      .on(UpdateServiceCommand)
      .resolves({service: {deployments: [{id: 'ecs-svc/1', status: 'PRIMARY', taskDefinition: `${taskDefinition}6`}]}})
    await expect(world().deploy('b', {taskDefinition, desired: 2}, signal)).rejects.toMatchObject({name: 'Unavailable'})
  })

  test('resizing sends the size and nothing else', async () => {
    ecs.on(UpdateServiceCommand).resolves({})
    await world().resize('a', 5, signal)
    expect(ecs.commandCalls(UpdateServiceCommand)[0]?.args[0].input).toEqual({
      cluster: 'shop',
      service: 'shop-a',
      desiredCount: 5,
    })
  })
})

describe('stopped tasks', () => {
  const stopped = (n: number): Task => ({
    taskArn: `arn:task/${n}`,
    lastStatus: 'STOPPED',
    taskDefinitionArn: taskDefinition,
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    stoppedAt: new Date(1000 * n),
    containers: [
      {name: 'log-router', exitCode: 0},
      {name: 'api', exitCode: 137, reason: 'OutOfMemoryError'},
    ],
  })

  test('say once what ECS says of the task and of its container alike', async () => {
    const because = 'CannotPullContainerError: shop/api:404: not found'
    ecs.on(ListTasksCommand).resolves({taskArns: ['arn:task/1']})
    ecs.on(DescribeTasksCommand).resolves({
      tasks: [{...stopped(1), stoppedReason: because, containers: [{name: 'api', reason: because}]}],
    })
    expect((await world().stopped('b', 0, signal))[0]?.reason).toBe(because)
  })

  test('say which container ended and how, newest first, since when was asked', async () => {
    ecs
      .on(ListTasksCommand, {cluster: 'shop', serviceName: 'shop-b', desiredStatus: 'STOPPED'})
      .resolves({taskArns: ['arn:task/1', 'arn:task/2', 'arn:task/3']})
    ecs.on(DescribeTasksCommand).resolves({tasks: [stopped(1), stopped(2), stopped(3)]})
    const found = await world().stopped('b', 2000, signal)
    expect(found.map((task) => task.task)).toEqual(['arn:task/3', 'arn:task/2'])
    expect(found[0]).toEqual({
      task: 'arn:task/3',
      taskDefinition,
      stopCode: 'EssentialContainerExited',
      reason: 'Essential container in task exited (OutOfMemoryError)',
      exitCode: 137,
      container: 'api',
      stoppedAt: 3000,
    })
  })

  test('are described a hundred at a time, and only once: a steady look costs one call', async () => {
    const numbers = Array.from({length: 230}, (_, n) => n)
    const arn = (n: number): string => `arn:task/${n}`
    ecs.on(ListTasksCommand).resolves({taskArns: numbers.slice(0, 100).map(arn), nextToken: 'more'})
    ecs.on(ListTasksCommand, {nextToken: 'more'}).resolves({taskArns: numbers.slice(100).map(arn)})
    ecs.on(DescribeTasksCommand).callsFake((input: {readonly tasks: readonly string[]}) => ({
      tasks: input.tasks.map((task) => stopped(Number(task.split('/')[1]))),
    }))
    const services = world()
    expect(await services.stopped('b', 0, signal)).toHaveLength(230)
    expect(ecs.commandCalls(DescribeTasksCommand).map((call) => call.args[0].input.tasks?.length)).toEqual([100, 100, 30])
    ecs.on(ListTasksCommand).resolves({taskArns: numbers.map(arn)})
    ecs.resetHistory()
    expect(await services.stopped('b', 0, signal)).toHaveLength(230)
    expect(ecs.calls()).toHaveLength(1)
  })

  test('one that is still stopping is looked at again', async () => {
    ecs.on(ListTasksCommand).resolves({taskArns: ['arn:task/1']})
    ecs
      .on(DescribeTasksCommand)
      .resolvesOnce({tasks: [{...stopped(1), lastStatus: 'STOPPING', stoppedAt: undefined}]})
      .resolves({tasks: [stopped(1)]})
    const services = world()
    expect(await services.stopped('b', 0, signal)).toEqual([])
    expect(await services.stopped('b', 0, signal)).toMatchObject([{exitCode: 137}])
  })
})

describe('the image that runs', () => {
  test('is that of the newest running task', async () => {
    ecs.on(ListTasksCommand, {desiredStatus: 'RUNNING'}).resolves({taskArns: ['1', '2', '3']})
    ecs.on(DescribeTasksCommand).resolves({
      tasks: [
        {lastStatus: 'RUNNING', startedAt: new Date(1000), containers: [{name: 'api', imageDigest: 'sha256:old'}]},
        {lastStatus: 'RUNNING', startedAt: new Date(2000), containers: [{name: 'api', imageDigest: 'sha256:new'}]},
        {lastStatus: 'PROVISIONING', containers: [{name: 'api'}]},
      ],
    })
    expect(await world().imageDigest('b', signal)).toBe('sha256:new')
  })

  test("isn't known before a task runs", async () => {
    ecs.on(ListTasksCommand).resolves({taskArns: []})
    expect(await world().imageDigest('b', signal)).toBeNull()
  })
})
