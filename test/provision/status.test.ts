import {expect, test} from 'vitest'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import {readStatus} from '../../src/runbooks/provision/read-status.ts'
import type {StatusWorld} from '../../src/runbooks/provision/read-status.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {aStackConfig, away, downBench, home} from './down-world.ts'
import type {DownBench} from './down-world.ts'

const never = new AbortController().signal

async function status(
  prepare: (bench: DownBench) => void = () => undefined,
  wrap: (world: StatusWorld) => StatusWorld = (world) => world,
) {
  const clock = leapingClock()
  const bench = downBench(clock)
  prepare(bench)
  return readStatus(wrap(bench.world), aStackConfig(), clock, never)
}

test("home comes first, then the recovery Region, then the certificate's", async () => {
  expect((await status()).map(({region}) => region)).toEqual([home, away, 'us-east-1'])
})

test('a root shows its outputs and what is nested in it', async () => {
  const main = (await status())[0]?.stacks.find(({kind}) => kind === 'main')
  expect(main).toMatchObject({
    id: `main@${home}`,
    status: 'CREATE_COMPLETE',
    protected: true,
    outputs: {ClusterName: `cluster-${home}`},
  })
  expect(main?.nested.map(({id}) => id)).toEqual(['Vpc', 'LoadBalancer', 'Api', 'Edge', 'Images', 'Backup', 'Database'])
})

test('resources are counted by their status, nested stacks not among them', async () => {
  const main = (await status())[0]?.stacks.find(({kind}) => kind === 'main')
  expect(main?.counts).toEqual({})
  expect(main?.nested.find(({id}) => id === 'Api')?.counts).toEqual({CREATE_COMPLETE: 2})
})

test("a failed resource is there with its path and AWS's reason", async () => {
  const [region] = await status((bench) => {
    const thing = bench.stack('shop-production-main-Api-1A').things.get('Hosts')
    if (thing !== undefined) Object.assign(thing, {status: 'CREATE_FAILED', reason: 'No room'})
  })
  const api = region?.stacks.find(({kind}) => kind === 'main')?.nested.find(({id}) => id === 'Api')
  expect(api?.failed).toEqual([
    {path: 'Api/Hosts', type: 'AWS::AutoScaling::AutoScalingGroup', status: 'CREATE_FAILED', reason: 'No room'},
  ])
})

test('slots and weights of a Region are shown beside its stacks', async () => {
  expect((await status())[1]?.traffic).toMatchObject({weights: {a: 100, b: 0}, slots: {a: {desired: 2}, b: {desired: 0}}})
})

test('without a live rule there are no weights', async () => {
  expect(
    (
      await status((bench) => {
        bench.rules.clear()
      })
    )[0]?.traffic?.weights,
  ).toBeNull()
})

test("what is configured and isn't there is named", async () => {
  const regions = await status((bench) => {
    bench.stack('shop-production-replica', away).status = 'DELETE_COMPLETE'
  })
  expect(regions.flatMap(({missing}) => missing)).toEqual([`replica@${away}`])
})

test('a throttled read waits and is made again', async () => {
  let refused = 0
  const regions = await status(undefined, (world) => ({
    ...world,
    stacks: {
      ...world.stacks,
      resources: async (...args) => {
        refused += 1
        if (refused % 3 === 1) throw new Unavailable('cloudformation:ListStackResources', 'Rate exceeded')
        return world.stacks.resources(...args)
      },
    },
  }))
  expect(refused).toBeGreaterThan(15)
  expect(regions.flatMap(({stacks}) => stacks).length).toBe(6)
})
