import {
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import type {TaskDefinition} from '@aws-sdk/client-ecs'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {revisions} from '../../../src/infra/aws/revisions.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {aSession, awsError, signal} from './a-session.ts'

const ecs = mockClient(ECSClient)
beforeEach(() => ecs.reset())

const arn = (revision: number): string => `arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:${revision}`
const definition = (revision: number, image: string, over: Partial<TaskDefinition> = {}): TaskDefinition => ({
  taskDefinitionArn: arn(revision),
  revision,
  status: 'ACTIVE',
  registeredAt: new Date(revision),
  registeredBy: 'ada',
  compatibilities: ['FARGATE'],
  requiresAttributes: [{name: 'x'}],
  family: 'shop',
  cpu: '256',
  memory: '512',
  networkMode: 'awsvpc',
  volumes: [],
  containerDefinitions: [
    {name: 'log-router', image: 'router:1', essential: false},
    {
      name: 'api',
      image,
      essential: true,
      environment: [
        {name: 'A', value: '1'},
        {name: 'B', value: '2'},
      ],
    },
  ],
  ...over,
})
function holding(...definitions: readonly TaskDefinition[]): void {
  for (const one of definitions) {
    ecs.on(DescribeTaskDefinitionCommand, {taskDefinition: one.taskDefinitionArn}).resolves({
      taskDefinition: one,
      tags: [
        {key: 'team', value: 'shop'},
        {key: 'aws:cloudformation:stack-name', value: 'x'},
      ],
    })
  }
  ecs
    .on(ListTaskDefinitionsCommand, {familyPrefix: 'shop', status: 'ACTIVE', sort: 'DESC'})
    .resolves({taskDefinitionArns: [...definitions].reverse().map((one) => one.taskDefinitionArn ?? '')})
}
const shop = revisions(aSession(), null)

test('the released container is the first essential one unless it is named', async () => {
  holding(definition(1, 'shop:1'))
  expect(await shop.image(arn(1), signal)).toBe('shop:1')
  expect(await revisions(aSession(), 'log-router').image(arn(1), signal)).toBe('router:1')
  await expect(revisions(aSession(), 'web').image(arn(1), signal)).rejects.toMatchObject({
    code: 'container-not-found',
    exitCode: 2,
  })
})

test('a new image registers everything else as it was, with the tags, without what AWS adds itself', async () => {
  holding(definition(1, 'shop:1'))
  ecs.on(RegisterTaskDefinitionCommand).resolves({taskDefinition: {taskDefinitionArn: arn(2)}})
  expect(await shop.withImage(arn(1), 'shop:2', signal)).toEqual({taskDefinition: arn(2), reused: false})
  expect(ecs.commandCalls(RegisterTaskDefinitionCommand)[0]?.args[0].input).toEqual({
    family: 'shop',
    cpu: '256',
    memory: '512',
    networkMode: 'awsvpc',
    volumes: [],
    containerDefinitions: [
      {name: 'log-router', image: 'router:1', essential: false},
      {
        name: 'api',
        image: 'shop:2',
        essential: true,
        environment: [
          {name: 'A', value: '1'},
          {name: 'B', value: '2'},
        ],
      },
    ],
    tags: [{key: 'team', value: 'shop'}],
  })
})

test('an identical active revision is used again, however AWS orders its environment', async () => {
  const same = definition(2, 'shop:2')
  const reordered = same.containerDefinitions?.map((one) => ({
    ...one,
    environment: one.environment && [...one.environment].reverse(),
    mountPoints: [],
  }))
  holding(definition(1, 'shop:1'), {...same, containerDefinitions: reordered}, definition(3, 'shop:3'))
  expect(await shop.withImage(arn(1), 'shop:2', signal)).toEqual({taskDefinition: arn(2), reused: true})
  expect(ecs.commandCalls(RegisterTaskDefinitionCommand)).toHaveLength(0)
})

test("the same image with more memory isn't identical", async () => {
  holding(definition(1, 'shop:1'), definition(2, 'shop:2', {memory: '1024'}))
  ecs.on(RegisterTaskDefinitionCommand).resolves({taskDefinition: {taskDefinitionArn: arn(3)}})
  expect(await shop.withImage(arn(1), 'shop:2', signal)).toEqual({taskDefinition: arn(3), reused: false})
})

test('the image that it has already needs no new revision', async () => {
  holding(definition(1, 'shop:1'))
  expect(await shop.withImage(arn(1), 'shop:1', signal)).toEqual({taskDefinition: arn(1), reused: true})
})

test("a revision that was deregistered isn't used again", async () => {
  ecs.on(DescribeTaskDefinitionCommand).resolves({taskDefinition: definition(1, 'shop:1', {status: 'INACTIVE'})})
  ecs.on(ListTaskDefinitionsCommand).resolves({taskDefinitionArns: []})
  ecs.on(RegisterTaskDefinitionCommand).resolves({taskDefinition: {taskDefinitionArn: arn(2)}})
  expect(await shop.withImage(arn(1), 'shop:1', signal)).toEqual({taskDefinition: arn(2), reused: false})
})

test('two registrations at once: look again later', async () => {
  holding(definition(1, 'shop:1'))
  ecs
    .on(RegisterTaskDefinitionCommand)
    .rejects(awsError('ClientException', 400, 'Too many concurrent attempts to create a new revision of the specified family.'))
  await expect(shop.withImage(arn(1), 'shop:2', signal)).rejects.toBeInstanceOf(Unavailable)
})
