/**
 * Every step of `infra up` and `infra down` declares what its ports call, in the Region where it calls it. What a port calls on AWS
 * is a table here, as its adapter has it.
 */
import {expect, test} from 'vitest'
import {claimInfra} from '../../src/runbooks/provision/claim-infra.ts'
import {planDown} from '../../src/runbooks/provision/down-observe.ts'
import {downRunbook} from '../../src/runbooks/provision/down-plan.ts'
import {driveInfra} from '../../src/runbooks/provision/drive-infra.ts'
import {upRunbook} from '../../src/runbooks/provision/up-plan.ts'
import {fakeProvisionWorld} from '../support/fake-provision-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aStackConfig, planUp, wantedOf} from '../support/provision-bench.ts'
import {aDesk} from '../support/release-bench.ts'
import {noUses, undeclaredUses, watchedRunbook, watchedWorld} from '../support/watched-calls.ts'
import {aStackConfig as aDownConfig, downBench} from './down-world.ts'

const never = new AbortController().signal
const watching = {detach: never, leave: never}
const tasks = ['ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:DescribeTaskDefinition', 'logs:GetLogEvents']
const actionsOf: Readonly<Record<string, readonly string[]>> = {
  'stacks.describe': ['cloudformation:DescribeStacks'],
  'stacks.list': ['cloudformation:DescribeStacks'],
  'stacks.template': ['cloudformation:GetTemplate'],
  'stacks.resources': ['cloudformation:ListStackResources'],
  'stacks.events': ['cloudformation:DescribeStackEvents'],
  // Templates by URL are read with the caller's own rights.
  'stacks.create': ['cloudformation:CreateStack', 's3:GetObject'],
  'stacks.makeChangeSet': [
    'cloudformation:DescribeStacks',
    'cloudformation:DescribeChangeSet',
    'cloudformation:DeleteChangeSet',
    'cloudformation:CreateChangeSet',
    's3:GetObject',
  ],
  'stacks.changeSet': ['cloudformation:DescribeChangeSet'],
  'stacks.executeChangeSet': ['cloudformation:ExecuteChangeSet'],
  'stacks.deleteChangeSet': ['cloudformation:DeleteChangeSet'],
  'stacks.continueRollback': ['cloudformation:ContinueUpdateRollback'],
  'stacks.remove': ['cloudformation:DeleteStack'],
  'stacks.setPolicy': ['cloudformation:SetStackPolicy'],
  'stacks.policy': ['cloudformation:GetStackPolicy'],
  'stacks.protect': ['cloudformation:UpdateTerminationProtection'],
  'ground.missingServiceRoles': ['iam:ListRoles'],
  'ground.createServiceRole': ['iam:CreateServiceLinkedRole'],
  'ground.ensureStateBucket': [
    's3:GetBucketVersioning',
    's3:CreateBucket',
    's3:PutBucketPublicAccessBlock',
    's3:PutEncryptionConfiguration',
    's3:PutBucketVersioning',
  ],
  // Without the right to list, an absent object is a refusal.
  'ground.hasObject': ['s3:GetObject', 's3:ListBucket'],
  'ground.putObject': ['s3:PutObject'],
  'ground.objectUrl': [],
  'ground.parameters': ['ssm:GetParameters'],
  'ground.bucketSize': ['s3:ListBucketVersions'],
  'ground.emptyBucket': ['s3:ListBucketVersions', 's3:DeleteObject', 's3:DeleteObjectVersion'],
  'ground.protectedInstances': ['autoscaling:DescribeAutoScalingGroups'],
  'ground.removeInstanceProtection': ['autoscaling:SetInstanceProtection'],
  'ground.pendingRecords': ['acm:DescribeCertificate'],
  'claims.stoppedTasks': tasks,
  'claims.serviceEvents': ['ecs:DescribeServices'],
  'claims.scalingActivities': ['autoscaling:DescribeScalingActivities'],
  'slots.slot': ['ecs:DescribeServices', 'application-autoscaling:DescribeScalableTargets'],
  'slots.createSlot': [
    'ecs:ListTaskDefinitions',
    'ecs:DescribeTaskDefinition',
    'ecs:RegisterTaskDefinition',
    'ecs:CreateService',
    'ecs:TagResource',
    'iam:PassRole',
  ],
  'slots.createScaling': [
    'application-autoscaling:DescribeScalableTargets',
    'application-autoscaling:RegisterScalableTarget',
    'application-autoscaling:DescribeScalingPolicies',
    'application-autoscaling:PutScalingPolicy',
  ],
  'slots.removeScaling': ['application-autoscaling:DeregisterScalableTarget'],
  'slots.scaleSlot': ['ecs:UpdateService'],
  'slots.removeSlot': ['ecs:DeleteService'],
  'slots.liveRule': ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'],
  'slots.createLiveRule': ['elasticloadbalancing:CreateRule', 'elasticloadbalancing:AddTags'],
  'slots.removeLiveRule': ['elasticloadbalancing:DeleteRule'],
  'slots.healthyTargets': ['elasticloadbalancing:DescribeTargetHealth'],
  'teardown.deletionProtection': [],
  'teardown.liftDeletionProtection': [],
  'teardown.database': ['rds:DescribeDBInstances'],
  'teardown.removeDatabase': ['rds:DeleteDBInstance'],
  'teardown.removeBucket': ['s3:DeleteBucket'],
  // Each kind has its own; the sandbox's test sees them.
  'teardown.store': [],
  'teardown.removeStore': [],
}

/** Ports name their Region first, or in what they are about. */
function regionOf(port: string, [first]: readonly unknown[]): string {
  if (typeof first === 'string') return port.startsWith('ground.') && !/^[a-z]{2}-/.test(first) ? '' : first
  const about = first as {readonly region?: string; readonly stack?: {readonly region?: string}} | undefined
  return about?.region ?? about?.stack?.region ?? ''
}

test("no step of infra up uses a port whose calls it doesn't declare", async () => {
  const clock = leapingClock()
  const aws = fakeProvisionWorld({clock})
  const desk = aDesk(memoryStore(), clock, 'w1')
  const config = aStackConfig()
  const wanted = wantedOf(config, aws)
  const plan = await planUp(desk, aws, {config, wanted})
  const runbook = upRunbook({plan, agreed: plan, wanted, chosen: wanted.stacks, progressEveryMs: 5000})
  const uses = noUses()
  const claim = await claimInfra(desk, 'infra.shop.production', 'infra up', watching)
  const ran = await driveInfra(
    desk,
    claim,
    {runbook: watchedRunbook(runbook, uses), input: {}, world: watchedWorld(aws.world, uses, regionOf)},
    watching,
  )
  expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
  expect(uses.byStep.size).toBeGreaterThan(20)
  expect(undeclaredUses([runbook.plan('up', [])], uses, actionsOf)).toEqual([])
})

test("no step of infra down uses a port whose calls it doesn't declare", async () => {
  const clock = leapingClock()
  const {world} = downBench(clock)
  const desk = aDesk(memoryStore(), clock, 'w1')
  const input = await planDown(
    desk,
    {config: aDownConfig(), account: '1', arn: '', options: {only: 'all', data: 'deleted', stuck: 'tried-again'}},
    world,
    never,
  )
  const runbook = downRunbook(input)
  const uses = noUses()
  const claim = await claimInfra(desk, 'infra.shop.production', 'infra down', watching)
  const ran = await driveInfra(
    desk,
    claim,
    {runbook: watchedRunbook(runbook, uses), input: {}, world: watchedWorld(world, uses, regionOf)},
    watching,
  )
  expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
  expect(uses.byStep.size).toBeGreaterThan(30)
  expect(undeclaredUses([runbook.plan('down', [])], uses, actionsOf)).toEqual([])
})
