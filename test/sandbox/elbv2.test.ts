import type * as Elb from '@aws-sdk/client-elastic-load-balancing-v2'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {afterProbe} from '../../src/sandbox/plane/target-health.ts'
import type {Health} from '../../src/sandbox/plane/target-health.ts'
import {chooseByWeight, compileRoutes, matchRoute} from '../../src/sandbox/plane/routing.ts'
import {createWorld} from '../../src/sandbox/world/world.ts'
import {aShop, forward} from './plane-shop.ts'
import type {Shop} from './plane-shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await aShop()
})
afterAll(async () => {
  await shop.close()
})

const rule = async (): Promise<Elb.Rule | undefined> =>
  (await shop.elb<Elb.DescribeRulesCommandOutput>('DescribeRules', {RuleArns: [shop.rule]})).Rules?.[0]
const refusal = async (operation: string, input: unknown): Promise<string> =>
  shop.elb(operation, input).then(
    () => 'accepted',
    (error: {code: string}) => error.code,
  )
const modify = async (actions: readonly Elb.Action[]): Promise<string> =>
  refusal('ModifyRule', {RuleArn: shop.rule, Actions: actions})

describe('ELBv2, the control plane', () => {
  it('forms ARNs and DNS names as AWS does', async () => {
    const lb = (await shop.elb<Elb.DescribeLoadBalancersCommandOutput>('DescribeLoadBalancers', {Names: ['shop']}))
      .LoadBalancers?.[0]
    expect(lb?.LoadBalancerArn).toMatch(/^arn:aws:elasticloadbalancing:eu-west-1:\d{12}:loadbalancer\/app\/shop\/[0-9a-f]{16}$/)
    expect(lb?.DNSName).toMatch(/^shop-\d+\.eu-west-1\.elb\.amazonaws\.com$/)
    expect(shop.rule).toMatch(/:listener-rule\/app\/shop\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/)
  })

  it('shows a rule as it was last written, at once, weight 0 included', async () => {
    await shop.weigh(37, 0)
    expect((await rule())?.Actions).toEqual([forward(shop.a, shop.b, [37, 0])])
    await shop.weigh(100, 0)
  })

  it('replaces actions whole: stickiness that is not sent again is off', async () => {
    await shop.elb('ModifyRule', {RuleArn: shop.rule, Actions: [forward(shop.a, shop.b, [100, 0], 60)]})
    await shop.elb('ModifyRule', {
      RuleArn: shop.rule,
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              {TargetGroupArn: shop.a, Weight: 100},
              {TargetGroupArn: shop.b, Weight: 0},
            ],
          },
        },
      ],
    })
    expect((await rule())?.Actions?.[0]?.ForwardConfig?.TargetGroupStickinessConfig).toEqual({Enabled: false})
  })

  it('answers an action with one group in both forms', async () => {
    await shop.elb('ModifyRule', {RuleArn: shop.rule, Actions: [{Type: 'forward', TargetGroupArn: shop.a}]})
    const action = (await rule())?.Actions?.[0]
    expect(action?.TargetGroupArn).toBe(shop.a)
    expect(action?.ForwardConfig?.TargetGroups).toEqual([{TargetGroupArn: shop.a, Weight: 1}])
    await shop.weigh(100, 0)
  })

  it.each([
    ['a weight above 999', (s: Shop) => [forward(s.a, s.b, [1000, 0])], 'ValidationError'],
    ['a negative weight', (s: Shop) => [forward(s.a, s.b, [1, -1])], 'ValidationError'],
    ['a group that is not there', (s: Shop) => [forward(s.a, `${s.b}0`, [1, 1])], 'TargetGroupNotFound'],
    ['the same group twice', (s: Shop) => [forward(s.a, s.a, [1, 1])], 'ValidationError'],
    [
      'stickiness without a duration',
      (s: Shop) => [
        {
          ...forward(s.a, s.b, [1, 1]),
          ForwardConfig: {
            TargetGroups: [{TargetGroupArn: s.a}],
            TargetGroupStickinessConfig: {Enabled: true},
          },
        },
      ],
      'ValidationError',
    ],
    [
      'six groups',
      (s: Shop) => [{Type: 'forward', ForwardConfig: {TargetGroups: Array.from({length: 6}, () => ({TargetGroupArn: s.a}))}}],
      'TooManyTargetGroups',
    ],
    ['no final action', () => [], 'ValidationError'],
    ['two final actions', (s: Shop) => [forward(s.a, s.b, [1, 1]), forward(s.a, s.b, [1, 1])], 'InvalidLoadBalancerAction'],
  ] as const)('refuses %s and leaves the rule as it was', async (_what, actions, code) => {
    const before = await rule()
    expect(await modify(actions(shop) as Elb.Action[])).toBe(code)
    expect(await rule()).toEqual(before)
  })

  it('names what is not there in AWS’s own codes', async () => {
    expect(await refusal('ModifyRule', {RuleArn: `${shop.rule}0`, Actions: [forward(shop.a, shop.b, [1, 1])]})).toBe(
      'RuleNotFound',
    )
    expect(await refusal('DescribeTargetHealth', {TargetGroupArn: `${shop.a}0`})).toBe('TargetGroupNotFound')
    expect(await refusal('DescribeLoadBalancers', {Names: ['nobody']})).toBe('LoadBalancerNotFound')
    expect(await refusal('DescribeListeners', {ListenerArns: [`${shop.listener}0`]})).toBe('ListenerNotFound')
  })

  it('knows nothing of another Region', async () => {
    const elsewhere = shop.world.invoke('elasticloadbalancingv2', 'DescribeRules', {RuleArns: [shop.rule]}, 'eu-central-1')
    await expect(elsewhere).rejects.toMatchObject({code: 'RuleNotFound'})
  })

  it('refuses a priority that is taken, and to delete a group that is in use', async () => {
    const conditions = [{Field: 'path-pattern', Values: ['/x']}]
    const input = {
      ListenerArn: shop.listener,
      Priority: 40_000,
      Conditions: conditions,
      Actions: [forward(shop.a, shop.b, [1, 0])],
    }
    expect(await refusal('CreateRule', input)).toBe('PriorityInUse')
    expect(await refusal('DeleteTargetGroup', {TargetGroupArn: shop.b})).toBe('ResourceInUse')
  })

  it('does not let a group belong to two load balancers', async () => {
    const other = (await shop.elb<Elb.CreateLoadBalancerCommandOutput>('CreateLoadBalancer', {Name: 'other'})).LoadBalancers?.[0]
      ?.LoadBalancerArn
    const code = await refusal('CreateListener', {
      LoadBalancerArn: other,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{Type: 'forward', TargetGroupArn: shop.a}],
    })
    expect(code).toBe('TargetGroupAssociationLimit')
  })

  it('says unused, and probes nothing, while a group is on no rule', async () => {
    const group =
      (
        await shop.elb<Elb.CreateTargetGroupCommandOutput>('CreateTargetGroup', {
          Name: 'loose',
          Protocol: 'HTTP',
          Port: 80,
          TargetType: 'ip',
        })
      ).TargetGroups?.[0]?.TargetGroupArn ?? ''
    await shop.elb('RegisterTargets', {TargetGroupArn: group, Targets: [{Id: '127.0.0.1', Port: 9}]})
    expect(await shop.health(group)).toEqual(['unused Target.NotInUse'])
  })

  it('pages with a marker', async () => {
    const names = ['page-1', 'page-2', 'page-3']
    for (const Name of names) await shop.elb('CreateTargetGroup', {Name, Protocol: 'HTTP', Port: 80, TargetType: 'ip'})
    const seen: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await shop.elb<Elb.DescribeTargetGroupsCommandOutput>('DescribeTargetGroups', {
        Names: names,
        PageSize: 2,
        Marker,
      })
      expect(page.TargetGroups?.length).toBeLessThanOrEqual(2)
      seen.push(...(page.TargetGroups ?? []).map((group) => group.TargetGroupName))
      Marker = page.NextMarker
    } while (Marker !== undefined)
    expect(seen).toEqual(names)
  })

  it('has AWS’s defaults for attributes, takes changes, and refuses unknown keys', async () => {
    const read = async (): Promise<Record<string, string>> => {
      const answer = await shop.elb<Elb.DescribeTargetGroupAttributesCommandOutput>('DescribeTargetGroupAttributes', {
        TargetGroupArn: shop.b,
      })
      return Object.fromEntries((answer.Attributes ?? []).map(({Key, Value}) => [Key, Value])) as Record<string, string>
    }
    expect(await read()).toMatchObject({
      'deregistration_delay.timeout_seconds': '10',
      'slow_start.duration_seconds': '0',
      'stickiness.enabled': 'false',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
    })
    const change = async (Key: string, Value: string): Promise<string> =>
      refusal('ModifyTargetGroupAttributes', {TargetGroupArn: shop.b, Attributes: [{Key, Value}]})
    expect(await change('slow_start.duration_seconds', '29')).toBe('ValidationError')
    expect(await change('slow_start.seconds', '30')).toBe('ValidationError')
    expect(await change('slow_start.duration_seconds', '30')).toBe('accepted')
    expect(await read()).toMatchObject({'slow_start.duration_seconds': '30'})
    await change('slow_start.duration_seconds', '0')
  })

  it('keeps tags of rules', async () => {
    await shop.elb('AddTags', {ResourceArns: [shop.rule], Tags: [{Key: 'sluice:live', Value: 'api'}]})
    const read = async (): Promise<Elb.TagDescription[] | undefined> =>
      (await shop.elb<Elb.DescribeTagsCommandOutput>('DescribeTags', {ResourceArns: [shop.rule]})).TagDescriptions
    expect(await read()).toEqual([{ResourceArn: shop.rule, Tags: [{Key: 'sluice:live', Value: 'api'}]}])
    await shop.elb('RemoveTags', {ResourceArns: [shop.rule], TagKeys: ['sluice:live']})
    expect(await read()).toEqual([{ResourceArn: shop.rule, Tags: []}])
  })
})

describe('what a probe means', () => {
  const check = {
    path: '/',
    protocol: 'HTTP',
    port: 'traffic-port',
    intervalSeconds: 10,
    timeoutSeconds: 5,
    healthyThreshold: 3,
    unhealthyThreshold: 2,
    matcher: '200-204,301',
  }
  const fresh: Health = {
    state: 'initial',
    reason: 'Elb.InitialHealthChecking',
    description: undefined,
    passes: 0,
    failures: 0,
    fresh: true,
  }
  const after = (from: Health, ...statuses: (number | 'failed' | 'timed-out')[]): Health =>
    statuses.reduce<Health>(
      (health, status) => afterProbe(health, typeof status === 'number' ? {kind: 'answered', status} : {kind: status}, check),
      from,
    )

  it.each([
    ['a new target needs one success', [200], 'healthy', undefined],
    ['one failure decides nothing', [500], 'initial', 'Elb.InitialHealthChecking'],
    ['as many failures as the threshold make it unhealthy', [500, 500], 'unhealthy', 'Target.ResponseCodeMismatch'],
    ['a closed port is a failed check', ['failed', 'failed'], 'unhealthy', 'Target.FailedHealthChecks'],
    ['no answer in time is a timeout', ['timed-out', 'timed-out'], 'unhealthy', 'Target.Timeout'],
    ['one failure does not undo health', [200, 500], 'healthy', undefined],
    ['failures must come in a row', [200, 500, 200, 500], 'healthy', undefined],
    [
      'once well and then sick, it needs the whole threshold',
      [200, 500, 500, 200, 200],
      'unhealthy',
      'Target.ResponseCodeMismatch',
    ],
    ['and recovers with it', [200, 500, 500, 200, 200, 200], 'healthy', undefined],
    ['the matcher takes ranges and lists', [301], 'healthy', undefined],
  ] as const)('%s', (_sentence, statuses, state, reason) => {
    expect(after(fresh, ...statuses)).toMatchObject({state, reason})
  })

  it('leaves draining and unused targets alone', () => {
    expect(after({...fresh, state: 'draining'}, 200).state).toBe('draining')
    expect(after({...fresh, state: 'unused'}, 500, 500, 500).state).toBe('unused')
  })
})

describe('routing', () => {
  const facts = (path: string, headers: Record<string, string> = {}, source = '10.0.0.1') => ({
    path,
    query: '',
    method: 'GET',
    source,
    header: (name: string) => headers[name],
  })

  it('gives each group its share w/Σw, and weight 0 nothing, over many draws', () => {
    const random = createWorld({speed: 1, seed: 7}).random('draws')
    const choices = [
      {group: 'zero', weight: 0},
      {group: 'a', weight: 80},
      {group: 'nothing', weight: 0},
      {group: 'b', weight: 20},
    ]
    const seen = new Map<string | undefined, number>()
    for (let i = 0; i < 100_000; i += 1) {
      const group = chooseByWeight(choices, 100, random())
      seen.set(group, (seen.get(group) ?? 0) + 1)
    }
    expect([...seen.keys()].sort()).toEqual(['a', 'b'])
    // Five standard deviations of a binomial: √(100,000 × 0.2 × 0.8) ≈ 126.
    expect(Math.abs((seen.get('b') ?? 0) - 20_000)).toBeLessThan(640)
  })

  it('gives nothing at all when every weight is 0', () => {
    expect(chooseByWeight([{group: 'a', weight: 0}], 0, 0.5)).toBeUndefined()
  })

  it('takes the first rule whose conditions all hold, and the default rule last', () => {
    const fixed = (StatusCode: string): Elb.Action[] => [{Type: 'fixed-response', FixedResponseConfig: {StatusCode}}]
    const routes = compileRoutes(
      [
        {
          conditions: [
            {Field: 'http-header', HttpHeaderConfig: {HttpHeaderName: 'X-Preview', Values: ['s3cret']}},
            {Field: 'path-pattern', Values: ['/*']},
          ],
          actions: fixed('201'),
        },
        {conditions: [{Field: 'source-ip', SourceIpConfig: {Values: ['192.168.0.0/16']}}], actions: fixed('202')},
        {conditions: [{Field: 'path-pattern', PathPatternConfig: {Values: ['/img/?.png', '/api/*']}}], actions: fixed('203')},
        {conditions: [], actions: fixed('503')},
      ],
      443,
      (arn) => arn,
    )
    const status = (...request: Parameters<typeof facts>): number | undefined => {
      const action = matchRoute(routes, facts(...request))
      return action?.kind === 'fixed-response' ? action.status : undefined
    }
    expect(status('/api/x', {'x-preview': 's3cret'})).toBe(201)
    expect(status('/api/x', {'x-preview': 'guess'})).toBe(203)
    expect(status('/', {}, '192.168.3.4')).toBe(202)
    expect(status('/img/a.png')).toBe(203)
    expect(status('/img/ab.png')).toBe(503)
    expect(status('/API/x')).toBe(503)
  })
})
