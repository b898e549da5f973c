import type * as Ecs from '@aws-sdk/client-ecs'
import {describe, expect, it as plainIt} from 'vitest'
import {aShop, ask, until} from './plane-shop.ts'
import type {Shop} from './plane-shop.ts'

/** The slot service `api-a` as a test asks about it. */
function views(shop: Shop) {
  const primary = async (name = 'api-a'): Promise<Ecs.Deployment | undefined> => (await shop.service(name)).deployments?.[0]
  const tasks = async (desiredStatus: 'RUNNING' | 'STOPPED'): Promise<Ecs.Task[]> => {
    const {taskArns = []} = await shop.ecs<Ecs.ListTasksCommandOutput>('ListTasks', {
      cluster: 'shop',
      serviceName: 'api-a',
      desiredStatus,
    })
    if (taskArns.length === 0) return []
    return (await shop.ecs<Ecs.DescribeTasksCommandOutput>('DescribeTasks', {cluster: 'shop', tasks: taskArns})).tasks ?? []
  }
  return {
    primary,
    tasks,
    completed: async (name = 'api-a'): Promise<void> =>
      until('the deployment is complete', async () => (await primary(name))?.rolloutState === 'COMPLETED'),
    update: async (input: Partial<Ecs.UpdateServiceCommandInput>): Promise<Ecs.Service> =>
      (await shop.ecs<Ecs.UpdateServiceCommandOutput>('UpdateService', {cluster: 'shop', service: 'api-a', ...input}))
        .service as Ecs.Service,
    stopped: async (): Promise<Ecs.Task> => {
      await until('a task has stopped', async () => (await tasks('STOPPED')).some((task) => task.lastStatus === 'STOPPED'))
      return (await tasks('STOPPED')).find((task) => task.lastStatus === 'STOPPED') as Ecs.Task
    },
    refusal: async (operation: string, input: unknown): Promise<string> =>
      shop.ecs(operation, input).then(
        () => 'accepted',
        (error: {code: string; message: string}) => `${error.code}: ${error.message}`,
      ),
  }
}

// Each test has a shop of its own and mostly waits for processes: they run side by side.
const it = plainIt.extend<{shop: Shop; the: ReturnType<typeof views>}>({
  shop: async ({}, use) => {
    const shop = await aShop()
    shop.plane.images.add('shop/api:1', {VERSION: '1'})
    shop.plane.images.add('shop/api:2', {VERSION: '2'})
    await use(shop)
    await shop.close()
  },
  the: async ({shop}, use) => {
    await use(views(shop))
  },
})
const breaker = {deploymentCircuitBreaker: {enable: true, rollback: false}}

describe.concurrent('a service', {timeout: 60_000}, () => {
  it('isn’t steady at once: it is complete when its tasks run and their targets are healthy', async ({shop, the}) => {
    const created = await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1'), desiredCount: 2})
    expect(created).toMatchObject({status: 'ACTIVE', runningCount: 0, desiredCount: 2})
    expect(created.deployments?.[0]).toMatchObject({status: 'PRIMARY', rolloutState: 'IN_PROGRESS'})
    expect(created.deployments?.[0]?.id).toMatch(/^ecs-svc\/\d{19}$/)
    await the.completed()
    expect(await shop.service('api-a')).toMatchObject({runningCount: 2, pendingCount: 0})
    expect(await shop.health(shop.a)).toEqual(['healthy', 'healthy'])
    expect(await ask(shop.url(), 20)).toEqual(new Map([[200, 20]]))
    const messages = (await shop.service('api-a')).events?.map((event) => event.message)
    expect(messages?.[0]).toBe('(service api-a) has reached a steady state.')
  })

  it('rolls to a new revision without failing a request, under a new deployment id, and the old deployment goes away', async ({
    shop,
    the,
  }) => {
    const first = await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1'), desiredCount: 2})
    await the.completed()
    const revision = await shop.revision('shop/api:2')
    const updated = await the.update({taskDefinition: revision})
    expect(updated.deployments?.map((one) => one.status)).toEqual(['PRIMARY', 'ACTIVE'])
    expect(updated.deployments?.[0]?.id).not.toBe(first.deployments?.[0]?.id)
    const seen = new Map<number, number>()
    await until('only the new deployment is left', async () => {
      for (const [status, count] of await ask(shop.url(), 20)) seen.set(status, (seen.get(status) ?? 0) + count)
      return (await shop.service('api-a')).deployments?.length === 1
    })
    expect([...seen.keys()]).toEqual([200])
    expect(await the.primary()).toMatchObject({taskDefinition: revision, rolloutState: 'COMPLETED', runningCount: 2})
    expect(await (await fetch(shop.url())).json()).toEqual({ok: true, version: '2'})
    expect(await the.stopped()).toMatchObject({stopCode: 'ServiceSchedulerInitiated', containers: [{exitCode: 0}]})
  })

  it('keeps its deployment id when only resized, and starts and stops just the difference', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1'), desiredCount: 1})
    await the.completed()
    const {id} = (await the.primary()) ?? {}
    const [survivor] = await the.tasks('RUNNING')
    expect((await the.update({desiredCount: 3})).deployments?.map((one) => one.id)).toEqual([id])
    await until('three run', async () => (await shop.service('api-a')).runningCount === 3)
    await the.update({desiredCount: 1})
    await until('one is left', async () => (await shop.health(shop.a)).length === 1 && (await the.tasks('RUNNING')).length === 1)
    expect((await the.tasks('RUNNING'))[0]?.taskArn).toBe(survivor?.taskArn)
    await the.update({desiredCount: 0})
    await until('none is left', async () => (await shop.health(shop.a)).length === 0)
  })

  it('begins a new deployment of the same revision only when forced', async ({shop, the}) => {
    const taskDefinition = await shop.revision('shop/api:1')
    await shop.slot('a', {taskDefinition, desiredCount: 0})
    await the.completed()
    const before = await the.primary()
    expect((await the.update({taskDefinition})).deployments?.[0]?.id).toBe(before?.id)
    expect((await the.update({taskDefinition, forceNewDeployment: true})).deployments?.[0]?.id).not.toBe(before?.id)
  })

  it('replaces a task that crashed, whose stop reason and exit code stay visible', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1', {CRASH_AFTER_MS: '60000', CRASH_EXIT: '137'})})
    await the.completed()
    const crashed = await the.stopped()
    expect(crashed).toMatchObject({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      lastStatus: 'STOPPED',
      containers: [{name: 'api', exitCode: 137}],
    })
    expect(crashed.stoppedAt?.getTime()).toBeGreaterThan(crashed.startedAt?.getTime() ?? Infinity)
    await until('another one runs', async () => (await the.tasks('RUNNING')).some((task) => task.lastStatus === 'RUNNING'))
    expect((await the.tasks('RUNNING'))[0]?.taskArn).not.toBe(crashed.taskArn)
  })

  it.for([
    ['exits at start', 'shop/api:1', {EXIT_ON_START: '1', CRASH_EXIT: '3'}, {stopCode: 'EssentialContainerExited', exitCode: 3}],
    ['can’t read its environment', 'shop/api:1', {ERROR_RATE: 'lots'}, {stopCode: 'EssentialContainerExited', exitCode: 78}],
    ['has an image that nobody has', 'shop/api:404', {}, {stopCode: 'TaskFailedToStart', exitCode: undefined}],
  ] as const)(
    'fails the deployment by the circuit breaker when the task %s, and starts no more',
    async ([, image, env, expected], {shop, the}) => {
      await shop.slot('a', {taskDefinition: await shop.revision(image, env), deploymentConfiguration: breaker})
      await until('the circuit breaker trips', async () => (await the.primary())?.rolloutState === 'FAILED')
      expect(await the.primary()).toMatchObject({
        failedTasks: 3,
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
      })
      const task = await the.stopped()
      expect(task.stopCode).toBe(expected.stopCode)
      expect(task.containers?.[0]?.exitCode).toBe(expected.exitCode)
      if (expected.stopCode === 'TaskFailedToStart')
        expect(task.stoppedReason).toMatch(/^CannotPullContainerError: .*shop\/api:404/)
      expect(await the.tasks('STOPPED')).toHaveLength(3)
    },
  )

  it('keeps the old tasks serving when a deployment fails and rollback is off', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1'), deploymentConfiguration: breaker})
    await the.completed()
    await the.update({taskDefinition: await shop.revision('shop/api:2', {EXIT_ON_START: '1'})})
    await until('the circuit breaker trips', async () => (await the.primary())?.rolloutState === 'FAILED')
    expect((await shop.service('api-a')).deployments?.map((one) => [one.status, one.runningCount])).toEqual([
      ['PRIMARY', 0],
      ['ACTIVE', 1],
    ])
    expect(await ask(shop.url(), 10)).toEqual(new Map([[200, 10]]))
  })

  it('goes back to the last deployment when rollback is on', async ({shop, the}) => {
    const good = await shop.revision('shop/api:1')
    const first = await shop.slot('a', {
      taskDefinition: good,
      deploymentConfiguration: {deploymentCircuitBreaker: {enable: true, rollback: true}},
    })
    await the.completed()
    await the.update({taskDefinition: await shop.revision('shop/api:2', {EXIT_ON_START: '1'})})
    await until('it is back', async () => {
      const {deployments = []} = await shop.service('api-a')
      return (
        deployments.length === 1
        && deployments[0]?.id === first.deployments?.[0]?.id
        && deployments[0]?.rolloutState === 'COMPLETED'
      )
    })
    expect((await the.primary())?.taskDefinition).toBe(good)
  })

  it('stops a task that fails its health checks, but not within the grace period', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1', {HEALTH: 'fail'}), healthCheckGracePeriodSeconds: 60})
    await until('its target is unhealthy', async () =>
      (await shop.health(shop.a)).includes('unhealthy Target.ResponseCodeMismatch'),
    )
    expect(await the.tasks('STOPPED')).toEqual([])
    await until('it is stopped', async () => (await the.tasks('STOPPED')).length > 0)
    const [task] = await the.tasks('STOPPED')
    expect(task?.stoppedReason).toBe(`Task failed ELB health checks in (target-group ${shop.a})`)
    expect((task?.stoppingAt?.getTime() ?? 0) - (task?.startedAt?.getTime() ?? 0)).toBeGreaterThanOrEqual(60_000)
    expect((await the.primary())?.rolloutState).toBe('IN_PROGRESS')
  })

  it('counts a slow start as running but not as complete', async ({shop, the}) => {
    await shop.slot('a', {
      taskDefinition: await shop.revision('shop/api:1', {START_MS: '40000'}),
      healthCheckGracePeriodSeconds: 120,
    })
    await until('it runs', async () => (await shop.service('api-a')).runningCount === 1)
    expect((await the.primary())?.rolloutState).toBe('IN_PROGRESS')
    const {startedAt} = (await the.tasks('RUNNING'))[0] ?? {}
    await the.completed()
    expect(shop.world.clock.now() - (startedAt?.getTime() ?? 0)).toBeGreaterThan(30_000)
  })

  it('answers what is not there as MISSING, with HTTP 200', async ({shop}) => {
    const {services, failures} = await shop.ecs<Ecs.DescribeServicesCommandOutput>('DescribeServices', {
      cluster: 'shop',
      services: ['nobody'],
    })
    expect(services).toEqual([])
    expect(failures).toEqual([{arn: expect.stringMatching(/:service\/shop\/nobody$/) as string, reason: 'MISSING'}])
  })

  it('is refused for a group that no load balancer uses, and for a revision that is inactive', async ({shop, the}) => {
    const taskDefinition = await shop.revision('shop/api:1')
    await shop.elb('ModifyRule', {RuleArn: shop.rule, Actions: [{Type: 'forward', TargetGroupArn: shop.a}]})
    const loadBalancers = [{targetGroupArn: shop.b, containerName: 'api', containerPort: 80}]
    expect(await the.refusal('CreateService', {cluster: 'shop', serviceName: 'x', taskDefinition, loadBalancers})).toMatch(
      /^InvalidParameterException: The target group .* does not have an associated load balancer\.$/,
    )
    await shop.ecs('DeregisterTaskDefinition', {taskDefinition})
    expect(await the.refusal('CreateService', {cluster: 'shop', serviceName: 'x', taskDefinition})).toBe(
      'ClientException: TaskDefinition is inactive',
    )
    expect(await the.refusal('DescribeServices', {cluster: 'none', services: ['x']})).toBe(
      'ClusterNotFoundException: Cluster not found.',
    )
  })

  it('is gone after DeleteService, with all its tasks', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1')})
    await the.completed()
    expect(await the.refusal('DeleteService', {cluster: 'shop', service: 'api-a'})).toMatch(/^InvalidParameterException/)
    await shop.ecs('DeleteService', {cluster: 'shop', service: 'api-a', force: true})
    await until('it is inactive', async () => (await shop.service('api-a')).status === 'INACTIVE')
    expect(shop.plane.tasks()).toEqual([])
  })
})

describe.concurrent('a task', {timeout: 60_000}, () => {
  it('stopped by a person is stopped by name of that person, without waiting for its target to drain', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1')})
    await the.completed()
    const [task] = await the.tasks('RUNNING')
    await shop.ecs('StopTask', {cluster: 'shop', task: task?.taskArn, reason: 'just because'})
    expect(await the.stopped()).toMatchObject({stopCode: 'UserInitiated', stoppedReason: 'just because', taskArn: task?.taskArn})
  })

  it('reports the digest of its image, which depends on tag and environment alone', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1')})
    await the.completed()
    const [task] = await the.tasks('RUNNING')
    const [first, second] = shop.plane.images.list()
    expect(task?.containers?.[0]?.imageDigest).toBe(first?.digest)
    expect(first?.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(second?.digest).not.toBe(first?.digest)
    expect(shop.plane.images.add('shop/api:1', {VERSION: '1'}).digest).toBe(first?.digest)
  })

  it('has the container’s environment over the image’s, and runs an image named by digest', async ({shop, the}) => {
    const {digest} = shop.plane.images.add('shop/api:2', {VERSION: '2', ERROR_RATE: '1'})
    await shop.slot('a', {taskDefinition: await shop.revision(`shop/api@${digest}`, {ERROR_RATE: '0', VERSION: '2b'})})
    await the.completed()
    expect(await (await fetch(shop.url())).json()).toEqual({ok: true, version: '2b'})
  })

  it('of either slot answers 5xx during an incident, and stops doing so', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1')})
    await shop.slot('b', {taskDefinition: await shop.revision('shop/api:2')})
    await the.completed('api-a')
    await the.completed('api-b')
    await shop.weigh(50, 50)
    const fault = shop.world.setFault({kind: 'incident', rate: 1, target: 'api'})
    await until('all requests fail', async () => (await ask(shop.url(), 40)).get(500) === 40)
    for (const group of [shop.a, shop.b]) expect(shop.metric('HTTPCode_Target_5XX_Count', group)?.sum).toBeGreaterThan(0)
    shop.world.clearFault(fault.id)
    await until('none fails', async () => (await ask(shop.url(), 40)).get(200) === 40)
  })

  it('dies with the sandbox', async ({shop, the}) => {
    await shop.slot('a', {taskDefinition: await shop.revision('shop/api:1'), desiredCount: 2})
    await the.completed()
    const pids = shop.plane.tasks().map((task) => task.pid ?? 0)
    expect(pids).toHaveLength(2)
    await shop.plane.close()
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

describe.concurrent('task definitions', {timeout: 60_000}, () => {
  it('are numbered by family, listed either way, and inactive when deregistered', async ({shop}) => {
    const [one, two] = [await shop.revision('shop/api:1'), await shop.revision('shop/api:2')]
    expect([one, two].map((arn) => arn.split('/').at(-1))).toEqual(['api:1', 'api:2'])
    const list = async (input: Ecs.ListTaskDefinitionsCommandInput): Promise<string[] | undefined> =>
      (await shop.ecs<Ecs.ListTaskDefinitionsCommandOutput>('ListTaskDefinitions', input)).taskDefinitionArns
    expect(await list({familyPrefix: 'api', sort: 'DESC'})).toEqual([two, one])
    await shop.ecs('DeregisterTaskDefinition', {taskDefinition: 'api:2'})
    expect(await list({familyPrefix: 'api'})).toEqual([one])
    expect(await list({familyPrefix: 'api', status: 'INACTIVE'})).toEqual([two])
    const {taskDefinition} = await shop.ecs<Ecs.DescribeTaskDefinitionCommandOutput>('DescribeTaskDefinition', {
      taskDefinition: 'api',
    })
    expect(taskDefinition?.taskDefinitionArn).toBe(one)
  })
})
