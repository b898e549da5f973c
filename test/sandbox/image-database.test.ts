/** The demo image and its database, through the load balancer and real processes: probes, the counter, one-shot tasks and what they log. */
import type * as Ecs from '@aws-sdk/client-ecs'
import type * as Logs from '@aws-sdk/client-cloudwatch-logs'
import {describe, expect, it as plainIt} from 'vitest'
import {createLogs} from '../../src/sandbox/services/logs.ts'
import {databasesOf} from '../../src/sandbox/plane/databases.ts'
import {aResource} from './a-resource.ts'
import {aShop, REGION, until} from './plane-shop.ts'
import type {Shop} from './plane-shop.ts'

const GROUP = '/shop/api'

/** Where its database is stands in the Region's parameter, as a stack publishes it. */
const ENV = {SLUICE_SERVICE: 'shop', SLUICE_ENVIRONMENT: 'production'}

async function withDatabase(shop: Shop): Promise<string> {
  const {attributes} = await aResource(shop.world, 'AWS::RDS::DBInstance', {
    DBInstanceIdentifier: 'shop-production',
    Engine: 'postgres',
    DBInstanceClass: 'db.m7g.large',
    AllocatedStorage: 20,
    MasterUsername: 'root',
    MasterUserPassword: 'open-sesame',
  })
  const host = String(attributes['Endpoint.Address'])
  await aResource(shop.world, 'AWS::SSM::Parameter', {Name: '/shop/production/database/host', Type: 'String', Value: host})
  shop.world.register(createLogs(shop.world))
  await shop.world.invoke('logs', 'CreateLogGroup', {logGroupName: GROUP}, REGION)
  return host
}

const revision = async (shop: Shop, env: Readonly<Record<string, string>>): Promise<string> =>
  (
    await shop.ecs<Ecs.RegisterTaskDefinitionCommandOutput>('RegisterTaskDefinition', {
      family: 'api',
      containerDefinitions: [
        {
          name: 'api',
          image: 'shop/api:1',
          stopTimeout: 10,
          environment: Object.entries(env).map(([name, value]) => ({name, value})),
          logConfiguration: {
            logDriver: 'awslogs',
            options: {'awslogs-group': GROUP, 'awslogs-region': REGION, 'awslogs-stream-prefix': 'api'},
          },
        },
      ],
    })
  ).taskDefinition?.taskDefinitionArn ?? ''

async function serving(shop: Shop, env: Readonly<Record<string, string>> = ENV): Promise<string> {
  const arn = await revision(shop, env)
  await shop.slot('a', {taskDefinition: arn})
  await until('a target is healthy', async () => (await shop.health(shop.a)).includes('healthy'))
  return arn
}

const get = async (shop: Shop, path: string, init?: RequestInit) => {
  const answer = await fetch(`${shop.url()}${path}`, init)
  return {status: answer.status, region: answer.headers.get('x-region'), body: (await answer.json()) as Record<string, unknown>}
}
const post = async (shop: Shop, path: string, body?: object) =>
  get(shop, path, {method: 'POST', ...(body !== undefined && {body: JSON.stringify(body)})})

const it = plainIt.extend<{shop: Shop}>({
  shop: async ({}, use) => {
    const shop = await aShop()
    shop.plane.images.add('shop/api:1', {})
    await use(shop)
    await shop.close()
  },
})

describe.concurrent('the image', {timeout: 60_000}, () => {
  it('names its Region in every answer, and serves without a database', async ({shop}) => {
    await serving(shop, {})
    expect(await get(shop, '/')).toMatchObject({status: 200, region: REGION})
    expect(await get(shop, '/health')).toMatchObject({status: 200, region: REGION})
    expect(await get(shop, '/heartbeat')).toMatchObject({status: 503, region: REGION})
    expect(await post(shop, '/ready-write')).toMatchObject({status: 503, body: {committed: false, because: 'unreachable'}})
  })

  it('writes heartbeats, commits a probe and counts into the database of its Region', async ({shop}) => {
    await withDatabase(shop)
    await serving(shop)
    await until(
      'heartbeats come',
      async () => (((await get(shop, '/heartbeat')).body['last'] as {seq: number} | null)?.seq as number) > 3,
    )
    expect(await get(shop, '/heartbeat')).toMatchObject({status: 200, body: {region: REGION, writable: true, drained: true}})
    expect(await post(shop, '/ready-write')).toMatchObject({status: 200, body: {committed: true}})
    expect(await post(shop, '/counter', {id: 4})).toMatchObject({status: 200, body: {id: 4, region: REGION}})
    expect(await post(shop, '/counter', {id: 'four'})).toMatchObject({status: 400})
    expect(await get(shop, '/counter')).toMatchObject({status: 200, body: {count: 1, last: 4}})
    expect(databasesOf(shop.world).rows(REGION, 'shop-production')).toMatchObject([{id: 4, region: REGION}])
  })

  it('answers everybody when many ask at once', async ({shop}) => {
    await withDatabase(shop)
    await serving(shop)
    const answers = await Promise.all(Array.from({length: 200}, async (_, id) => post(shop, '/counter', {id})))
    expect(new Set(answers.map(({status}) => status))).toEqual(new Set([200]))
    expect(databasesOf(shop.world).rows(REGION, 'shop-production')).toHaveLength(200)
  })

  it('that was there before its database finds it once its host is published', async ({shop}) => {
    await serving(shop)
    expect(await get(shop, '/heartbeat')).toMatchObject({status: 503})
    await withDatabase(shop)
    expect(await get(shop, '/heartbeat')).toMatchObject({status: 200})
  })

  it('reads its host when it starts: a task under another name of the database goes nowhere', async ({shop}) => {
    await withDatabase(shop)
    await serving(shop, {...ENV, DATABASE_HOST: 'gone.example.com'})
    expect(await get(shop, '/heartbeat')).toMatchObject({status: 503})
  })
})

describe.concurrent('a task for itself', {timeout: 60_000}, () => {
  const run = async (shop: Shop, taskDefinition: string, environment: Readonly<Record<string, string>>) => {
    const {tasks = []} = await shop.ecs<Ecs.RunTaskCommandOutput>('RunTask', {
      cluster: 'shop',
      taskDefinition,
      startedBy: 'failback',
      networkConfiguration: {awsvpcConfiguration: {subnets: ['subnet-1']}},
      overrides: {
        containerOverrides: [{name: 'api', environment: Object.entries(environment).map(([name, value]) => ({name, value}))}],
      },
    })
    const task = tasks[0]?.taskArn ?? ''
    const described = async () =>
      (await shop.ecs<Ecs.DescribeTasksCommandOutput>('DescribeTasks', {cluster: 'shop', tasks: [task]})).tasks?.[0] as Ecs.Task
    return {
      task,
      described,
      ended: async () => {
        await until('it has ended', async () => (await described()).lastStatus === 'STOPPED')
        return described()
      },
    }
  }
  const logged = async (shop: Shop, task: string): Promise<string[]> => {
    const logStreamName = `api/api/${task.split('/').at(-1) ?? ''}`
    const {events = []} = (await shop.world.invoke(
      'logs',
      'GetLogEvents',
      {logGroupName: GROUP, logStreamName, startFromHead: true},
      REGION,
    )) as Logs.GetLogEventsResponse
    return events.map(({message}) => message ?? '')
  }

  it('lists the rows after a moment in its log and ends with 0; no service brings it back', async ({shop}) => {
    await withDatabase(shop)
    const arn = await serving(shop)
    await post(shop, '/counter', {id: 1})
    const since = Math.floor(shop.world.clock.now())
    await until('a moment has passed', () => shop.world.clock.now() > since + 1000)
    await post(shop, '/counter', {id: 2})
    const {task, ended} = await run(shop, arn, {SLUICE_ASK: `writes-after:${since}`})
    expect(await ended()).toMatchObject({
      stopCode: 'EssentialContainerExited',
      group: 'family:api',
      startedBy: 'failback',
      containers: [{exitCode: 0}],
      overrides: {containerOverrides: [{name: 'api', environment: [{name: 'SLUICE_ASK'}]}]},
    })
    expect((await logged(shop, task)).map((line) => JSON.parse(line) as unknown)).toMatchObject([{id: 2}, {done: true, rows: 1}])
    expect((await shop.service('api-a')).runningCount).toBe(1)
    const {taskArns} = await shop.ecs<Ecs.ListTasksCommandOutput>('ListTasks', {
      cluster: 'shop',
      startedBy: 'failback',
      desiredStatus: 'STOPPED',
    })
    expect(taskArns).toEqual([task])
  })

  it('ends with 1 and says so when the database does not answer', async ({shop}) => {
    await withDatabase(shop)
    const {task, ended} = await run(shop, await revision(shop, {DATABASE_HOST: 'gone.example.com'}), {
      SLUICE_ASK: 'writes-after:0',
    })
    expect((await ended()).containers).toMatchObject([{exitCode: 1}])
    expect(await logged(shop, task)).toEqual(["The database doesn't answer."])
  })

  it('is refused an override of a container that it does not have', async ({shop}) => {
    const taskDefinition = await revision(shop, {})
    await expect(
      shop.ecs('RunTask', {cluster: 'shop', taskDefinition, overrides: {containerOverrides: [{name: 'other'}]}}),
    ).rejects.toMatchObject({code: 'ClientException'})
  })

  it('is stopped by a person like any other', async ({shop}) => {
    const {task, described, ended} = await run(shop, await revision(shop, {}), {})
    await until('it runs', async () => (await described()).lastStatus === 'RUNNING')
    await shop.ecs('StopTask', {cluster: 'shop', task, reason: 'enough'})
    expect(await ended()).toMatchObject({stoppedReason: 'enough', stopCode: 'UserInitiated'})
  })
})
