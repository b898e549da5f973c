import {readFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import {executionPolicy} from '../../src/infra/stack/execution-policy.ts'
import {parseTemplate, readTemplates} from '../../src/infra/stack/templates.ts'
import {declaredCalls} from '../../src/runbooks/iam/declared-calls.ts'
import {certificateRights} from '../../src/runbooks/iam/certificate-rights.ts'
import {foundationRights} from '../../src/runbooks/iam/foundation-rights.ts'
import {reachOf} from '../../src/runbooks/iam/reach/reach-of.ts'
import {policyCommands} from '../../src/runbooks/iam/outside-steps.ts'
import {iamPolicy} from '../../src/runbooks/iam-policy.ts'
import type {PolicyCommand} from '../../src/runbooks/iam/outside-steps.ts'
import type {Statement} from '../../src/runbooks/iam/policy-document.ts'
import type {Where} from '../../src/runbooks/iam/where.ts'
import {undeclared} from '../support/undeclared.ts'

const where: Where = {
  partition: 'aws',
  account: '111122223333',
  regions: ['eu-west-1', 'eu-central-1'],
  service: 'shop',
  environment: 'production',
}
const templates = await readTemplates()
const statements = (...commands: readonly PolicyCommand[]): readonly Statement[] => iamPolicy(commands, where).Statement
const allowing = (action: string, ...commands: readonly PolicyCommand[]): readonly Statement[] =>
  statements(...commands).filter(({Action}) => Action.includes(action))
const actions = (...commands: readonly PolicyCommand[]): readonly string[] =>
  statements(...commands).flatMap(({Action}) => Action)
const changing = /:(Create|Delete|Modify|Update|Put|Register|Deregister|Set|Execute|Add|Remove|Pass)/

test.each(policyCommands)('%s: every declared call is allowed, and no statement is empty', (command) => {
  const allowed = new Set(actions(command))
  expect(declaredCalls(command, where).filter(({action}) => !allowed.has(action))).toEqual([])
  expect(statements(command).filter(({Action, Resource}) => Action.length === 0 || Resource.length === 0)).toEqual([])
  expect(new Set(statements(command).map(({Sid}) => Sid)).size).toBe(statements(command).length)
})

test.each(['release status', 'release watch', 'release history', 'infra status', 'infra drift', 'init', 'doctor'] as const)(
  '%s may change nothing',
  (command) => {
    expect(actions(command).filter((action) => changing.test(action))).toEqual([])
  },
)

test.each(['release pause', 'release promote'] as const)('%s may write a wish into the journal, and nothing else', (command) => {
  expect(actions(command).filter((action) => changing.test(action))).toEqual(['s3:PutObject'])
})

describe('a release', () => {
  test('may change only rules that are tagged as live', () => {
    expect(allowing('elasticloadbalancing:ModifyRule', 'release')).toEqual([
      {
        Sid: 'LiveRules',
        Effect: 'Allow',
        Action: ['elasticloadbalancing:ModifyRule'],
        Resource: ['eu-west-1', 'eu-central-1'].map(
          (region) => `arn:aws:elasticloadbalancing:${region}:111122223333:listener-rule/app/*`,
        ),
        Condition: {Null: {'aws:ResourceTag/sluice:live': false}},
      },
    ])
  })

  test('hands roles to tasks and to Scheduler, and to nobody else', () => {
    expect(allowing('iam:PassRole', 'release')[0]?.Condition).toEqual({
      StringEquals: {'iam:PassedToService': ['ecs-tasks.amazonaws.com', 'scheduler.amazonaws.com']},
    })
  })

  test('may touch the services of its own slots only', () => {
    expect(
      allowing('ecs:UpdateService', 'release')[0]?.Resource.every((resource) => resource.includes('/shop-production-')),
    ).toBe(true)
  })

  test('needs nothing of CloudFormation but to look at the stack', () => {
    expect(actions('release').filter((action) => action.startsWith('cloudformation:'))).toEqual(['cloudformation:DescribeStacks'])
  })
})

describe('infra', () => {
  test("up works on the environment's stacks in its Regions and in us-east-1", () => {
    expect(allowing('cloudformation:ExecuteChangeSet', 'infra up')[0]?.Resource).toEqual([
      'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-production-*',
      'arn:aws:cloudformation:eu-central-1:111122223333:stack/shop-production-*',
      'arn:aws:cloudformation:us-east-1:111122223333:stack/shop-production-*',
    ])
  })

  test("up has no right to networks, databases or caches: those are the execution role's", () => {
    expect(
      actions('infra up').filter(
        (action) =>
          changing.test(action) && /^(ec2|rds|elasticache|cloudfront|route53|autoscaling|backup|imagebuilder):/.test(action),
      ),
    ).toEqual([])
  })

  test("down deletes objects in the stack's buckets, and none of the history of runs", () => {
    expect(allowing('s3:DeleteObjectVersion', 'infra down')[0]?.Resource).toEqual(['arn:aws:s3:::shop-production-*/*'])
  })

  test('drift may read how things are made, and no secret, object or log line', () => {
    expect(actions('infra drift')).not.toEqual(expect.arrayContaining(['secretsmanager:Get*']))
    expect(
      actions('infra drift').filter((action) => ['s3:Get*', 'secretsmanager:Get*', 'logs:Get*', 'kms:Get*'].includes(action)),
    ).toEqual([])
    expect(actions('infra drift')).toContain('ec2:Describe*')
  })
})

test('two commands together allow what each allows, once', () => {
  const both = statements('release', 'infra status')
  expect(new Set(both.map(({Sid}) => Sid)).size).toBe(both.length)
  for (const action of [...actions('release'), ...actions('infra status')])
    expect(both.flatMap(({Action}) => Action)).toContain(action)
})

test('whatever reaches everything has its reason, and docs/permissions.md says so', async () => {
  const docs = await readFile(new URL('../../docs/permissions.md', import.meta.url), 'utf8')
  const wide = policyCommands
    .flatMap((command) => declaredCalls(command, where).map(({action}) => action))
    .map((action) => ({action, reach: reachOf(action, where, [])}))
    .filter(({reach}) => reach.resources.includes('*'))
  expect(wide.length).toBeGreaterThan(5)
  expect(wide.filter(({reach}) => reach.because === undefined)).toEqual([])
  expect([...new Set(wide.map(({reach}) => reach.sid))].filter((sid) => !docs.includes(`\`${sid}\``))).toEqual([])
})

test('in another partition no ARN begins with arn:aws:', () => {
  const text = JSON.stringify(
    policyCommands.map((command) => iamPolicy([command], {...where, partition: 'aws-cn', regions: ['cn-north-1']})),
  )
  expect(text).not.toContain('arn:aws:')
})

test.each([
  ['foundation.yaml', foundationRights],
  ['certificate.yaml', certificateRights],
])("without the execution role: the caller's rights cover every type that %s has, and no other", (file, rights) => {
  const types = new Set(Object.values(parseTemplate(templates.get(file) ?? '').Resources).map(({Type}) => Type))
  expect([...new Set(Object.values(rights).flatMap((one) => one.types))].toSorted()).toEqual([...types].toSorted())
})

test('whoever may have a service scaled may have its alarms made, and no others', () => {
  const alarms = iamPolicy(['infra up'], where).Statement.find(({Sid}) => Sid === 'ScalingAlarms')
  expect(alarms?.Action).toContain('cloudwatch:PutMetricAlarm')
  expect(alarms?.Resource).toEqual(
    ['eu-west-1', 'eu-central-1'].map(
      (region) => `arn:aws:cloudwatch:${region}:111122223333:alarm:TargetTracking-service/shop-production-*`,
    ),
  )
})

test('whoever may run infra up may have the certificate made, which has no execution role', () => {
  const allowed = iamPolicy(['infra up'], where).Statement.flatMap(({Action}) => Action)
  expect(allowed).toEqual(
    expect.arrayContaining([
      'acm:RequestCertificate',
      'route53:ChangeResourceRecordSets',
      'sns:CreateTopic',
      'cloudwatch:PutMetricAlarm',
    ]),
  )
})

describe('the foundation', () => {
  test('the execution role is printed as the template has it, with names filled in', () => {
    const {Statement} = executionPolicy(templates.get('foundation.yaml') ?? '', 'ExecutionRole', {
      ...where,
      region: where.regions[0] ?? '',
    }) as {readonly Statement: readonly object[]}
    expect(JSON.stringify(Statement)).not.toMatch(/\$\{|Fn::|"Ref"/)
    expect(Statement).toContainEqual({
      Sid: 'NestedStacks',
      Effect: 'Allow',
      Action: 'cloudformation:*',
      Resource: 'arn:aws:cloudformation:*:111122223333:stack/shop-production-*',
    })
  })
})

test('a call that is seen and not declared is named with its Region', () => {
  const declared = [
    {action: 'ecs:UpdateService', region: 'eu-west-1'},
    {action: 'iam:ListRoles', region: 'eu-west-1'},
  ]
  const seen = [
    {action: 'ecs:UpdateService', region: 'eu-west-1'},
    {action: 'ecs:UpdateService', region: 'eu-central-1'},
    {action: 'iam:ListRoles', region: 'us-east-1'},
    {action: 'sts:GetCallerIdentity', region: 'eu-west-1'},
  ]
  expect(undeclared(seen, declared)).toEqual(['ecs:UpdateService eu-central-1'])
})
