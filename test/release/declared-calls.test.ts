/**
 * Every step and guard declares what its ports call: releases of both kinds run on the fake, and each use of a port is put down to
 * the step or guard file that made it. What a port calls on AWS is a table here; the sandbox holds that against the adapters.
 */
import {expect, test} from 'vitest'
import {callsOfRunbook} from '../../src/runbooks/iam/declared-calls.ts'
import type {ReleaseWorld} from '../../src/runbooks/release/ports.ts'
import {prepareRelease} from '../../src/runbooks/release/prepare.ts'
import {releaseRunbook} from '../../src/runbooks/release/plan.ts'
import {claimRelease, startRelease} from '../../src/runbooks/release/run-release.ts'
import {fakeAws} from '../support/fake-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk, alone, aReleaseConfig} from '../support/release-bench.ts'

const schedules = ['scheduler:UpdateSchedule', 'scheduler:CreateSchedule', 'scheduler:CreateScheduleGroup', 'iam:PassRole']
const portActions: Readonly<Record<string, readonly string[]>> = {
  'rule.read': ['elasticloadbalancing:DescribeRules'],
  'rule.write': ['elasticloadbalancing:ModifyRule'],
  otherRules: ['elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeRules'],
  'targets.health': ['elasticloadbalancing:DescribeTargetHealth'],
  'targets.settings': ['elasticloadbalancing:DescribeTargetGroupAttributes'],
  'slots.read': ['ecs:DescribeServices'],
  'slots.deploy': ['ecs:UpdateService'],
  'slots.resize': ['ecs:UpdateService'],
  'slots.stopped': ['ecs:ListTasks', 'ecs:DescribeTasks'],
  'slots.imageDigest': ['ecs:ListTasks', 'ecs:DescribeTasks'],
  'revisions.image': ['ecs:DescribeTaskDefinition'],
  'revisions.withImage': ['ecs:DescribeTaskDefinition', 'ecs:ListTaskDefinitions', 'ecs:RegisterTaskDefinition', 'iam:PassRole'],
  'scaling.read': ['application-autoscaling:DescribeScalableTargets'],
  'scaling.write': ['application-autoscaling:DescribeScalableTargets', 'application-autoscaling:RegisterScalableTarget'],
  'metrics.counts': ['cloudwatch:GetMetricData'],
  'deadMansSwitch.read': ['scheduler:GetSchedule'],
  'deadMansSwitch.arm': schedules,
  'deadMansSwitch.disarm': ['scheduler:DeleteSchedule'],
  'deadMansSwitch.armScaling': ['application-autoscaling:DescribeScalableTargets', ...schedules],
  'deadMansSwitch.disarmScaling': ['scheduler:DeleteSchedule'],
  'recovery.carry': [
    'ecs:DescribeServices', 'ecs:DescribeTaskDefinition', 'ecs:ListTaskDefinitions', 'ecs:RegisterTaskDefinition', 'ecs:UpdateService', 'iam:PassRole',
  ],
}
/** Ask nothing. */
const local = new Set(['rule.preview', 'awsTime'])

/** Says which file of steps/ or guards/ is asking, each time a port is used. */
function watched(world: ReleaseWorld, uses: Map<string, Set<string>>): ReleaseWorld {
  const note = (port: string): void => {
    if (local.has(port)) return
    const file = /release\/(steps|guards)\/([\w-]+)\.ts/.exec(new Error().stack ?? '')?.[2]
    if (file !== undefined) uses.set(file, (uses.get(file) ?? new Set()).add(port))
  }
  const wrap = (value: unknown, path: string): unknown => {
    if (typeof value === 'function') return (...args: unknown[]): unknown => {
      note(path)
      return (value as (...args: unknown[]) => unknown)(...args)
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, wrap(one, path === '' ? name : `${path}.${name}`)]))
  }
  return wrap(world, '') as ReleaseWorld
}

async function usesOf(image: string, errorRate: number, uses: Map<string, Set<string>>) {
  const clock = leapingClock()
  const aws = fakeAws({clock, errorRates: {[image]: errorRate}})
  const config = aReleaseConfig({recovery: {region: 'eu-central-1', cluster: 'shop', service: 'api-a'}})
  const world = watched({...aws.world, recovery: {carry: async () => ({note: 'followed'})}}, uses)
  const desk = aDesk(memoryStore(), clock, 'w1')
  const claimed = await claimRelease(desk, config.service)
  const asked = {config, account: '1', by: 'w1', image, previous: null}
  const input = await prepareRelease(aws.world, asked, new AbortController().signal)
  await startRelease(desk, claimed, async () => input, world, alone({until: 'tidied'}))
  return input
}

/** Steps that a file makes, by the ids that its exports have in the plans. */
const idsOf: Readonly<Record<string, RegExp>> = {
  'hold-scale-in': /^hold-scale-in/, 'canary-tasks': /^canary-tasks/, shift: /^shift/, share: /^share/, bake: /^bake/, size: /^size/, home: /^home/,
  'observe-weight': /^observe/, swap: /^(swap|repoint|disarm)/, 'release-scale-in': /^release-scale-in/, drain: /^(drain|retire)/, warm: /^warm/, arm: /^arm/,
  preflight: /^preflight/, 'finish-previous': /^finish-previous/, register: /^register/, carry: /^carry/, drift: /^drift$/, 'keep-armed': /^switch$/, 'healthy-canary': /^tasks$/,
}

test('no step and no guard uses a port whose calls it doesn\'t declare', async () => {
  const uses = new Map<string, Set<string>>()
  const input = await usesOf('shop/api:1.9.0', 0.001, uses)
  await usesOf('shop/api:2.0.0', 0.2, uses)
  const runbook = releaseRunbook(input)
  const makers = ['release', 'rollback', 'halt', 'retire'].flatMap((name) => [...runbook.plan(name, []).steps, ...runbook.plan(name, []).guards])
  expect(uses.size).toBeGreaterThan(15)
  const undeclared = [...uses].flatMap(([file, ports]) => {
    const declared = new Set(makers.filter(({id}) => idsOf[file]?.test(id) === true).flatMap(({calls}) => calls).map(({action}) => action))
    return [...ports].flatMap((port) => (portActions[port] ?? [`${port} isn't in the table`]).filter((action) => !declared.has(action)).map((action) => `${file}: ${action}`))
  })
  expect([...new Set(undeclared)].toSorted()).toEqual([])
})

test('the recovery Region\'s calls are declared there', async () => {
  const input = await usesOf('shop/api:1.9.0', 0.001, new Map())
  const calls = callsOfRunbook(releaseRunbook(input), ['release'])
  expect(calls.filter(({region}) => region === 'eu-central-1').map(({action}) => action).toSorted()).toEqual([...portActions['recovery.carry'] ?? []].toSorted())
})
