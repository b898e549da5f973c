/**
 * Which AWS calls a runbook of the team's own may make. What only reads is allowed, unless its answer is a secret: facts are journaled
 * and printed. What changes something is allowed by name, with the reason beside it. Everything else is an error at its place: what
 * moves users, databases, names or rights is the built-in recoveries', with their order, guards and questions. Pure.
 */
import {nearest} from '../nearest.ts'
import {runbookOperations} from './runbook-operations.ts'

const reads = /^(Describe|Get|List|BatchGet|Head)[A-Z]|^FilterLogEvents$/

/** Reads that a journal must not hold, or that hand out a right, or whose answer is a stream. */
const refusedReads: Readonly<Record<string, string>> = {
  'secretsmanager:GetSecretValue': 'its answer is a secret, and what a step finds is journaled',
  'secretsmanager:BatchGetSecretValue': 'its answer is a secret, and what a step finds is journaled',
  'secretsmanager:GetRandomPassword': 'its answer is a secret, and what a step finds is journaled',
  'ssm:GetParameter': 'its answer may be a secret: ssm:DescribeParameters tells version and date',
  'ssm:GetParameters': 'its answer may be a secret: ssm:DescribeParameters tells version and date',
  'ssm:GetParametersByPath': 'its answer may be a secret: ssm:DescribeParameters tells version and date',
  'ssm:GetParameterHistory': 'its answer may be a secret: ssm:DescribeParameters tells version and date',
  'ssm:GetAccessToken': 'its answer is a right',
  'ecr:GetAuthorizationToken': 'its answer is a right',
  'sts:GetSessionToken': 'its answer is a right',
  'sts:GetFederationToken': 'its answer is a right',
  'sts:GetDelegatedAccessToken': 'its answer is a right',
  'sts:GetWebIdentityToken': 'its answer is a right',
  'ecr:GetDownloadUrlForLayer': 'its answer is a right',
  'ec2:GetPasswordData': 'its answer is a secret',
  'ec2:GetVpnConnectionDeviceSampleConfiguration': 'its answer holds a secret',
  's3:GetObject': 'its answer is a stream: s3:HeadObject tells whether the object is there',
  's3:GetObjectTorrent': 'its answer is a stream',
  'logs:GetLogObject': 'its answer is a stream',
  'ec2:GetConsoleScreenshot': 'its answer is a picture',
}

export interface AllowedChange {
  /** Why it may stand in a runbook. */
  readonly because: string
  /** Member of the input that makes a second call of the same step the same call; the tool fills it in. null: it is idempotent by itself. */
  readonly token: string | null
}

/** Changes that take nothing away and can be undone by the same call; nearly all are the same when made twice, see `isSameTwice`. */
export const allowedChanges: Readonly<Record<string, AllowedChange>> = {
  'ecs:UpdateService': {
    because:
      'counts and deployments of services beside the slots (workers, schedulers); a service of a slot is refused when it runs',
    token: null,
  },
  'ecs:RunTask': {because: 'a one-shot job: a migration, a reindexing; its client token makes it one', token: 'clientToken'},
  'autoscaling:SetDesiredCapacity': {because: 'hosts of a group to a size', token: null},
  'autoscaling:UpdateAutoScalingGroup': {because: 'the bounds of a group, which a size needs', token: null},
  'autoscaling:SuspendProcesses': {because: 'holds scaling while people work; ResumeProcesses gives it back', token: null},
  'autoscaling:ResumeProcesses': {because: 'gives back what SuspendProcesses held', token: null},
  'application-autoscaling:RegisterScalableTarget': {because: 'bounds of a service, or its scaling held', token: null},
  'cloudwatch:DisableAlarmActions': {because: 'quiet during planned work; EnableAlarmActions gives them back', token: null},
  'cloudwatch:EnableAlarmActions': {because: 'gives back what DisableAlarmActions held', token: null},
  'cloudwatch:PutMetricData': {because: "marks the moment on the team's own graphs", token: null},
  'ssm:StartAutomationExecution': {
    because: "the team's own automation documents, with the roles they name; its client token makes it one",
    token: 'ClientToken',
  },
  'backup:StartBackupJob': {because: 'one more recovery point; its token makes it one', token: 'IdempotencyToken'},
}

/**
 * Whether making a change twice is the same as making it once. What isn't, is never made again without asking a person: a mark on a graph
 * counts twice, and a forced deployment starts every task anew.
 */
export function isSameTwice(service: string, action: string, input: Readonly<Record<string, unknown>>): boolean {
  const name = `${service}:${action}`
  return name !== 'cloudwatch:PutMetricData' && !(name === 'ecs:UpdateService' && input['forceNewDeployment'] === true)
}

export type Judged =
  | {readonly kind: 'read'}
  | {readonly kind: 'change'; readonly allowed: AllowedChange}
  | {readonly kind: 'refused'; readonly at: 'service' | 'action'; readonly because: string}

export function judgeCall(service: string, action: string): Judged {
  const known = operationsOf(service)
  if (known === null) {
    const [meant] = nearest(service, Object.keys(runbookOperations))
    return {
      kind: 'refused',
      at: 'service',
      because:
        meant === undefined
          ? `no such service here; known: ${Object.keys(runbookOperations).join(', ')}`
          : `no such service here; did you mean ${meant}?`,
    }
  }
  const name = `${service}:${action}`
  const change = allowedChanges[name]
  if (change !== undefined) return {kind: 'change', allowed: change}
  const refused = refusedReads[name]
  if (refused !== undefined) return {kind: 'refused', at: 'action', because: `${name} isn't allowed in a runbook: ${refused}`}
  if (known.includes(action)) return {kind: 'read'}
  if (reads.test(action)) {
    const [meant] = nearest(action, known)
    return {
      kind: 'refused',
      at: 'action',
      because: `${service} has no ${action}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    }
  }
  const changes = Object.keys(allowedChanges)
    .filter((one) => one.startsWith(`${service}:`))
    .map((one) => one.split(':')[1])
  return {
    kind: 'refused',
    at: 'action',
    because: `${name} isn't allowed in a runbook: of ${service}, only what reads${changes.length === 0 ? ' is' : `, and ${changes.join(', ')}`}`,
  }
}

/** Names that begin like a read, of one service's client; for the generated table. */
export const readOperations = (operations: readonly string[]): readonly string[] =>
  operations.filter((name) => reads.test(name)).toSorted()

const operationsOf = (service: string): readonly string[] | null => runbookOperations[service]?.split(' ') ?? null
