import {execFile} from 'node:child_process'
import {createServer} from 'node:http'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import type {AddressInfo} from 'node:net'
import {describe, expect, it as plainIt} from 'vitest'
import {REGION, aShop, until} from './plane-shop.ts'
import type {Shop} from './plane-shop.ts'

// Each test has a shop of its own and mostly waits: they run side by side.
const it = plainIt.extend<{shop: Shop}>({
  shop: async ({}, use) => {
    const shop = await aShop()
    await use(shop)
    await shop.close()
  },
})

const counts = (shop: Shop) => shop.plane.traffic.stats()[0]?.counts
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const flow = (shop: Shop, perMinute: number): void => {
  shop.plane.traffic.set({service: 'api', region: REGION, loadBalancer: 'shop', perMinute})
}

describe.concurrent('the steady load', {timeout: 60_000}, () => {
  it('is as strong as it was told, per virtual minute', async ({shop}) => {
    const from = shop.world.clock.now()
    flow(shop, 1200)
    shop.plane.traffic.set({service: 'web', region: REGION, loadBalancer: 'shop', perMinute: 300})
    const sent = () => shop.plane.traffic.stats().map((one) => one.counts?.sent ?? 0)
    await until('both flow', () => sent().every((count) => count > 0) && sent().length === 2)
    const [apiBefore = 0, webBefore = 0] = sent()
    await until('enough was sent', () => (sent()[0] ?? 0) - apiBefore > 2000)
    const [api = 0, web = 0] = [(sent()[0] ?? 0) - apiBefore, (sent()[1] ?? 0) - webBefore]
    // Both come from one process, so their ratio holds on a busy machine too: 4 with a standard error below 0.2.
    expect(api / web).toBeGreaterThan(3)
    expect(api / web).toBeLessThan(5)
    // And never faster than told: 2000 requests at 1200 a minute take 100 virtual seconds.
    expect(shop.world.clock.now() - from).toBeGreaterThan(85_000)
    expect(counts(shop)?.answered5xx).toBeGreaterThan(0)
  })

  it('doesn’t wait for answers: requests go on leaving while none is answered', async ({shop}) => {
    const silent = createServer((request, response) => {
      if (request.headers['user-agent']?.startsWith('ELB') === true) response.end()
    })
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve)
    })
    const {port} = silent.address() as AddressInfo
    await shop.elb('RegisterTargets', {TargetGroupArn: shop.a, Targets: [{Id: '127.0.0.1', Port: port}]})
    await until('the target is healthy', async () => (await shop.health(shop.a))[0] === 'healthy')
    flow(shop, 300)
    await until('hundreds are open', () => (counts(shop)?.open ?? 0) > 300)
    expect(counts(shop)).toMatchObject({answered2xx: 0, answered5xx: 0, skipped: 0})
    await until('as many were given to the target', () => (shop.metric('RequestCount', shop.a)?.sum ?? 0) > 300)
    silent.closeAllConnections()
    silent.close()
  })

  it('stops when the rate is 0', async ({shop}) => {
    flow(shop, 600)
    await until('it has begun', () => (counts(shop)?.sent ?? 0) > 50)
    flow(shop, 0)
    await until('no more is sent', async () => {
      const sent = counts(shop)?.sent
      await pause(1000)
      return counts(shop)?.sent === sent
    })
  })

  it('counts its errors and goes on when the listener goes away', async ({shop}) => {
    flow(shop, 600)
    await until('it has begun', () => (counts(shop)?.sent ?? 0) > 50)
    await shop.elb('DeleteListener', {ListenerArn: shop.listener})
    await until('nobody is asked', async () => {
      const {sent, open} = counts(shop) ?? {}
      await pause(300)
      return open === 0 && counts(shop)?.sent === sent
    })
    await shop.elb('CreateListener', {
      LoadBalancerArn: shop.loadBalancer,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{Type: 'fixed-response', FixedResponseConfig: {StatusCode: '200'}}],
    })
    await until('it follows to the new port', () => (counts(shop)?.answered2xx ?? 0) > 50)
  })

  it('and every task die with the sandbox, even when it is killed', async () => {
    const program = `
      const {aShop, until} = await import(${JSON.stringify(fileURLToPath(new URL('plane-shop.ts', import.meta.url)))})
      const shop = await aShop()
      shop.plane.images.add('api:1', {})
      await shop.slot('a', {taskDefinition: await shop.revision('api:1'), desiredCount: 2})
      shop.plane.traffic.set({service: 'api', region: 'eu-west-1', loadBalancer: 'shop', perMinute: 60})
      await until('both run', async () => (await shop.service('api-a')).runningCount === 2)
      console.log(JSON.stringify([shop.plane.traffic.pid(), ...shop.plane.tasks().map((task) => task.pid)]))
    `
    const child = execFile(process.execPath, ['--input-type=module', '-e', program])
    let output = ''
    child.stdout?.on('data', (chunk: string) => {
      output += chunk
    })
    await until('it is up', () => output.includes(']'))
    const pids = JSON.parse(output) as number[]
    expect(pids).toHaveLength(3)
    expect(pids.every(alive)).toBe(true)
    child.kill('SIGKILL')
    await until('all are gone', () => !pids.some(alive))
  })
})
