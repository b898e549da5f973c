/**
 * CloudWatch Logs: groups, and the events somebody put into them. What the plane's tasks write isn't collected:
 * their streams are empty.
 */
import type {
  CreateLogGroupRequest,
  CreateLogStreamRequest,
  DeleteLogGroupRequest,
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  FilterLogEventsRequest,
  FilterLogEventsResponse,
  GetLogEventsRequest,
  GetLogEventsResponse,
  InputLogEvent,
  LogGroup,
  PutLogEventsRequest,
  PutLogEventsResponse,
  PutRetentionPolicyRequest,
} from '@aws-sdk/client-cloudwatch-logs'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {attribute, putRecord, recordOf, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import {flag, number, text} from './records/properties.ts'

const GROUP = 'AWS::Logs::LogGroup'
const STREAM = 'AWS::Logs::LogStream'

export function createLogs(world: World): Service {
  const find = (call: CallContext, name: string | undefined): AccountRecord => {
    const found = recordOf(
      world,
      GROUP,
      call.region,
      (name ?? '').replace(/^arn:aws:logs:[^:]+:\d+:log-group:/, '').replace(/:\*$/, ''),
    )
    if (found === undefined) throw new AwsFault('ResourceNotFoundException', 'The specified log group does not exist.')
    return found
  }
  return {
    name: 'logs',
    operations: {
      DescribeLogGroups: (input: DescribeLogGroupsRequest, call: CallContext): DescribeLogGroupsResponse => {
        const found = recordsOf(world, GROUP, call.region)
          .filter(({id}) => id.startsWith(input.logGroupNamePrefix ?? '') && id.includes(input.logGroupNamePattern ?? ''))
          .sort((one, other) => (one.id < other.id ? -1 : 1))
        const {items, next} = page(found, input.nextToken, input.limit ?? 50)
        return {logGroups: items.map(groupShape), nextToken: next}
      },
      CreateLogGroup: ({logGroupName, kmsKeyId}: CreateLogGroupRequest, call: CallContext) => {
        const id = logGroupName ?? ''
        if (recordOf(world, GROUP, call.region, id) !== undefined) {
          throw new AwsFault('ResourceAlreadyExistsException', 'The specified log group already exists')
        }
        putRecord(world, {
          type: GROUP,
          region: call.region,
          id,
          properties: {LogGroupName: id, ...(kmsKeyId !== undefined && {KmsKeyId: kmsKeyId})},
          attributes: {Arn: `arn:aws:logs:${call.region}:${call.account}:log-group:${id}:*`},
        })
      },
      DeleteLogGroup: ({logGroupName}: DeleteLogGroupRequest, call: CallContext) => {
        const group = find(call, logGroupName)
        if (flag(group.properties, 'DeletionProtectionEnabled')) {
          throw new AwsFault(
            'ValidationException',
            'Log group has deletion protection enabled and cannot be deleted. Disable deletion protection and try again.',
          )
        }
        for (const stream of streamsOf(world, group)) world.records.remove(call.region, STREAM, stream.id)
        world.records.remove(call.region, GROUP, group.id)
      },
      PutRetentionPolicy: ({logGroupName, retentionInDays}: PutRetentionPolicyRequest, call: CallContext) => {
        const group = find(call, logGroupName)
        world.records.change(call.region, GROUP, group.id, {properties: {...group.properties, RetentionInDays: retentionInDays}})
      },
      CreateLogStream: ({logGroupName, logStreamName}: CreateLogStreamRequest, call: CallContext) => {
        const id = `${find(call, logGroupName).id}|${logStreamName ?? ''}`
        if (recordOf(world, STREAM, call.region, id) !== undefined) {
          throw new AwsFault('ResourceAlreadyExistsException', 'The specified log stream already exists')
        }
        putRecord(world, {
          type: STREAM,
          region: call.region,
          id,
          properties: {LogGroupName: logGroupName, LogStreamName: logStreamName, events: []},
        })
      },
      DescribeLogStreams: (input: DescribeLogStreamsRequest, call: CallContext): DescribeLogStreamsResponse => {
        const group = find(call, input.logGroupName ?? input.logGroupIdentifier)
        const {items, next} = page(
          streamsOf(world, group).filter((one) => nameOf(one).startsWith(input.logStreamNamePrefix ?? '')),
          input.nextToken,
          input.limit ?? 50,
        )
        return {
          logStreams: items.map((one) => ({
            logStreamName: nameOf(one),
            creationTime: one.createdAt,
            lastEventTimestamp: eventsOf(one).at(-1)?.timestamp,
          })),
          nextToken: next,
        }
      },
      PutLogEvents: ({logGroupName, logStreamName, logEvents}: PutLogEventsRequest, call: CallContext): PutLogEventsResponse => {
        const id = `${find(call, logGroupName).id}|${logStreamName ?? ''}`
        const stream = recordOf(world, STREAM, call.region, id)
        if (stream === undefined) throw new AwsFault('ResourceNotFoundException', 'The specified log stream does not exist.')
        world.records.change(call.region, STREAM, id, {
          properties: {...stream.properties, events: [...eventsOf(stream), ...(logEvents ?? [])]},
        })
        return {nextSequenceToken: world.hex(56)}
      },
      GetLogEvents: (input: GetLogEventsRequest, call: CallContext) =>
        getEvents(world, find(call, input.logGroupName ?? input.logGroupIdentifier), input),
      FilterLogEvents: (input: FilterLogEventsRequest, call: CallContext) =>
        filterEvents(world, find(call, input.logGroupName ?? input.logGroupIdentifier), input),
    },
  }
}

function groupShape(group: AccountRecord): LogGroup {
  const arn = attribute(group, 'Arn')
  return {
    logGroupName: group.id,
    arn,
    logGroupArn: arn.replace(/:\*$/, ''),
    creationTime: group.createdAt,
    retentionInDays: number(group.properties, 'RetentionInDays'),
    kmsKeyId: text(group.properties, 'KmsKeyId'),
    logGroupClass: (text(group.properties, 'LogGroupClass') ?? 'STANDARD') as 'STANDARD',
    metricFilterCount: 0,
    storedBytes: 0,
  }
}

function streamsOf(world: World, group: AccountRecord): readonly AccountRecord[] {
  return recordsOf(world, STREAM, group.region).filter(({id}) => id.startsWith(`${group.id}|`))
}

function nameOf({properties}: AccountRecord): string {
  return text(properties, 'LogStreamName') ?? ''
}

function eventsOf({properties}: AccountRecord): readonly InputLogEvent[] {
  return properties['events'] as readonly InputLogEvent[]
}

const isBetween = (timestamp: number | undefined, from: number | undefined, until: number | undefined): boolean =>
  (timestamp ?? 0) >= (from ?? 0) && (timestamp ?? 0) < (until ?? Number.POSITIVE_INFINITY)

/** The newest that fit, oldest first; the tokens stay the same, which is how AWS says that there is no more. */
function getEvents(world: World, group: AccountRecord, input: GetLogEventsRequest): GetLogEventsResponse {
  const stream = recordOf(world, STREAM, group.region, `${group.id}|${input.logStreamName ?? ''}`)
  if (stream === undefined) throw new AwsFault('ResourceNotFoundException', 'The specified log stream does not exist.')
  const found = eventsOf(stream).filter(({timestamp}) => isBetween(timestamp, input.startTime, input.endTime))
  const limit = input.limit ?? 10_000
  const shown = input.startFromHead === true ? found.slice(0, limit) : found.slice(-limit)
  return {
    events: shown.map((one) => ({...one, ingestionTime: one.timestamp})),
    nextForwardToken: `f/${found.length}`,
    nextBackwardToken: 'b/0',
  }
}

function filterEvents(world: World, group: AccountRecord, input: FilterLogEventsRequest): FilterLogEventsResponse {
  const wanted = (input.filterPattern ?? '').replaceAll('"', '').trim()
  const all = streamsOf(world, group)
    .filter(
      (one) => nameOf(one).startsWith(input.logStreamNamePrefix ?? '') && (input.logStreamNames?.includes(nameOf(one)) ?? true),
    )
    .flatMap((stream) =>
      eventsOf(stream).map((event, index) => ({
        ...event,
        logStreamName: nameOf(stream),
        ingestionTime: event.timestamp,
        eventId: `${stream.id}-${index}`,
      })),
    )
    .filter(({timestamp, message}) => isBetween(timestamp, input.startTime, input.endTime) && (message ?? '').includes(wanted))
    .sort((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0))
  const {items, next} = page(all, input.nextToken, input.limit ?? 10_000)
  return {events: [...items], searchedLogStreams: [], nextToken: next}
}
