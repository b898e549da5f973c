/**
 * Why tasks stopped. AWS lists a stopped task for about an hour only, so it is looked at every tick; a task once described is
 * remembered, and a steady tick costs one ListTasks. It says what happened, never whose fault it is.
 */
import type {Task} from '@aws-sdk/client-ecs'
import type {StoppedTask} from '../../runbooks/release/ports.ts'
import type {AwsSession} from './session.ts'

/** DescribeTasks takes no more. */
const tasksPerCall = 100

export type StoppedTasks = (service: string, since: number, signal: AbortSignal) => Promise<readonly StoppedTask[]>

export function stoppedTasks(session: AwsSession, cluster: string): StoppedTasks {
  const remembered = new Map<string, StoppedTask>()
  return async (service, since, signal) => {
    const listed = await listStopped(session, cluster, service, signal)
    const unknown = listed.filter((arn) => !remembered.has(arn))
    for (let first = 0; first < unknown.length; first += tasksPerCall) {
      const tasks = unknown.slice(first, first + tasksPerCall)
      const answer = await session.call('ecs', 'DescribeTasks', {cluster, tasks}, {signal, resource: service})
      for (const task of answer.tasks ?? []) {
        const stopped = stoppedTask(task)
        if (stopped !== null) remembered.set(stopped.task, stopped)
      }
    }
    const known = listed.flatMap((arn) => remembered.get(arn) ?? [])
    return known.filter((task) => task.stoppedAt >= since).sort((x, y) => y.stoppedAt - x.stoppedAt)
  }
}

async function listStopped(session: AwsSession, cluster: string, service: string, signal: AbortSignal): Promise<string[]> {
  const arns: string[] = []
  let nextToken: string | undefined
  do {
    const page = await session.call(
      'ecs',
      'ListTasks',
      {cluster, serviceName: service, desiredStatus: 'STOPPED', ...(nextToken !== undefined && {nextToken})},
      {signal, resource: service},
    )
    arns.push(...(page.taskArns ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return arns
}

/** Null while it is still stopping: its exit code isn't there yet. */
function stoppedTask(task: Task): StoppedTask | null {
  if (task.lastStatus !== 'STOPPED' || task.taskArn === undefined) return null
  const containers = task.containers ?? []
  const failed = containers.find((one) => (one.exitCode ?? 0) !== 0)
  const culprit = failed ?? containers.find((one) => one.reason !== undefined) ?? containers[0]
  return {
    task: task.taskArn,
    taskDefinition: task.taskDefinitionArn ?? '',
    stopCode: task.stopCode ?? 'Unknown',
    reason: stoppedBecause(task.stoppedReason ?? '', culprit?.reason ?? ''),
    exitCode: culprit?.exitCode ?? null,
    container: culprit?.name ?? null,
    stoppedAt: (task.stoppedAt ?? task.stoppingAt ?? task.executionStoppedAt)?.getTime() ?? 0,
  }
}

/** ECS often says the same of the task and of its container: once is enough. */
function stoppedBecause(ofTask: string, ofContainer: string): string {
  if (ofContainer === '' || ofTask.includes(ofContainer)) return ofTask
  return ofTask === '' || ofContainer.includes(ofTask) ? ofContainer : `${ofTask} (${ofContainer})`
}
