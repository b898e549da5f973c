import {createServer} from 'node:http'
import type {RequestListener, Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {describe, expect, it as plainIt} from 'vitest'
import type * as Elb from '@aws-sdk/client-elastic-load-balancing-v2'
import {aShop, ask, forward, until} from './plane-shop.ts'
import type {Shop} from './plane-shop.ts'

const PROBE = 'ELB-HealthChecker/2.0'
const says =
  (text: string): RequestListener =>
  (_request, response) => {
    response.end(text)
  }

/** What the tests do with a shop: hand-made targets, and who answered. */
function hands(shop: Shop, servers: Server[]) {
  const register = async (group: string, port: number): Promise<void> => {
    await shop.elb('RegisterTargets', {TargetGroupArn: group, Targets: [{Id: '127.0.0.1', Port: port}]})
  }
  const text = async (init?: RequestInit): Promise<string> => (await fetch(shop.url(), init)).text()
  return {
    register,
    text,
    /** A target that answers probes with 200 and everything else as told. */
    target: async (group: string, serve: RequestListener): Promise<number> => {
      const server = createServer((request, response) => {
        if (request.headers['user-agent'] === PROBE) response.end('well')
        else serve(request, response)
      })
      servers.push(server)
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve)
      })
      const {port} = server.address() as AddressInfo
      await register(group, port)
      return port
    },
    healthy: async (group: string, count = 1): Promise<void> =>
      until(
        'targets are healthy',
        async () => (await shop.health(group)).filter((state) => state === 'healthy').length === count,
      ),
    tally: async (count: number, init?: RequestInit): Promise<Record<string, number>> => {
      const seen: Record<string, number> = {}
      for (let sent = 0; sent < count; sent += 20) {
        for (const one of await Promise.all(Array.from({length: 20}, async () => text(init)))) seen[one] = (seen[one] ?? 0) + 1
      }
      return seen
    },
  }
}

// Each test has a shop of its own and mostly waits: they run side by side.
const it = plainIt.extend<{servers: Server[]; shop: Shop; the: ReturnType<typeof hands>}>({
  servers: async ({}, use) => {
    const servers: Server[] = []
    await use(servers)
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  },
  shop: async ({}, use) => {
    const shop = await aShop()
    await use(shop)
    await shop.close()
  },
  the: async ({shop, servers}, use) => {
    await use(hands(shop, servers))
  },
})

describe.concurrent('the load balancer', {timeout: 60_000}, () => {
  it('gives weight 0 no request over thousands, and follows every change of the rule', async ({shop, the}) => {
    await the.target(shop.a, says('a'))
    await the.target(shop.b, says('b'))
    await the.healthy(shop.a)
    await the.healthy(shop.b)
    expect(await the.tally(2000)).toEqual({a: 2000})
    expect(shop.metric('RequestCount', shop.b)).toBeUndefined()
    await shop.weigh(0, 100)
    await until('the new weights reach traffic', async () => (await the.text()) === 'b')
    expect(await the.tally(2000)).toEqual({b: 2000})
    await shop.weigh(80, 20)
    await until('the new weights reach traffic', async () => (await the.text()) === 'a')
    const {b = 0} = await the.tally(2000)
    // Five standard deviations: √(2000 × 0.2 × 0.8) ≈ 18.
    expect(Math.abs(b - 400)).toBeLessThan(90)
  })

  it('routes as before for a moment after a write, and the last of several writes wins', async ({servers}) => {
    // On a slow clock, so that the moment can be seen.
    const shop = await aShop({speed: 2})
    const the = hands(shop, servers)
    await the.target(shop.a, says('a'))
    await the.target(shop.b, says('b'))
    await the.healthy(shop.a)
    await the.healthy(shop.b)
    await shop.weigh(0, 100)
    expect(await the.text()).toBe('a')
    for (const [a, b] of [
      [100, 0],
      [0, 100],
      [50, 50],
      [0, 100],
    ] as const)
      await shop.weigh(a, b)
    await until('the last write reaches traffic', async () => (await the.tally(100))['b'] === 100)
    expect(await the.tally(400)).toEqual({b: 400})
    await shop.close()
  })

  it('takes turns over the healthy targets of a group', async ({shop, the}) => {
    for (const name of ['one', 'two', 'three', 'four']) await the.target(shop.a, says(name))
    await the.healthy(shop.a, 4)
    const seen = await the.tally(400)
    expect(seen).toEqual({one: 100, two: 100, three: 100, four: 100})
  })

  it('answers 503 itself when a group has no targets, and counts that on the load balancer only', async ({shop}) => {
    expect(await ask(shop.url(), 5)).toEqual(new Map([[503, 5]]))
    expect(shop.metric('HTTPCode_ELB_503_Count')).toEqual({sum: 5, count: 5})
    expect(shop.metric('HTTPCode_ELB_5XX_Count')).toEqual({sum: 5, count: 5})
    expect(shop.metric('RequestCount', shop.a)).toBeUndefined()
  })

  it('counts requests, answers by class and response times per target group, and nothing else', async ({shop, the}) => {
    let asked = 0
    await the.target(shop.a, (_request, response) => {
      asked += 1
      response.writeHead(asked % 10 === 0 ? 500 : asked % 5 === 0 ? 404 : 200).end()
    })
    await the.healthy(shop.a)
    expect(await ask(shop.url(), 100)).toEqual(
      new Map([
        [200, 80],
        [404, 10],
        [500, 10],
      ]),
    )
    expect(shop.metric('RequestCount', shop.a)?.sum).toBe(100)
    expect(shop.metric('HTTPCode_Target_2XX_Count', shop.a)?.sum).toBe(80)
    expect(shop.metric('HTTPCode_Target_4XX_Count', shop.a)?.sum).toBe(10)
    expect(shop.metric('HTTPCode_Target_5XX_Count', shop.a)?.sum).toBe(10)
    expect(shop.metric('TargetResponseTime', shop.a)?.count).toBe(100)
    for (const name of ['HTTPCode_Target_3XX_Count', 'TargetConnectionErrorCount', 'UnhealthyRoutingRequestCount']) {
      expect(shop.metric(name, shop.a)).toBeUndefined()
    }
    expect(shop.metric('HTTPCode_ELB_5XX_Count')).toBeUndefined()
  })

  it('counts a request that was reset as given and never as answered, and makes a 502 of it', async ({shop, the}) => {
    await the.target(shop.a, (request) => {
      request.socket.resetAndDestroy()
    })
    await the.healthy(shop.a)
    expect(await ask(shop.url(), 30)).toEqual(new Map([[502, 30]]))
    expect(shop.metric('RequestCount', shop.a)?.sum).toBe(30)
    for (const first of [2, 3, 4, 5]) expect(shop.metric(`HTTPCode_Target_${first}XX_Count`, shop.a)).toBeUndefined()
    expect(shop.metric('TargetResponseTime', shop.a)).toBeUndefined()
    expect(shop.metric('TargetConnectionErrorCount', shop.a)).toBeUndefined()
    expect(shop.metric('HTTPCode_ELB_502_Count')?.sum).toBe(30)
  })

  it('makes a 504 of a request that is not answered within the idle timeout', async ({shop, the}) => {
    await shop.elb('ModifyLoadBalancerAttributes', {
      LoadBalancerArn: shop.loadBalancer,
      Attributes: [{Key: 'idle_timeout.timeout_seconds', Value: '1'}],
    })
    await the.target(shop.a, () => {})
    await the.healthy(shop.a)
    expect(await ask(shop.url(), 3)).toEqual(new Map([[504, 3]]))
    expect(shop.metric('RequestCount', shop.a)?.sum).toBe(3)
    expect(shop.metric('HTTPCode_ELB_504_Count')?.sum).toBe(3)
  })

  it('calls a target with a closed port unhealthy, fails open to it, and counts connection errors', async ({
    shop,
    the,
    servers,
  }) => {
    const port = await the.target(shop.a, says('gone'))
    await the.healthy(shop.a)
    const [server] = servers
    server?.closeAllConnections()
    await new Promise<void>((resolve) => {
      server?.close(() => {
        resolve()
      })
    })
    await until('the probes notice', async () => (await shop.health(shop.a))[0] === 'unhealthy Target.FailedHealthChecks')
    expect(port).toBeGreaterThan(0)
    expect(await ask(shop.url(), 10)).toEqual(new Map([[502, 10]]))
    expect(shop.metric('TargetConnectionErrorCount', shop.a)?.sum).toBe(10)
    expect(shop.metric('UnhealthyRoutingRequestCount', shop.a)?.sum).toBe(10)
    expect(shop.metric('RequestCount', shop.a)?.sum).toBe(10)
  })

  it('sends nothing to an unhealthy target while another is healthy', async ({shop, the}) => {
    await the.target(shop.a, says('well'))
    await the.register(shop.a, 9)
    await the.healthy(shop.a)
    await until('the closed port is noticed', async () =>
      (await shop.health(shop.a)).includes('unhealthy Target.FailedHealthChecks'),
    )
    expect(await the.tally(100)).toEqual({well: 100})
  })

  it('drains a deregistered target for the whole delay without giving it another request', async ({shop, the}) => {
    await the.target(shop.a, says('stays'))
    const port = await the.target(shop.a, says('goes'))
    await the.healthy(shop.a, 2)
    await shop.elb('DeregisterTargets', {TargetGroupArn: shop.a, Targets: [{Id: '127.0.0.1', Port: port}]})
    expect(await shop.health(shop.a)).toEqual(['healthy', 'draining Target.DeregistrationInProgress'])
    expect(await the.tally(100)).toEqual({stays: 100})
    await until('it is gone', async () => (await shop.health(shop.a)).length === 1)
  })

  it('keeps a client with its cookie on its group whatever the weights, until stickiness is off', async ({shop, the}) => {
    await the.target(shop.a, says('a'))
    await the.target(shop.b, says('b'))
    await the.healthy(shop.a)
    await the.healthy(shop.b)
    await shop.elb('ModifyRule', {RuleArn: shop.rule, Actions: [forward(shop.a, shop.b, [0, 1], 3600)]})
    let cookie = ''
    await until('a cookie is given', async () => {
      cookie = (await fetch(shop.url())).headers.get('set-cookie')?.split(';')[0] ?? ''
      return cookie.startsWith('AWSALBTG=')
    })
    await shop.elb('ModifyRule', {RuleArn: shop.rule, Actions: [forward(shop.a, shop.b, [1, 0], 3600)]})
    await until('the weights are turned', async () => (await the.text()) === 'a')
    expect(await the.tally(100, {headers: {cookie}})).toEqual({b: 100})
    await shop.weigh(1, 0)
    await until('stickiness is off', async () => (await the.text({headers: {cookie}})) === 'a')
    expect(await the.tally(100, {headers: {cookie}})).toEqual({a: 100})
  })

  it('lets a preview rule with a secret header reach the other slot, and redirects where told', async ({shop, the}) => {
    await the.target(shop.a, says('a'))
    await the.target(shop.b, says('b'))
    await the.healthy(shop.a)
    await the.healthy(shop.b)
    await shop.elb('CreateRule', {
      ListenerArn: shop.listener,
      Priority: 1,
      Actions: [{Type: 'forward', TargetGroupArn: shop.b}],
      Conditions: [{Field: 'http-header', HttpHeaderConfig: {HttpHeaderName: 'x-preview', Values: ['s3cret']}}],
    })
    await until('the preview rule is there', async () => (await the.text({headers: {'x-preview': 's3cret'}})) === 'b')
    expect(await the.text()).toBe('a')
    await shop.elb('CreateRule', {
      ListenerArn: shop.listener,
      Priority: 2,
      Conditions: [{Field: 'path-pattern', Values: ['/old']}],
      Actions: [{Type: 'redirect', RedirectConfig: {StatusCode: 'HTTP_301', Path: '/new'}}],
    })
    const old = `${shop.url()}/old?x=1`
    await until('the redirect is there', async () => (await ask(old, 1)).has(301))
    expect((await fetch(old, {redirect: 'manual'})).headers.get('location')).toBe('http://127.0.0.1:443/new?x=1')
  })

  it('passes bodies and headers both ways', async ({shop, the}) => {
    await the.target(shop.a, (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        response.setHeader('x-seen', `${request.method} ${request.url} ${String(request.headers['x-forwarded-proto'])}`)
        response.end(Buffer.concat(chunks))
      })
    })
    await the.healthy(shop.a)
    const body = 'x'.repeat(300_000)
    const answer = await fetch(`${shop.url()}/p?q=1`, {method: 'POST', body})
    expect(answer.headers.get('x-seen')).toBe('POST /p?q=1 https')
    expect(await answer.text()).toBe(body)
  })

  it('reports the hosts of a group once a minute, traffic or not', async ({shop, the}) => {
    await the.target(shop.a, says('a'))
    await the.healthy(shop.a)
    await until('a minute has passed', () => shop.metric('HealthyHostCount', shop.a) !== undefined)
    expect(shop.metric('HealthyHostCount', shop.a)?.sum).toBeGreaterThan(0)
    expect(shop.metric('HealthyHostCount', shop.b)).toBeUndefined()
    expect(shop.metric('RequestCount', shop.a)).toBeUndefined()
  })

  it('begins to probe when a group is put on a rule, and stops when it is taken off', async ({shop, the}) => {
    await the.target(shop.b, says('b'))
    await the.healthy(shop.b)
    await shop.elb('ModifyRule', {RuleArn: shop.rule, Actions: [{Type: 'forward', TargetGroupArn: shop.a}]})
    expect(await shop.health(shop.b)).toEqual(['unused Target.NotInUse'])
    await shop.weigh(1, 0)
    expect((await shop.health(shop.b))[0]).toMatch(/^initial /)
    await the.healthy(shop.b)
  })

  it('makes targets unhealthy while the fault says so', async ({shop, the}) => {
    await the.target(shop.a, says('a'))
    await the.healthy(shop.a)
    const fault = shop.world.setFault({kind: 'unhealthy-targets', target: 'shop-api-a'})
    await until('it is unhealthy', async () => (await shop.health(shop.a))[0] === 'unhealthy Target.FailedHealthChecks')
    shop.world.clearFault(fault.id)
    await the.healthy(shop.a)
  })

  it('stops listening when the listener is deleted', async ({shop}) => {
    const url = shop.url()
    await shop.elb('DeleteListener', {ListenerArn: shop.listener})
    expect(await ask(url, 1)).toEqual(new Map([[0, 1]]))
    const left = await shop.elb<Elb.DescribeListenersCommandOutput>('DescribeListeners', {LoadBalancerArn: shop.loadBalancer})
    expect(left.Listeners).toEqual([])
    expect(shop.plane.endpoints()).toEqual([])
  })
})
