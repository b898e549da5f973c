/** What RDS tells in events, some of it nowhere else: kept per Region, newest 2000, asked for by source and time. */
import type {DescribeEventsMessage, Event, EventsMessage, SourceType} from '@aws-sdk/client-rds'
import type {AccountRecord, CallContext, World} from '../world/contract.ts'
import {attribute} from './records/lookup.ts'
import {page} from './records/page.ts'

const KEPT = 2000
const MINUTE_MS = 60_000
const LAST_HOUR = 60

interface Told {
  readonly region: string
  readonly source: string
  readonly arn: string
  readonly type: SourceType
  readonly at: number
  readonly message: string
  readonly categories: readonly string[]
}

const told = new WeakMap<World, Told[]>()

export function tellEvent(world: World, record: AccountRecord, message: string, ...categories: readonly string[]): void {
  const events = told.get(world) ?? []
  told.set(world, events)
  events.push({
    region: record.region,
    source: record.id,
    arn: attribute(record, 'DBInstanceArn') || attribute(record, 'Arn'),
    type: record.type.endsWith('DBSnapshot') ? 'db-snapshot' : 'db-instance',
    at: world.clock.now(),
    message,
    categories,
  })
  if (events.length > KEPT) events.splice(0, events.length - KEPT)
}

/** Without a time of its own a request is about the last hour. */
export function describeEvents(world: World, input: DescribeEventsMessage, call: CallContext): EventsMessage {
  const until = input.EndTime?.getTime() ?? world.clock.now()
  const since = input.StartTime?.getTime() ?? until - (input.Duration ?? LAST_HOUR) * MINUTE_MS
  const found = (told.get(world) ?? []).filter(
    (one) =>
      one.region === call.region
      && one.at >= since
      && one.at <= until
      && (input.SourceType === undefined || one.type === input.SourceType)
      && (input.SourceIdentifier === undefined || one.source === input.SourceIdentifier.toLowerCase())
      && (input.EventCategories ?? []).every((category) => one.categories.includes(category)),
  )
  const {items, next} = page(found, input.Marker, input.MaxRecords ?? 100)
  return {
    Marker: next,
    Events: items.map((one): Event => ({
      SourceIdentifier: one.source,
      SourceType: one.type,
      SourceArn: one.arn,
      Message: one.message,
      EventCategories: [...one.categories],
      Date: new Date(one.at),
    })),
  }
}
