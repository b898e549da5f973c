import {ECSClient, DescribeServicesCommand} from '@aws-sdk/client-ecs'
import {
  ElasticLoadBalancingV2Client,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  DescribeTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {ApplicationAutoScalingClient, DescribeScalableTargetsCommand} from '@aws-sdk/client-application-auto-scaling'
import {CreateScheduleCommand, SchedulerClient} from '@aws-sdk/client-scheduler'
import {GetMetricDataCommand, CloudWatchClient} from '@aws-sdk/client-cloudwatch'
import {GetBucketVersioningCommand, S3Client} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {startSandbox} from '../../src/sandbox/server.ts'
import type {Sandbox} from '../../src/sandbox/server.ts'
import type {SandboxStatus} from '../../src/sandbox/status.ts'

describe('the world shop, as a client finds it', () => {
  let sandbox: Sandbox
  const options = (region = 'eu-west-1') => ({
    endpoint: sandbox.endpoint,
    region,
    credentials: {accessKeyId: 'a', secretAccessKey: 'b'},
    forcePathStyle: true,
  })
  const admin = async (method: string, path: string, body?: object): Promise<{status: number; body: Record<string, unknown>}> => {
    const response = await fetch(`${sandbox.endpoint}/_sluice/${path}`, {
      method,
      ...(body !== undefined && {body: JSON.stringify(body)}),
    })
    return {status: response.status, body: (await response.json()) as Record<string, unknown>}
  }

  beforeAll(async () => {
    sandbox = await startSandbox({speed: 60, seed: 1, world: 'shop', services: ['api', 'web'], trafficPerMinute: 300})
  }, 30_000)
  afterAll(async () => {
    await sandbox.close()
  })

  it('has the live rule with all weight on slot a, tagged for its service', async () => {
    const elb = new ElasticLoadBalancingV2Client(options())
    const [api] = sandbox.shop
    const {Rules} = await elb.send(new DescribeRulesCommand({RuleArns: [api?.ruleArn ?? '']}))
    expect(Rules?.[0]).toMatchObject({Priority: '40000', Conditions: [{Field: 'path-pattern', Values: ['/*']}]})
    expect(Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups).toEqual([
      {TargetGroupArn: api?.targetGroups.a, Weight: 100},
      {TargetGroupArn: api?.targetGroups.b, Weight: 0},
    ])
    const tags = await elb.send(new DescribeTagsCommand({ResourceArns: [api?.ruleArn ?? '']}))
    expect(tags.TagDescriptions?.[0]?.Tags).toEqual([{Key: 'sluice:live', Value: 'api'}])
    elb.destroy()
  })

  it('runs two healthy tasks in slot a of every service when it starts, none in slot b', async () => {
    const [ecs, elb] = [new ECSClient(options()), new ElasticLoadBalancingV2Client(options())]
    for (const {service, targetGroups} of sandbox.shop) {
      const {services} = await ecs.send(
        new DescribeServicesCommand({cluster: 'shop', services: [`${service}-a`, `${service}-b`]}),
      )
      expect(
        services?.map((one) => [one.serviceName, one.desiredCount, one.deploymentConfiguration?.deploymentCircuitBreaker]),
      ).toEqual([
        [`${service}-a`, 2, expect.objectContaining({enable: true, rollback: false})],
        [`${service}-b`, 0, expect.objectContaining({enable: true, rollback: false})],
      ])
      expect(services?.[0]?.capacityProviderStrategy?.[0]?.capacityProvider).toBe('shop')
      const health = await elb.send(new DescribeTargetHealthCommand({TargetGroupArn: targetGroups.a}))
      expect(health.TargetHealthDescriptions?.map((one) => one.TargetHealth?.State)).toEqual(['healthy', 'healthy'])
    }
    ecs.destroy()
    elb.destroy()
  })

  it('has scalable targets for both slots, and a versioned state bucket in each Region', async () => {
    const scaling = new ApplicationAutoScalingClient(options())
    const {ScalableTargets} = await scaling.send(
      new DescribeScalableTargetsCommand({ServiceNamespace: 'ecs', ResourceIds: ['service/shop/api-a', 'service/shop/api-b']}),
    )
    expect(ScalableTargets?.map((one) => [one.ResourceId, one.MinCapacity, one.MaxCapacity])).toEqual([
      ['service/shop/api-a', 2, 4],
      ['service/shop/api-b', 0, 4],
    ])
    scaling.destroy()
    for (const region of sandbox.world.regions) {
      const s3 = new S3Client(options(region))
      expect((await s3.send(new GetBucketVersioningCommand({Bucket: `sluice-state-111122223333-${region}`}))).Status).toBe(
        'Enabled',
      )
      s3.destroy()
    }
  })

  it('runs one task of the same image in the recovery Region', async () => {
    const ecs = new ECSClient(options('eu-central-1'))
    const {services} = await ecs.send(new DescribeServicesCommand({cluster: 'shop', services: ['api-a']}))
    expect(services?.[0]).toMatchObject({desiredCount: 1, status: 'ACTIVE'})
    ecs.destroy()
  })

  it('has traffic whose minutes appear in CloudWatch only after the publication delay', async () => {
    const cloudwatch = new CloudWatchClient(options())
    const name = (arn: string | undefined): string => (arn ?? '').split(':').at(-1) ?? ''
    const [api] = sandbox.shop
    const loadBalancer = (api?.listenerArn ?? '').split(':listener/')[1]?.split('/').slice(0, 3).join('/') ?? ''
    const dimensions = [
      {Name: 'LoadBalancer', Value: loadBalancer},
      {Name: 'TargetGroup', Value: name(api?.targetGroups.a)},
    ]
    const stat = {
      Metric: {Namespace: 'AWS/ApplicationELB', MetricName: 'RequestCount', Dimensions: dimensions},
      Period: 60,
      Stat: 'Sum',
    }
    const look = async () => {
      const now = sandbox.world.clock.now()
      const query = {
        StartTime: new Date(now - 3_600_000),
        EndTime: new Date(now),
        MetricDataQueries: [{Id: 'requests', MetricStat: stat}],
      }
      return {now, result: (await cloudwatch.send(new GetMetricDataCommand(query))).MetricDataResults?.[0]}
    }
    const {now, result} = await vi.waitUntil(
      async () => {
        const looked = await look()
        return (looked.result?.Values?.length ?? 0) >= 2 ? looked : false
      },
      {timeout: 15_000, interval: 100},
    )
    expect(result?.Timestamps?.every((at) => at.getTime() + 120_000 <= now)).toBe(true)
    // How many a minute has is the machine's affair as well (traffic.test.ts holds what can be held of it); none would be no data.
    expect(result?.Values?.every((count) => count > 0)).toBe(true)
    cloudwatch.destroy()
  }, 20_000)

  it('really moves the weight when a schedule fires ModifyRule', async () => {
    const [scheduler, elb] = [new SchedulerClient(options()), new ElasticLoadBalancingV2Client(options())]
    const web = sandbox.shop[1]
    const TargetGroups = [
      {TargetGroupArn: web?.targetGroups.a, Weight: 70},
      {TargetGroupArn: web?.targetGroups.b, Weight: 30},
    ]
    const Input = JSON.stringify({RuleArn: web?.ruleArn, Actions: [{Type: 'forward', ForwardConfig: {TargetGroups}}]})
    const at = new Date(sandbox.world.clock.now() + 20_000).toISOString().slice(0, 19)
    await scheduler.send(
      new CreateScheduleCommand({
        Name: 'home',
        ScheduleExpression: `at(${at})`,
        FlexibleTimeWindow: {Mode: 'OFF'},
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: 'arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:modifyRule',
          RoleArn: 'arn:aws:iam::111122223333:role/sluice-switch',
          Input,
        },
      }),
    )
    await vi.waitUntil(
      async () => {
        const {Rules} = await elb.send(new DescribeRulesCommand({RuleArns: [web?.ruleArn ?? '']}))
        return Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.[1]?.Weight === 30
      },
      {timeout: 5000, interval: 50},
    )
    const {body} = await admin('GET', 'status')
    expect((body as unknown as SandboxStatus).deliveries.at(-1)).toMatchObject({
      schedule: 'default/home',
      target: 'elasticloadbalancingv2:modifyRule',
      failure: null,
    })
    scheduler.destroy()
    elb.destroy()
  })

  it('answers its clock, status, images and traffic, and explains what it refuses', async () => {
    const clock = await admin('GET', 'clock')
    expect(clock.body['speed']).toBe(60)
    expect(Math.abs(Number(clock.body['epochMs']) - sandbox.world.clock.now())).toBeLessThan(60_000)
    const status = (await admin('GET', 'status')).body as unknown as SandboxStatus
    expect(status.services[0]).toMatchObject({
      service: 'api',
      loadBalancer: 'shop',
      weights: {a: 100, b: 0},
      slots: [
        {slot: 'a', healthy: 2},
        {slot: 'b', healthy: 0},
      ],
    })
    expect(status.images.map((one) => one.tag)).toEqual(['shop/api:1.8.2', 'shop/api:1.9.0'])
    expect((await admin('POST', 'images', {tag: 'shop/api:2.0.0', env: {ERROR_RATE: '0.05'}})).body['image']).toMatchObject({
      tag: 'shop/api:2.0.0',
    })
    expect(await admin('POST', 'traffic', {service: 'nope', perMinute: 5})).toMatchObject({
      status: 400,
      body: {message: expect.stringContaining('api, web') as string},
    })
    expect(await admin('POST', 'faults', {kind: 'gremlins'})).toMatchObject({status: 400})
    expect(await admin('POST', 'faults', {kind: 'throttle', rate: 2})).toMatchObject({status: 400})
    expect(await admin('POST', 'faults', {kind: 'region-down'})).toMatchObject({status: 400})
    expect(await admin('POST', 'faults', {kind: 'resource-fails'})).toMatchObject({status: 400})
    expect(await admin('POST', 'faults', {kind: 'resource-fails', target: 'Api/Hosts', times: 0})).toMatchObject({status: 400})
    expect(await admin('GET', 'nowhere')).toMatchObject({status: 404})
  })

  it('turns faults on and off', async () => {
    const on = await admin('POST', 'faults', {kind: 'incident', rate: 0, target: 'web'})
    expect((await admin('GET', 'faults')).body['faults']).toMatchObject([{id: on.body['id'], kind: 'incident', target: 'web'}])
    expect((await admin('DELETE', 'faults?kind=throttle')).body).toEqual({cleared: 0})
    expect((await admin('DELETE', 'faults')).body).toEqual({cleared: 1})
    expect(
      (await admin('POST', 'faults', {kind: 'resource-fails', target: 'Api/Hosts', times: 2, message: 'full'})).body,
    ).toMatchObject({target: 'Api/Hosts', times: 2, message: 'full'})
    expect((await admin('DELETE', 'faults?kind=resource-fails')).body).toEqual({cleared: 1})
  })
})

describe('taking a sandbox down', () => {
  it('leaves no process and nobody listening', async () => {
    const sandbox = await startSandbox({speed: 60, seed: 1, world: 'shop', trafficPerMinute: 60})
    const {tasks} = (await (await fetch(`${sandbox.endpoint}/_sluice/status`)).json()) as SandboxStatus
    const pids = tasks.flatMap((task) => task.pid ?? [])
    expect(pids.length).toBeGreaterThanOrEqual(3)
    await fetch(`${sandbox.endpoint}/_sluice/down`, {method: 'POST'})
    await sandbox.closed
    await vi.waitFor(
      () => {
        for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow()
      },
      {timeout: 3000},
    )
    await expect(fetch(`${sandbox.endpoint}/_sluice/clock`)).rejects.toThrow()
  }, 20_000)

  it('starts an empty world with nothing in it', async () => {
    const sandbox = await startSandbox({speed: 60, seed: 1, world: 'empty', regions: ['us-east-1']})
    const status = (await (await fetch(`${sandbox.endpoint}/_sluice/status`)).json()) as SandboxStatus
    expect(status).toMatchObject({regions: ['us-east-1'], services: [], tasks: [], endpoints: []})
    await sandbox.close()
  })
})
