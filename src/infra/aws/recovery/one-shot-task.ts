/**
 * One task of a service's own revision, in its own network, that answers a question and ends: how data is asked that only the
 * VPC can reach. It is no task of the service: nobody restarts it, and no traffic gets to it.
 */
import type {ContainerDefinition, Service, Task} from '@aws-sdk/client-ecs'
import {ExitCode, SluiceError} from '../../../errors.ts'
import {Unavailable} from '../../../runbooks/engine/unavailable.ts'
import type {ComputePort} from '../../../runbooks/recovery/ports/compute-port.ts'
import {releasedContainer} from '../revisions.ts'
import type {AwsSession} from '../session.ts'
import {describeService} from '../slot-services.ts'
import {unlessMissing} from '../unless-missing.ts'

type Signal = AbortSignal | undefined

export async function runTask(
  session: AwsSession,
  cluster: string,
  service: string,
  environment: Readonly<Record<string, string>>,
  signal: Signal,
): Promise<{readonly task: string}> {
  const found = await describeService(session, cluster, service, signal)
  const taskDefinition = found.taskDefinition ?? ''
  const container = await containerOf(session, taskDefinition, signal)
  const answer = await session.call(
    'ecs',
    'RunTask',
    {
      cluster,
      taskDefinition,
      count: 1,
      startedBy: 'sluice',
      enableECSManagedTags: true,
      ...placement(found),
      overrides: {
        containerOverrides: [
          {name: container.name, environment: Object.entries(environment).map(([name, value]) => ({name, value}))},
        ],
      },
    },
    {signal, resource: service},
  )
  const task = answer.tasks?.[0]?.taskArn
  if (task !== undefined) return {task}
  const [failure] = answer.failures ?? []
  // No room now; hosts may still be on their way.
  throw new Unavailable(
    'ecs:RunTask',
    `no task of ${service} could be placed in ${session.region}: ${failure?.reason ?? 'no reason given'} ${failure?.detail ?? ''}`.trimEnd(),
  )
}

function placement({networkConfiguration, capacityProviderStrategy, launchType}: Service): object {
  const strategy = capacityProviderStrategy ?? []
  return {
    ...(networkConfiguration !== undefined && {networkConfiguration}),
    ...(strategy.length > 0 ? {capacityProviderStrategy: strategy} : launchType !== undefined && {launchType}),
  }
}

async function containerOf(session: AwsSession, taskDefinition: string, signal: Signal): Promise<ContainerDefinition> {
  const answer = await session.call('ecs', 'DescribeTaskDefinition', {taskDefinition}, {signal, resource: taskDefinition})
  return releasedContainer(answer.taskDefinition ?? {}, null)
}

type Result = Awaited<ReturnType<ComputePort['taskResult']>>

/** null: it still runs. ECS forgets a stopped task after about an hour, and then nobody can tell how it ended. */
export async function taskResult(session: AwsSession, cluster: string, task: string, signal: Signal): Promise<Result> {
  const answer = await unlessMissing(session.call('ecs', 'DescribeTasks', {cluster, tasks: [task]}, {signal, resource: task}))
  const found = answer?.tasks?.[0]
  if (found === undefined) throw forgotten(session.region, task)
  if (found.lastStatus !== 'STOPPED') return null
  const container = await containerOf(session, found.taskDefinitionArn ?? '', signal)
  const ran = found.containers?.find(({name}) => name === container.name)
  return {
    exitCode: ran?.exitCode ?? null,
    reason: [found.stoppedReason, ran?.reason].filter((one) => one !== undefined).join(': '),
    lines: await loggedLines(session, container, found, signal),
  }
}

function forgotten(region: string, task: string): SluiceError {
  return new SluiceError({
    code: 'aws-not-found',
    exitCode: ExitCode.usage,
    message: `ECS in ${region} doesn't know the task ${task} any more: how it ended can't be told.`,
  })
}

/** The stream is named as the awslogs driver does. Pages end when the token stays the same. */
async function loggedLines(
  session: AwsSession,
  container: ContainerDefinition,
  {taskArn = ''}: Task,
  signal: Signal,
): Promise<readonly string[]> {
  const options = container.logConfiguration?.options ?? {}
  const logGroupName = options['awslogs-group']
  if (logGroupName === undefined) return []
  const logStreamName = `${options['awslogs-stream-prefix'] ?? ''}/${container.name ?? ''}/${taskArn.split('/').at(-1) ?? ''}`
  const lines: string[] = []
  for (let nextToken: string | undefined; ;) {
    const page = await unlessMissing(
      session.call(
        'logs',
        'GetLogEvents',
        {
          logGroupName,
          logStreamName,
          startFromHead: true,
          ...(nextToken !== undefined && {nextToken}),
        },
        {signal, resource: logStreamName},
      ),
    )
    lines.push(...(page?.events ?? []).flatMap(({message}) => message ?? []))
    if (page === null || page.nextForwardToken === undefined || page.nextForwardToken === nextToken) return lines
    nextToken = page.nextForwardToken
  }
}
