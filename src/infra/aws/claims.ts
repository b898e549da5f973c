/** What a template can't tell of a failure: why tasks stopped and what they last said, service events, scaling activities. */
import type {ClaimsPort} from '../../runbooks/provision/ports.ts'
import type {StoppedTask} from '../../runbooks/release/ports.ts'
import {scalingActivities} from './scaling-activities.ts'
import type {AwsSession} from './session.ts'
import {stoppedTasks} from './stopped-tasks.ts'
import {isMissing} from './translate-error.ts'

type Signal = AbortSignal | undefined

const tasksShown = 3
const linesShown = 10
const eventsShown = 10

export function claims(session: AwsSession): ClaimsPort {
  return {
    async stoppedTasks(region, cluster, service, signal = new AbortController().signal) {
      const here = session.inRegion(region)
      const newest = await orNone(stoppedTasks(here, cluster)(service, 0, signal))
      return Promise.all(
        newest.slice(0, tasksShown).map(async (task) => ({
          reason: task.exitCode === null ? task.reason : `${task.reason} (exit code ${task.exitCode})`,
          lines: await lastLines(here, task, signal),
        })),
      )
    },
    async serviceEvents(region, cluster, service, signal) {
      const answer = await session
        .inRegion(region)
        .call('ecs', 'DescribeServices', {cluster, services: [service]}, {signal, resource: service})
      return (answer.services?.[0]?.events ?? []).flatMap(({message}) => message ?? []).slice(0, eventsShown)
    },
    scalingActivities: (region, group, signal) => scalingActivities(session.inRegion(region), group, signal),
  }
}

/** The stream of a task's container, as the awslogs driver names it. Evidence only: what can't be read is left out. */
async function lastLines(session: AwsSession, task: StoppedTask, signal: Signal): Promise<readonly string[]> {
  const answer = await session.call(
    'ecs',
    'DescribeTaskDefinition',
    {taskDefinition: task.taskDefinition},
    {signal, resource: task.taskDefinition},
  )
  const containers = answer.taskDefinition?.containerDefinitions ?? []
  const container = containers.find(({name}) => name === task.container) ?? containers[0]
  const options = container?.logConfiguration?.options ?? {}
  const group = options['awslogs-group']
  if (group === undefined || container?.name === undefined) return []
  const stream = `${options['awslogs-stream-prefix'] ?? ''}/${container.name}/${task.task.split('/').at(-1) ?? ''}`
  const events = await orNone(
    session
      .call(
        'logs',
        'GetLogEvents',
        {logGroupName: group, logStreamName: stream, limit: linesShown, startFromHead: false},
        {signal, resource: stream},
      )
      .then((log) => log.events ?? []),
  )
  return events.flatMap(({message}) => message ?? [])
}

async function orNone<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await asked
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
