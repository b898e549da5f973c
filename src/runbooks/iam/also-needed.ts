/**
 * What AWS asks for beside a team's own call itself: roles that are handed on, tags, the service that is scaled; and what a call's right
 * is bound to where its resource says too little. Pure.
 */
import type {CallInput} from './call-input.ts'
import {aliasOf, arnAt, clusterOf} from './call-resources.ts'
import type {At} from './call-resources.ts'
import type {Right} from './own-rights.ts'
import type {Statement} from './policy-document.ts'
import type {Where} from './where.ts'

export function alsoNeeded(operation: string, input: CallInput, at: At, where: Where): readonly Right[] {
  switch (operation) {
    case 'ecs:RunTask':
      return [rolesOfTask(input, at, where), ...tagsOfTask(input, at)]
    case 'backup:StartBackupJob':
      return [
        ...passed(input.texts('IamRoleArn'), 'backup.amazonaws.com', at),
        ...(input.texts('RecoveryPointTags') === null ? [] : [{action: 'backup:TagResource', resources: null}]),
      ]
    case 'ssm:StartAutomationExecution':
      return passed(input.texts('Parameters.AutomationAssumeRole'), 'ssm.amazonaws.com', at)
    case 'application-autoscaling:RegisterScalableTarget':
      return scaled(input, at)
    default:
      return []
  }
}

/** What binds a right that its resource doesn't. */
export function conditionOf(operation: string, input: CallInput, at: At): Statement['Condition'] {
  switch (operation) {
    case 'ecs:RunTask':
      return {ArnLike: {'ecs:cluster': arnAt(at, 'ecs', `cluster/${clusterOf(input)}`)}}
    case 'kms:DescribeKey':
      return like({'kms:RequestAlias': aliasOf(input.texts('KeyId')?.[0] ?? '') ?? undefined})
    case 'cloudwatch:PutMetricData':
      return like({'cloudwatch:namespace': input.texts('Namespace')?.[0]})
    case 'application-autoscaling:RegisterScalableTarget':
      return like({
        'application-autoscaling:service-namespace': input.texts('ServiceNamespace')?.[0],
        'application-autoscaling:scalable-dimension': input.texts('ScalableDimension')?.[0],
      })
    default:
      return undefined
  }
}

/** What nobody could guess from the policy. */
export function noteOn(operation: string, input: CallInput): string | null {
  switch (operation) {
    case 'ssm:StartAutomationExecution':
      return input.texts('Parameters.AutomationAssumeRole') === null
        ? 'what the document calls without a role of its own is called with these rights, and is not in here'
        : null
    case 'application-autoscaling:RegisterScalableTarget':
      return input.texts('ServiceNamespace')?.[0] === 'ecs'
        ? null
        : 'what Application Auto Scaling asks of the scaled service itself is not in here'
    default:
      return null
  }
}

function like(values: Readonly<Record<string, string | undefined>>): Statement['Condition'] {
  const known = Object.entries(values).filter(([, value]) => value !== undefined)
  return known.length === 0 ? undefined : {StringLike: Object.fromEntries(known)}
}

const roleArn = ({partition, account}: At, name: string): string => `arn:${partition}:iam::${account}:role/${name}`

const handedTo = (service: string): Statement['Condition'] => ({StringEquals: {'iam:PassedToService': service}})

function passed(roles: readonly string[] | null, service: string, at: At): readonly Right[] {
  const resources = roles?.map((role) => (role.startsWith('arn:') ? role : roleArn(at, role.split('/').at(-1) ?? role)))
  return resources === undefined ? [] : [{action: 'iam:PassRole', resources, condition: handedTo(service)}]
}

/** Roles are in the task definition, and who it belongs to is all that its name tells. */
function rolesOfTask(input: CallInput, at: At, {service, environment}: Where): Right {
  const given = ['overrides.taskRoleArn', 'overrides.executionRoleArn'].map((member) => input.texts(member)?.[0])
  const known = given.filter((role) => role !== undefined)
  const condition = handedTo('ecs-tasks.amazonaws.com')
  if (known.length === given.length) return {action: 'iam:PassRole', resources: known, condition}
  const family = input.texts('taskDefinition')?.[0]?.split('/').at(-1) ?? ''
  const ours = family.startsWith(`${service}-${environment}-`)
  return {
    action: 'iam:PassRole',
    resources: [...known, roleArn(at, ours ? `${service}-${environment}-*` : '*')],
    condition,
    ...(!ours && {note: 'the task definition names the roles that are handed on: put them in place of role/*'}),
  }
}

const tagsOfTask = (input: CallInput, at: At): readonly Right[] =>
  input.texts('tags') === null && input.texts('propagateTags') === null
    ? []
    : [
        {
          action: 'ecs:TagResource',
          resources: [arnAt(at, 'ecs', `task/${clusterOf(input)}/*`)],
          condition: {StringEquals: {'ecs:CreateAction': 'RunTask'}},
        },
      ]

/** Whoever has a service scaled needs what the scaling does. */
function scaled(input: CallInput, at: At): readonly Right[] {
  const [id] = input.texts('ResourceId') ?? []
  if (input.texts('ServiceNamespace')?.[0] !== 'ecs' || id === undefined) return []
  return ['ecs:DescribeServices', 'ecs:UpdateService'].map((action) => ({action, resources: [arnAt(at, 'ecs', id)]}))
}
