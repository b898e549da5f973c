/**
 * The real templates in both Regions of a sandbox, there and back: up, status, drift, down. No call may be made that isn't declared,
 * and what is left afterwards is what the plan said would stay.
 */
import {afterAll, beforeAll, expect, test} from 'vitest'
import {parseStack} from '../../../src/config/load-stack.ts'
import {ensureStateBucket} from '../../../src/infra/aws/ensure-state-bucket.ts'
import {provisionWorld} from '../../../src/infra/aws/provision-world.ts'
import {stateBucketName, stateStore} from '../../../src/infra/aws/state-store.ts'
import {teardown} from '../../../src/infra/aws/teardown.ts'
import {readSite, readTemplates} from '../../../src/infra/stack/templates.ts'
import {wantedStacks} from '../../../src/infra/stack/wanted-stacks.ts'
import type {Call} from '../../../src/runbooks/engine/step.ts'
import {declaredCalls} from '../../../src/runbooks/iam/declared-calls.ts'
import type {PolicyCommand} from '../../../src/runbooks/iam/outside-steps.ts'
import {stateBucket} from '../../../src/runbooks/provision/deploy-stack.ts'
import {planDown} from '../../../src/runbooks/provision/down-observe.ts'
import {preflight} from '../../../src/runbooks/provision/preflight.ts'
import {readDrift} from '../../../src/runbooks/provision/read-drift.ts'
import {readStatus} from '../../../src/runbooks/provision/read-status.ts'
import {runDown} from '../../../src/runbooks/provision/run-down.ts'
import {foreseeUp, runUp} from '../../../src/runbooks/provision/run-up.ts'
import {startSandbox} from '../../../src/sandbox/server.ts'
import type {Sandbox} from '../../../src/sandbox/server.ts'
import {undeclared} from '../../support/undeclared.ts'
import {aSession} from './a-session.ts'

const regions = ['eu-west-1', 'eu-central-1']
const never = new AbortController().signal
const watching = {detach: never, leave: never}
let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox({speed: 60, seed: 5, world: 'empty', regions: [...regions, 'us-east-1']})
})
afterAll(() => sandbox.close())

const yaml = `service: shop
region: eu-west-1
stack:
  api: origin.example.com
  site: www.example.com
  hostedZone: Z0EXAMPLE0000
  firstImage: shop/api:1.8.2
  recovery:
    region: eu-central-1
`

async function open() {
  const {clock: time, account} = sandbox.world
  const clock = {
    speed: 60,
    now: () => time.now(),
    until: (at: number) => new Promise<void>((resolve) => void time.at(at, () => resolve())),
  }
  const session = aSession({endpoint: sandbox.endpoint, clock})
  await ensureStateBucket(session, account)
  const parsed = parseStack(yaml)
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  const {config} = parsed
  const arn = `arn:aws:iam::${account}:user/op`
  const world = provisionWorld(session, {account, arn})
  const wanted = wantedStacks(config, await readTemplates(), {
    site: await readSite(),
    objectUrl: (region, key) => world.ground.objectUrl(region, stateBucket(account, region), key),
  })
  let ids = 0
  const desk = {
    store: stateStore(session, stateBucketName(account, 'eu-west-1')),
    clock,
    ids: (length: number) => String((ids += 1)).padStart(length, '0'),
    writer: 'w1',
    host: 'test',
    who: arn,
    toolVersion: '0',
  }
  return {desk, world: {...world, teardown: teardown(session)}, config, wanted, account, arn}
}

async function seen(): Promise<readonly Call[]> {
  return ((await (await fetch(`${sandbox.endpoint}/_sluice/calls`)).json()) as {readonly calls: readonly Call[]}).calls
}

const declared = (...commands: readonly PolicyCommand[]): readonly Call[] =>
  commands.flatMap((command) =>
    declaredCalls(command, {
      partition: 'aws',
      account: sandbox.world.account,
      regions,
      service: 'shop',
      environment: 'production',
    }),
  )

test('both Regions are made, found without drift, and taken away; every call was declared', async () => {
  const {desk, world, config, wanted, account, arn} = await open()
  const findings = await preflight(
    world,
    {config, wanted: wanted.stacks, account, arn, actions: ['ecs:CreateService']},
    desk.clock,
    never,
  )
  expect(findings.filter(({level}) => level === 'stops')).toEqual([])
  const options = {config, account, arn, only: null, findings}
  const up = await runUp(desk, world, wanted, await foreseeUp(desk, world, wanted, options), options, 'from-here', watching)
  expect(up.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
  expect(undeclared(await seen(), declared('infra up'))).toEqual([])

  const status = await readStatus(world, config, desk.clock, never)
  expect(status.flatMap(({missing}) => missing)).toEqual([])
  expect(status.map(({traffic}) => traffic?.weights ?? null)).toEqual([{a: 100, b: 0}, {a: 100, b: 0}, null])
  const drift = await readDrift(world, config, desk, never)
  expect({differs: drift.differs, unchecked: drift.unchecked}).toEqual({differs: [], unchecked: []})
  expect(undeclared(await seen(), declared('infra up', 'infra status', 'infra drift'))).toEqual([])

  const agreed = await planDown(
    desk,
    {config, account, arn, options: {only: 'all', data: 'deleted', stuck: 'tried-again'}},
    world,
    never,
  )
  expect(agreed.stacks.flatMap(({protects}) => protects.map(({kind}) => kind)).toSorted()).toEqual([
    'database',
    'database',
    'load-balancer',
    'load-balancer',
  ])
  const down = await runDown(desk, agreed, world, watching)
  expect(down.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
  expect(undeclared(await seen(), declared('infra up', 'infra status', 'infra drift', 'infra down'))).toEqual([])

  expect((await readStatus(world, config, desk.clock, never)).flatMap(({stacks}) => stacks)).toEqual([])
  const stays = new Set(agreed.retained.map(({id}) => id))
  const deleted = new Set(agreed.buckets.map(({bucket}) => bucket))
  const left = [...sandbox.world.records.all()].filter(({stack, id}) => stack !== null && !deleted.has(id) && !stays.has(id))
  expect(left.map(({type, id}) => `${type} ${id}`)).toEqual([])
  expect(await Promise.all(agreed.buckets.map(({region, bucket}) => world.ground.bucketSize(region, bucket)))).toEqual(
    agreed.buckets.map(() => null),
  )

  // Nothing that was left is in the way of the same stacks once more.
  const again = await preflight(world, {config, wanted: wanted.stacks, account, arn, actions: []}, desk.clock, never)
  expect(again.filter(({level}) => level === 'stops')).toEqual([])
  expect(again.find(({id}) => id === 'names')).toMatchObject({level: 'ok', text: '10 names that the stacks will take are free.'})
  expect(undeclared(await seen(), declared('infra up', 'infra status', 'infra drift', 'infra down'))).toEqual([])
}, 400_000)
