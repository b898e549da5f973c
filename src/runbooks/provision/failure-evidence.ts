/**
 * What the service behind a failed resource tells of it: stopped tasks, scaling activities, records that a certificate waits for,
 * the right that is missing. A table by resource type. It only reads, and only once something has failed.
 */
import type {RootCause} from './infra-plan.ts'
import {launchFailure} from './launch-failure.ts'
import {launchRemedies} from './launch-remedies.ts'
import type {ProvisionWorld, StackRef} from './ports.ts'

type Failed = Omit<RootCause, 'evidence'>
type Asked = Pick<ProvisionWorld, 'claims' | 'ground'>
type Ask = (world: Asked, region: string, failed: Failed, since: number, signal?: AbortSignal) => Promise<readonly string[]>

const most = 3
const mostLines = 5

const asks: Readonly<Record<string, Ask>> = {
  'AWS::ECS::Service': service,
  'AWS::AutoScaling::AutoScalingGroup': scalingGroup,
  'AWS::CertificateManager::Certificate': certificate,
}

/** Newest first within each kind; a sentence each. `since` in epoch ms. */
export async function evidenceOf(
  world: Asked,
  region: string,
  failed: Failed,
  since: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  return (await asks[failed.type]?.(world, region, failed, since, signal)) ?? []
}

/** A service's physical id is its ARN, which names the cluster too. */
async function service(...[world, region, {physicalId}, , signal]: Parameters<Ask>): Promise<readonly string[]> {
  const [, cluster, name] = physicalId.split('/')
  if (cluster === undefined || name === undefined) return []
  const [events, tasks] = await Promise.all([
    world.claims.serviceEvents(region, cluster, name, signal),
    world.claims.stoppedTasks(region, cluster, name, signal),
  ])
  return [
    ...distinct(tasks.map((task) => `a task stopped: ${task.reason}`)),
    ...(tasks[0]?.lines ?? []).slice(-mostLines).map((line) => `its log: ${line}`),
    ...distinct(events).map((event) => `the service says: ${event}`),
  ]
}

async function scalingGroup(...[world, region, {physicalId}, since, signal]: Parameters<Ask>): Promise<readonly string[]> {
  const activities = await world.claims.scalingActivities(region, physicalId, signal)
  const failure = launchFailure(activities, since)
  if (failure === null) return []
  return [
    ...distinct([failure.text, `Auto Scaling says: ${failure.message}`]),
    ...launchRemedies(failure, {region, group: physicalId, missing: 1, types: []}).map((way) => `a way on: ${way}`),
  ]
}

async function certificate(...[world, region, {physicalId}, , signal]: Parameters<Ask>): Promise<readonly string[]> {
  const records = (await world.ground.pendingRecords(region, physicalId, signal)) ?? []
  return records.map(({name, type, value}) => `it waits for the record ${name} ${type} ${value}`)
}

/** Who may not do what, out of AWS's sentence, which has many endings. Pure. */
export function missingRight(reason: string): readonly string[] {
  const match = /(?:User: )?(arn:[\w-]+:(?:sts|iam)::\S+) is not authorized to perform: ([\w-]+:\w+)/.exec(reason)
  return match === null ? [] : [`${roleName(match[1] ?? '')} may not ${match[2]}`]
}

/** Two refusals that another try doesn't get past, each with its way on. `stack`: the root. Pure. */
export function wayRound(reason: string, {name, region}: StackRef): readonly string[] {
  if (/denied by stack policy/i.test(reason)) {
    return [
      "the stack's own policy keeps what holds data from being replaced or removed: "
        + 'who means it allows it there with aws cloudformation set-stack-policy; the next infra up puts the policy back',
    ]
  }
  if (/replacement type updates not supported/i.test(reason)) {
    return [
      'after a failure nothing can be replaced until the stack is rolled back: aws cloudformation rollback-stack '
        + `--region ${region} --stack-name ${name}, then infra up`,
    ]
  }
  return []
}

/** `arn:aws:sts::111122223333:assumed-role/NAME/session` is a use of the role NAME. */
function roleName(arn: string): string {
  const [kind, name] = arn.slice(arn.lastIndexOf(':') + 1).split('/')
  return kind === 'assumed-role' || kind === 'role' ? `role ${name}` : arn
}

const distinct = (sentences: readonly string[]): readonly string[] => [...new Set(sentences)].slice(0, most)
