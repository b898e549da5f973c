import {describe, expect, test} from 'vitest'
import type {OwnStep} from '../../../src/config/runbook.ts'
import {ownRights} from '../../../src/runbooks/iam/own-rights.ts'
import type {OwnRights} from '../../../src/runbooks/iam/own-rights.ts'
import type {Statement} from '../../../src/runbooks/iam/policy-document.ts'
import {iamPolicy} from '../../../src/runbooks/iam-policy.ts'
import type {Where} from '../../../src/runbooks/iam/where.ts'
import {allowedChanges} from '../../../src/config/runbook-calls.ts'
import {aPlace, aSettings} from '../../support/recovery-bench.ts'
import {ownRunbook} from '../../support/runbook-bench.ts'

const place = aPlace()
const where: Where = {
  partition: 'aws',
  account: place.account,
  regions: [place.home, place.recovery],
  service: place.service,
  environment: place.environment,
}
const ground = {place, settings: aSettings(), region: place.recovery}
const of = (steps: readonly OwnStep[], at: Where = where): OwnRights => ownRights([{steps, ground}], at)

/** Rights of a runbook with these steps, each as it is written in YAML. */
const rights = (...steps: readonly string[]): OwnRights =>
  of(
    ownRunbook(`name: evening\ndescription: d\nsteps:\n${steps.map((step, index) => `  - {id: s${index}, ${step}}`).join('\n')}`)
      .steps,
  )
const call = (name: string, input: string, more = ''): string => {
  const [service, action] = name.split(':')
  return `call: {service: ${service}, action: ${action}, input: ${input}${more}}`
}
const allowed = (given: OwnRights): readonly (readonly [string, readonly string[]])[] =>
  given.statements.map(({Action, Resource}) => [Action.join(), Resource])
const here = (service: string, resource: string): string => `arn:aws:${service}:${place.recovery}:${place.account}:${resource}`

test.each([
  ['ecs:UpdateService', '{cluster: jobs, service: worker, desiredCount: 0}', [here('ecs', 'service/jobs/worker')]],
  ['ecs:UpdateService', '{service: worker}', [here('ecs', 'service/default/worker')]],
  [
    'autoscaling:SetDesiredCapacity',
    '{AutoScalingGroupName: jobs, DesiredCapacity: 1}',
    [here('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/jobs')],
  ],
  [
    'cloudwatch:DisableAlarmActions',
    '{AlarmNames: [late, slow]}',
    [here('cloudwatch', 'alarm:late'), here('cloudwatch', 'alarm:slow')],
  ],
  ['rds:DescribeDBInstances', "{DBInstanceIdentifier: '${place.database}'}", [here('rds', `db:${place.database}`)]],
  ['rds:DescribeDBInstances', '{}', [here('rds', 'db:*')]],
  ['secretsmanager:DescribeSecret', '{SecretId: shop/bank}', [here('secretsmanager', 'secret:shop/bank-??????')]],
  [
    'secretsmanager:DescribeSecret',
    "{SecretId: 'arn:aws:secretsmanager:eu-west-1:1:secret:x-abcdef'}",
    ['arn:aws:secretsmanager:eu-west-1:1:secret:x-abcdef'],
  ],
  ['route53:ListResourceRecordSets', '{HostedZoneId: /hostedzone/Z1}', ['arn:aws:route53:::hostedzone/Z1']],
  ['logs:FilterLogEvents', '{logGroupName: /jobs}', [here('logs', 'log-group:/jobs'), here('logs', 'log-group:/jobs:*')]],
  ['ec2:DescribeVpcs', '{}', ['*']],
] as const)('%s with %s is allowed on what it names', (name, input, resources) => {
  expect(allowed(rights(call(name, input)))).toEqual([[name, resources]])
})

test.each([
  ['s3:HeadObject', '{Bucket: reports, Key: night/1}', 's3:GetObject', 'arn:aws:s3:::reports/night/1'],
  ['s3:ListObjectsV2', '{Bucket: reports}', 's3:ListBucket', 'arn:aws:s3:::reports'],
  ['s3:GetBucketEncryption', '{Bucket: reports}', 's3:GetEncryptionConfiguration', 'arn:aws:s3:::reports'],
])('%s needs a right of another name: of %s, %s', (name, input, action, resource) => {
  expect(allowed(rights(call(name, input)))).toEqual([[action, [resource]]])
})

test('who asks who they are needs no right', () => {
  expect(rights(call('sts:GetCallerIdentity', '{}')).statements).toEqual([])
})

test('a call in a Region of its own is allowed there', () => {
  expect(allowed(rights(call('rds:DescribeDBInstances', '{DBInstanceIdentifier: x}', ", region: '${place.home}'")))).toEqual([
    ['rds:DescribeDBInstances', [`arn:aws:rds:${place.home}:${place.account}:db:x`]],
  ])
})

test('the check and the way back of a change are allowed too, once for an action', () => {
  const [stop] = [
    `call: {service: ecs, action: UpdateService, input: {cluster: jobs, service: worker, desiredCount: 0}, check: {service: ecs, action: DescribeServices, input: {cluster: jobs, services: [worker]}, done-when: {path: 'services[0].runningCount', equals: 0}}}, undo: {service: ecs, action: UpdateService, input: {cluster: jobs, service: worker, desiredCount: 4}}`,
  ]
  expect(allowed(rights(stop ?? ''))).toEqual([
    ['ecs:UpdateService', [here('ecs', 'service/jobs/worker')]],
    ['ecs:DescribeServices', [here('ecs', 'service/jobs/worker')]],
  ])
})

test('steps that do the same to other things share a statement', () => {
  const both = rights(
    call('ecs:UpdateService', '{cluster: jobs, service: one}'),
    call('ecs:UpdateService', '{cluster: jobs, service: two}'),
  )
  expect(allowed(both)).toEqual([['ecs:UpdateService', [here('ecs', 'service/jobs/one'), here('ecs', 'service/jobs/two')]]])
})

describe('what only a run finds out', () => {
  const found = rights(
    call('ecs:DescribeTaskDefinition', '{taskDefinition: jobs}', ', keep: {family: taskDefinition.family}'),
    call('ecs:UpdateService', "{cluster: jobs, service: 'worker-${steps.s0.family}'}"),
  )

  test('is a * in the place of what is found, and no more', () => {
    expect(allowed(found)[1]).toEqual(['ecs:UpdateService', [here('ecs', 'service/jobs/worker-*')]])
  })

  test('is said', () => {
    expect(found.notes).toContain('ecs:UpdateService: with a * for what an earlier step finds')
  })
})

test('a letter that would mean something to IAM means itself', () => {
  expect(allowed(rights(call('s3:HeadObject', '{Bucket: reports, Key: "a*$${aws:username}?"}')))).toEqual([
    ['s3:GetObject', ['arn:aws:s3:::reports/a${*}${$}{aws:username}${?}']],
  ])
})

describe('* has its reason', () => {
  test('when IAM knows no resource', () => {
    expect(rights(call('ec2:DescribeVpcs', '{}')).notes).toEqual([
      "ec2:DescribeVpcs: on *, because IAM knows no resource for it, or none that the step's input tells",
    ])
  })

  test('an alias binds what could be any key', () => {
    expect(rights(call('kms:DescribeKey', '{KeyId: alias/shop}')).statements[0]).toMatchObject({
      Resource: [here('kms', 'key/*')],
      Condition: {StringLike: {'kms:RequestAlias': 'alias/shop'}},
    })
  })

  test('and needs none where a condition binds it', () => {
    const marked = rights(call('cloudwatch:PutMetricData', '{Namespace: Shop, MetricData: []}'))
    expect(marked.statements[0]).toMatchObject({Resource: ['*'], Condition: {StringLike: {'cloudwatch:namespace': 'Shop'}}})
    expect(marked.notes).toEqual([])
  })
})

describe('what AWS asks for beside the call', () => {
  const passing = (given: OwnRights): Statement | undefined => given.statements.find(({Action}) => Action[0] === 'iam:PassRole')

  test("a task of the environment's is handed the environment's roles", () => {
    const task = `${place.service}-${place.environment}-job`
    expect(passing(rights(call('ecs:RunTask', `{cluster: jobs, taskDefinition: ${task}}`)))).toMatchObject({
      Resource: [`arn:aws:iam::${place.account}:role/${place.service}-${place.environment}-*`],
      Condition: {StringEquals: {'iam:PassedToService': 'ecs-tasks.amazonaws.com'}},
    })
  })

  test('whose roles a foreign task has nobody knows, and it is said', () => {
    const foreign = rights(call('ecs:RunTask', '{cluster: jobs, taskDefinition: "migrate:3"}'))
    expect(foreign.statements[0]).toMatchObject({
      Resource: [here('ecs', 'task-definition/migrate:3')],
      Condition: {ArnLike: {'ecs:cluster': here('ecs', 'cluster/jobs')}},
    })
    expect(passing(foreign)?.Resource).toEqual([`arn:aws:iam::${place.account}:role/*`])
    expect(foreign.notes).toEqual([
      'iam:PassRole: the task definition names the roles that are handed on: put them in place of role/*',
    ])
  })

  test('a backup is handed its role and no other', () => {
    const role = 'arn:aws:iam::1:role/backup'
    const backup = rights(call('backup:StartBackupJob', `{BackupVaultName: shop, ResourceArn: x, IamRoleArn: '${role}'}`))
    expect(backup.statements[0]?.Resource).toEqual([here('backup', 'backup-vault:shop')])
    expect(passing(backup)?.Resource).toEqual([role])
  })

  test('a document of AWS has no account in its ARN', () => {
    const own = rights(call('ssm:StartAutomationExecution', '{DocumentName: AWS-RestartEC2Instance}'))
    expect(own.statements[0]?.Resource[0]).toBe(`arn:aws:ssm:${place.recovery}::document/AWS-RestartEC2Instance`)
    expect(own.notes.join()).toContain('is not in here')
  })

  test('whoever has a service scaled may scale that service', () => {
    const scaled = rights(
      call(
        'application-autoscaling:RegisterScalableTarget',
        '{ServiceNamespace: ecs, ResourceId: service/jobs/worker, ScalableDimension: "ecs:service:DesiredCount"}',
      ),
    )
    expect(allowed(scaled).slice(1)).toEqual([
      ['ecs:DescribeServices', [here('ecs', 'service/jobs/worker')]],
      ['ecs:UpdateService', [here('ecs', 'service/jobs/worker')]],
    ])
  })
})

describe('steps that come with the tool', () => {
  test('a group of hosts is the one that is named', () => {
    const hosts = rights('uses: hosts, with: {group: jobs, cluster: jobs, count: 2}')
    expect(hosts.statements.map(({Resource}) => Resource)).toEqual(
      hosts.statements.map(() => [here('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/jobs')]),
    )
    expect(hosts.statements.map(({Action}) => Action[0])).toContain('autoscaling:UpdateAutoScalingGroup')
  })

  test('what they call is declared with them', () => {
    const used = rights(
      'uses: replica-replicating',
      'metric: {namespace: Shop, metric: Open, stat: Maximum, is: below, value: 1, for: 1m}',
    )
    const actions = iamPolicy(['runbook run'], where, used).Statement.flatMap(({Action}) => Action)
    expect(actions).toEqual(expect.arrayContaining(['rds:DescribeDBInstances', 'cloudwatch:GetMetricData']))
  })
})

test('every change that a runbook may make is allowed on less than everything, or under a condition', () => {
  const inputs: Readonly<Record<string, string>> = {
    'ecs:UpdateService': '{service: s}',
    'ecs:RunTask': '{taskDefinition: t}',
    'cloudwatch:DisableAlarmActions': '{AlarmNames: [a]}',
    'cloudwatch:EnableAlarmActions': '{AlarmNames: [a]}',
    'cloudwatch:PutMetricData': '{Namespace: n}',
    'ssm:StartAutomationExecution': '{DocumentName: d}',
    'backup:StartBackupJob': '{BackupVaultName: v}',
    'application-autoscaling:RegisterScalableTarget': '{ServiceNamespace: ecs}',
  }
  for (const name of Object.keys(allowedChanges)) {
    const [first] = rights(call(name, inputs[name] ?? '{AutoScalingGroupName: g}')).statements
    expect(first?.Action).toEqual([name])
    if (first?.Condition === undefined) expect(first?.Resource).not.toContain('*')
  }
})

test('a statement has a name that IAM takes', () => {
  const names = rights(call('application-autoscaling:DescribeScalableTargets', '{}'), call('s3:ListDirectoryBuckets', '{}'))
  expect(names.statements.filter(({Sid}) => !/^[A-Za-z0-9]+$/.test(Sid))).toEqual([])
})

test('no two statements have the same name, whatever conditions they are under', () => {
  const two = rights(call('cloudwatch:PutMetricData', '{Namespace: One}'), call('cloudwatch:PutMetricData', '{Namespace: Two}'))
  expect(two.statements.map(({Sid}) => Sid)).toEqual(['OwnCloudwatchPutMetricData', 'OwnCloudwatchPutMetricData2'])
})
