/**
 * Every step and guard of a release declares what its ports call. What a port calls on AWS is a table here; the sandbox holds that
 * against the adapters.
 */
import {expect, test} from 'vitest'
import {driveRun} from '../../src/runbooks/engine/run.ts'
import {openJournal} from '../../src/runbooks/engine/journal.ts'
import {prepareRelease} from '../../src/runbooks/release/prepare.ts'
import {releaseRunbook} from '../../src/runbooks/release/plan.ts'
import {claimRelease} from '../../src/runbooks/release/run-release.ts'
import {fakeAws} from '../support/fake-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk, aReleaseConfig} from '../support/release-bench.ts'
import {noUses, undeclaredUses, watchedRunbook, watchedWorld} from '../support/watched-calls.ts'
import type {Uses} from '../support/watched-calls.ts'

const home = 'eu-west-1'
const recovery = 'eu-central-1'
const never = new AbortController().signal
const schedules = ['scheduler:UpdateSchedule', 'scheduler:CreateSchedule', 'scheduler:CreateScheduleGroup', 'iam:PassRole']
const actionsOf: Readonly<Record<string, readonly string[]>> = {
  awsTime: [],
  'rule.preview': [],
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
  // Of a stack of ours alone; `noteCapacity` asks the home Region too, which the sandbox's run of the demo holds against the policy.
  'recovery.noteCapacity': [],
  'recovery.carry': [
    'ecr:DescribeImages',
    'ecs:DescribeServices',
    'ecs:DescribeTaskDefinition',
    'ecs:ListTaskDefinitions',
    'ecs:RegisterTaskDefinition',
    'ecs:UpdateService',
    'iam:PassRole',
  ],
}

const follower = {carry: async () => ({note: 'followed'}), signs: async () => null, noteCapacity: async () => null}

/** A whole release, its old slot scaled down. */
async function run(image: string, errorRate: number, uses: Uses): Promise<readonly string[]> {
  const clock = leapingClock()
  const aws = fakeAws({clock, errorRates: {[image]: errorRate}})
  const config = aReleaseConfig({recovery: {region: recovery, cluster: 'shop', service: 'api-a'}})
  const world = watchedWorld({...aws.world, recovery: follower}, uses, (port) => (port === 'recovery.carry' ? recovery : home))
  const desk = aDesk(memoryStore(), clock, 'w1')
  const {run: id, held} = await claimRelease(desk, config.service)
  const input = await prepareRelease(aws.world, {config, account: '1', by: 'w1', image, previous: null}, never)
  const runbook = releaseRunbook(input)
  const journal = await openJournal({store: desk.store, run: id, writer: desk.writer, clock})
  await driveRun({
    runbook: watchedRunbook(runbook, uses),
    world,
    journal,
    held,
    clock,
    until: 'tidied',
    detach: never,
    leave: never,
  })
  return undeclaredUses(
    ['release', 'rollback', 'halt', 'retire'].map((name) => runbook.plan(name, [])),
    uses,
    actionsOf,
  )
}

test.each([
  ['promoted', 'shop/api:1.9.0', 0.001, 20],
  ['rolled back', 'shop/api:2.0.0', 0.2, 10],
] as const)(
  "in a release that is %s, no step and no guard uses a port whose calls it doesn't declare",
  async (_how, image, errorRate, least) => {
    const uses = noUses()
    expect(await run(image, errorRate, uses)).toEqual([])
    expect(uses.byStep.size).toBeGreaterThan(least)
  },
)
