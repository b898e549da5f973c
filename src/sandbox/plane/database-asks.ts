/**
 * What the image asks of its database, answered by the process that holds the databases: the recovery probes, the demo
 * application's counter, and rows after a moment for a one-shot task. And the image's own background job: one heartbeat a virtual
 * second into a database it can write to. It never answers that something was committed which wasn't.
 */
import type {World} from '../world/contract.ts'
import type {Caller, DatabaseAccess} from './database-access.ts'
import type {Databases} from './databases.ts'

export type Ask =
  | {readonly what: 'heartbeat' | 'ready-write' | 'counter'}
  | {readonly what: 'count'; readonly id: number}
  | {readonly what: 'writes-after'; readonly at: number}

/** An HTTP answer; of `writes-after` the body is the lines to print. */
export interface Answer {
  readonly status: number
  readonly body: string
}

export interface DatabaseAsks {
  answer(caller: Caller, ask: Ask): Answer
  /** One heartbeat, unless this database has had one within the second. */
  beat(caller: Caller): void
}

const BEAT_EVERY_MS = 1000
/** A beat that comes a little early is a beat: the loop that asks is no clock. */
const EARLY_MS = 50

export function createDatabaseAsks(world: World, databases: Databases, access: DatabaseAccess): DatabaseAsks {
  const commit = (caller: Caller, kind: 'row' | 'probe', id: number): {readonly seq: number} | 'read-only' | 'unreachable' => {
    const record = access.open(caller)
    if (record === null) return 'unreachable'
    return databases.isWritable(record) ? databases.commit(record, {kind, id, region: caller.region}) : 'read-only'
  }

  const heartbeat = (caller: Caller): Answer => {
    const record = access.open(caller)
    if (record === null) return answer(503, {region: caller.region, because: 'unreachable'})
    const last = databases.lastHeartbeat(record)
    return answer(200, {
      region: caller.region,
      writable: databases.isWritable(record),
      drained: databases.drained(record),
      last: last === null ? null : {seq: last.seq, at: last.at, region: last.region},
    })
  }

  const readyWrite = (caller: Caller): Answer => {
    const done = commit(caller, 'probe', 0)
    return typeof done === 'string'
      ? answer(503, {committed: false, because: done})
      : answer(200, {committed: true, seq: done.seq})
  }

  const count = (caller: Caller, id: number): Answer => {
    const done = commit(caller, 'row', id)
    return typeof done === 'string' ? answer(503, {committed: false, because: done}) : answer(200, {id, region: caller.region})
  }

  const counter = (caller: Caller): Answer => {
    const record = access.open(caller)
    if (record === null) return answer(503, {because: 'unreachable'})
    const rows = databases.rowsOf(record)
    return answer(200, {count: rows.length, last: rows.at(-1)?.id ?? null})
  }

  const writesAfter = (caller: Caller, at: number): Answer => {
    const record = access.open(caller)
    if (record === null) return {status: 503, body: "The database doesn't answer."}
    const rows = databases.rowsOf(record).filter((row) => row.at > at)
    return {
      status: 200,
      body: [
        ...rows.map((row) => JSON.stringify({id: row.id, at: row.at})),
        JSON.stringify({done: true, rows: rows.length}),
      ].join('\n'),
    }
  }

  return {
    answer: (caller, ask) => {
      switch (ask.what) {
        case 'heartbeat':
          return heartbeat(caller)
        case 'ready-write':
          return readyWrite(caller)
        case 'counter':
          return counter(caller)
        case 'count':
          return count(caller, ask.id)
        case 'writes-after':
          return writesAfter(caller, ask.at)
      }
    },
    beat: (caller) => {
      const record = access.open(caller)
      if (record === null || !databases.isWritable(record)) return
      const last = databases.lastHeartbeat(record)
      if (last !== null && last.at > world.clock.now() - BEAT_EVERY_MS + EARLY_MS) return
      databases.commit(record, {kind: 'heartbeat', id: 0, region: caller.region})
    },
  }
}

const answer = (status: number, body: object): Answer => ({status, body: JSON.stringify(body)})
