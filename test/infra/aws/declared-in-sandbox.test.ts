/**
 * Releases on a sandbox, to their ends: a call that it saw and that no step or table declares would be missing from the policy that
 * `sluice iam policy` prints.
 */
import {afterAll, beforeAll, expect, test} from 'vitest'
import {chooseService} from '../../../src/config/choose-service.ts'
import {parseConfig} from '../../../src/config/load.ts'
import type {ReleaseConfig} from '../../../src/config/release-config.ts'
import {renderYaml} from '../../../src/config/render-yaml.ts'
import {discoverServices} from '../../../src/infra/aws/discover.ts'
import {ensureStateBucket} from '../../../src/infra/aws/ensure-state-bucket.ts'
import {releaseWorld} from '../../../src/infra/aws/release-world.ts'
import type {AwsSession} from '../../../src/infra/aws/session.ts'
import {stateBucketName, stateStore} from '../../../src/infra/aws/state-store.ts'
import type {Call} from '../../../src/runbooks/engine/step.ts'
import {declaredCalls} from '../../../src/runbooks/iam/declared-calls.ts'
import type {PolicyCommand} from '../../../src/runbooks/iam/outside-steps.ts'
import {prepareRelease} from '../../../src/runbooks/release/prepare.ts'
import {claimRelease, startRelease} from '../../../src/runbooks/release/run-release.ts'
import type {Ran} from '../../../src/runbooks/release/run-release.ts'
import {startSandbox} from '../../../src/sandbox/server.ts'
import type {Sandbox} from '../../../src/sandbox/server.ts'
import {undeclared} from '../../support/undeclared.ts'
import {aSession} from './a-session.ts'

const account = '000000000000'
const regions = ['eu-west-1', 'eu-central-1']
const never = new AbortController().signal
let sandbox: Sandbox
let session: AwsSession
let config: ReleaseConfig

beforeAll(async () => {
  sandbox = await startSandbox({speed: 60, seed: 3, world: 'shop', regions, services: ['api'], trafficPerMinute: 900})
  const {clock} = sandbox.world
  session = aSession({
    endpoint: sandbox.endpoint,
    clock: {speed: 60, now: () => clock.now(), until: (at) => new Promise((resolve) => void clock.at(at, () => resolve()))},
  })
  const yaml = renderYaml(chooseService(await discoverServices(session), 'api', 'eu-west-1'), {schema: ''}).replace(
    /^# recovery:\n(#.*\n?)+/m,
    `recovery: {region: ${regions[1]}, cluster: shop, service: api-a}\n`,
  )
  const parsed = parseConfig(yaml)
  if (parsed.kind !== 'config') throw new Error(JSON.stringify(parsed))
  config = {...parsed.config, warmMs: 60_000, steps: [{weight: 20, holdMs: 60_000, atMostMs: 1_200_000}]}
  await ensureStateBucket(session, sandbox.world.account)
})
afterAll(() => sandbox.close())

async function release(image: string): Promise<Ran> {
  const {world} = sandbox
  let ids = 0
  const desk = {
    store: stateStore(session, stateBucketName(world.account, 'eu-west-1')),
    clock: session.clock,
    ids: (length: number) => String((ids += 1)).padStart(length, '0'),
    writer: `w-${image}`,
    host: 'test',
    who: 'test',
    toolVersion: '0',
  }
  const aws = releaseWorld(config, session, {account: world.account})
  const claimed = await claimRelease(desk, config.service)
  const prepare = () =>
    prepareRelease(aws, {config, account: world.account, by: 'test', image, previous: claimed.previous}, never)
  return startRelease(desk, claimed, prepare, aws, {detach: never, leave: never, until: 'tidied'})
}

async function seen(): Promise<readonly Call[]> {
  const answer = await fetch(`${sandbox.endpoint}/_sluice/calls`)
  return ((await answer.json()) as {readonly calls: readonly Call[]}).calls
}

const declared = (...commands: readonly PolicyCommand[]): readonly Call[] =>
  commands.flatMap((command) =>
    declaredCalls(command, {partition: 'aws', account, regions, service: config.service, environment: config.environment}),
  )

test("a release that is promoted, and one that is rolled back, make no call that isn't declared", async () => {
  await fetch(`${sandbox.endpoint}/_sluice/images`, {
    method: 'POST',
    body: JSON.stringify({tag: 'shop/api:2.0.0', env: {ERROR_RATE: '0.2'}}),
  })
  expect((await release('shop/api:1.9.0')).end).toMatchObject({kind: 'ended', outcome: {outcome: 'promoted'}})
  expect((await release('shop/api:2.0.0')).end).toMatchObject({kind: 'ended', outcome: {outcome: 'rolled-back'}})
  expect(undeclared(await seen(), declared('init', 'release'))).toEqual([])
}, 240_000)

test('what a release changes is seen: a table that declares nothing would not pass', async () => {
  expect(undeclared(await seen(), declared('release status'))).toEqual(
    expect.arrayContaining(['elasticloadbalancing:ModifyRule eu-west-1', 'ecs:UpdateService eu-central-1']),
  )
})
