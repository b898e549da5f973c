/**
 * What tasks write, where the awslogs driver brings it: the group that the container names, one stream per container of a task.
 * Bounded, and never in a task's way: without its group a line is lost, as it is without the right to write.
 */
import type {InputLogEvent} from '@aws-sdk/client-cloudwatch-logs'
import {putRecord, recordOf, recordsOf} from './records/lookup.ts'
import type {World} from '../world/contract.ts'
import type {Task} from './ecs-state.ts'

const GROUP = 'AWS::Logs::LogGroup'
const STREAM = 'AWS::Logs::LogStream'
const KEPT_LINES = 20_000
const KEPT_STREAMS = 300

export function keepLine(world: World, task: Task, line: string): void {
  const container = task.deployment.definition.shape.containerDefinitions?.find(({name}) => name === task.main.name)
  const {logDriver, options = {}} = container?.logConfiguration ?? {}
  const group = options['awslogs-group']
  if (logDriver !== 'awslogs' || group === undefined || recordOf(world, GROUP, task.region, group) === undefined) return
  const prefix = options['awslogs-stream-prefix']
  const name = prefix === undefined ? task.id : `${prefix}/${task.main.name}/${task.id}`
  const events = eventsOf(world, task.region, group, name)
  events.push({timestamp: Math.floor(world.clock.now()), message: line})
  if (events.length > KEPT_LINES) events.splice(0, events.length - KEPT_LINES)
}

/** The stream's own list, which grows in place: copying it for every line would cost more than the lines. */
function eventsOf(world: World, region: string, group: string, name: string): InputLogEvent[] {
  const id = `${group}|${name}`
  const known = recordOf(world, STREAM, region, id)
  if (known !== undefined) return known.properties['events'] as InputLogEvent[]
  const [oldest, ...others] = recordsOf(world, STREAM, region).filter((one) => one.id.startsWith(`${group}|`))
  if (oldest !== undefined && others.length >= KEPT_STREAMS) world.records.remove(region, STREAM, oldest.id)
  const events: InputLogEvent[] = []
  putRecord(world, {type: STREAM, region, id, properties: {LogGroupName: group, LogStreamName: name, events}})
  return events
}
