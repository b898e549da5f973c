/**
 * What databases hold: rows per instance, and what a replica has of its source's. An append-only log with the moment of each
 * commit; a replica sees its source up to a cut that never goes back, and keeps exactly that when it is promoted. It decides no
 * status (RDS does) and asks nobody whether a caller may come in (database-access does). Two histories never mix: after a
 * promotion each writes its own.
 */
import {DATABASE, databaseByArn} from '../services/rds-databases.ts'
import {attribute} from '../services/records/lookup.ts'
import type {AccountRecord, Fault, World} from '../world/contract.ts'
import {canReach} from '../world/region-down.ts'

export interface Row {
  /** `row`: of a user. `probe`: of `POST /ready-write`. */
  readonly kind: 'heartbeat' | 'row' | 'probe'
  /** Of a user's row; 0 otherwise. */
  readonly id: number
  readonly seq: number
  /** Virtual epoch ms of its commit. */
  readonly at: number
  /** Of the task that wrote it. */
  readonly region: string
}

/** What `StatusInfos` say of a replica. */
export interface Replication {
  readonly status: 'replicating' | 'error' | 'terminated' | 'stopped'
  readonly message: string
}

export interface Lag {
  /** When the newest row that was applied was committed; null: none ever was. */
  readonly lastAppliedAt: number | null
  /** Whether rows reach it now. */
  readonly linked: boolean
}

export interface Databases {
  /** Only of what `isWritable`. */
  commit(record: AccountRecord, row: Pick<Row, 'kind' | 'id' | 'region'>): Row
  isWritable(record: AccountRecord): boolean
  lastHeartbeat(record: AccountRecord): Row | null
  /** Rows of users in the order of their commits, as somebody who reads this instance sees them. */
  rowsOf(record: AccountRecord): readonly Row[]
  /** The same by name; empty when there is no such instance. */
  rows(region: string, id: string): readonly Row[]
  /** Everything received has been applied; true of a primary. */
  drained(record: AccountRecord): boolean
  replication(record: AccountRecord): Replication | null
  lag(record: AccountRecord): Lag
  /** From now on it follows nobody and holds what it had received and applied. */
  detach(record: AccountRecord): void
  /** What a snapshot holds from now on; `key` is kept in its record. */
  keep(key: string, record: AccountRecord): void
  /** Nobody gets in between these moments, and every session ends at the first. */
  interrupt(record: AccountRecord, from: number, to: number): void
  isInterrupted(record: AccountRecord): boolean
  /** When sessions last ended; -Infinity: never. */
  interruptedAt(record: AccountRecord): number
}

interface Volume {
  readonly region: string
  readonly resource: string
  beats: Row[]
  rows: Row[]
  seq: number
  follows: Following | null
  outages: readonly {readonly from: number; readonly to: number}[]
}

interface Following {
  readonly source: Volume
  readonly networkMs: number
  readonly applyMs: number
  /** Moments: everything that was committed until then has arrived, is applied. */
  received: number
  applied: number
  linked: boolean
}

interface Content {
  readonly beats: readonly Row[]
  readonly rows: readonly Row[]
}

const KEPT_BEATS = 40_000
/** Attribute of an instance that was restored: key of what its snapshot held. */
export const RESTORED_FROM = 'RestoredFrom'
/** How often replicas receive, virtual ms. */
const RECEIVE_EVERY_MS = 1000

const known = new WeakMap<World, Databases>()

export function databasesOf(world: World): Databases {
  const found = known.get(world) ?? createDatabases(world)
  known.set(world, found)
  return found
}

function createDatabases(world: World): Databases {
  const volumes = new Map<string, Volume>()
  const snapshots = new Map<string, Content>()
  const dice = world.random('replication')
  const {clock} = world

  const volumeOf = (record: AccountRecord): Volume => {
    const resource = attribute(record, 'DbiResourceId') || record.id
    const key = `${record.region} ${resource}`
    const found = volumes.get(key)
    if (found !== undefined) return found
    const content = snapshots.get(attribute(record, RESTORED_FROM)) ?? {beats: [], rows: []}
    const source = sourceOf(world, record)
    const made: Volume = {
      region: record.region,
      resource,
      beats: [...content.beats],
      rows: [...content.rows],
      seq: newest(content)?.seq ?? 0,
      outages: [],
      follows:
        source === undefined
          ? null
          : {
              source: volumeOf(source),
              networkMs: 200 + dice() * 1300,
              applyMs: 100 + dice() * 400,
              received: -Infinity,
              applied: -Infinity,
              linked: false,
            },
    }
    volumes.set(key, made)
    return made
  }

  const recordOf = (volume: Volume): AccountRecord | undefined =>
    world.records.list(volume.region, DATABASE).find((one) => attribute(one, 'DbiResourceId') === volume.resource)

  const stateFault = (record: AccountRecord, source: AccountRecord): Fault | undefined =>
    world
      .faults('replica-state')
      .find(
        (one) =>
          (one.target === undefined || one.target === source.id || one.target === record.id)
          && (one.region === undefined || one.region === record.region),
      )

  const broken = (record: AccountRecord, source: AccountRecord | undefined): Replication | null => {
    if (source === undefined)
      return {status: 'terminated', message: 'The source DB instance was deleted. Replication has been terminated.'}
    const fault = stateFault(record, source)
    if (fault === undefined) return null
    const status = fault.message === 'terminated' || fault.message === 'stopped' ? fault.message : 'error'
    return {status, message: SAYINGS[status]}
  }

  /** Until when anything got through: Infinity while it does. To the moment, however late somebody looks. */
  const cutAt = (record: AccountRecord, source: AccountRecord | undefined): number => {
    if (source === undefined) return -Infinity
    const fault = stateFault(record, source)
    const down = canReach(world, source.region, record.region)
      ? []
      : world
          .faults('region-down')
          .filter((one) => one.region === undefined || one.region === source.region || one.region === record.region)
    return Math.min(Infinity, ...[...(fault === undefined ? [] : [fault]), ...down].map(({setAt}) => setAt ?? clock.now()))
  }

  const faultLagMs = (record: AccountRecord, source: AccountRecord | undefined): number =>
    world
      .faults('replica-lag')
      .filter((one) => one.target === undefined || one.target === record.id || one.target === source?.id)
      .filter((one) => one.region === undefined || one.region === record.region)
      .reduce((sum, one) => sum + (one.seconds ?? 30) * 1000, 0)

  /** What was under way when a Region went down never arrives; what had arrived is applied all the same. */
  const receive = (record: AccountRecord): Volume => {
    const volume = volumeOf(record)
    const {follows} = volume
    if (follows === null || record.status === 'creating') return volume
    const now = clock.now()
    const source = recordOf(follows.source)
    const cut = cutAt(record, source)
    follows.linked = cut === Infinity
    follows.received = Math.max(follows.received, Math.min(now, cut) - follows.networkMs - faultLagMs(record, source))
    if (broken(record, source) === null)
      follows.applied = Math.max(follows.applied, Math.min(follows.received, now - follows.networkMs - follows.applyMs))
    return volume
  }

  const seen = (volume: Volume, until = Infinity): Content => {
    const {follows} = volume
    if (follows !== null) return seen(follows.source, Math.min(until, follows.applied))
    if (until === Infinity) return volume
    return {
      beats: volume.beats.slice(0, countUntil(volume.beats, until)),
      rows: volume.rows.slice(0, countUntil(volume.rows, until)),
    }
  }
  const last = (rows: readonly Row[], until: number): Row | null => rows[countUntil(rows, until) - 1] ?? null
  const lastSeen = (volume: Volume, of: 'beats' | 'rows', until = Infinity): Row | null =>
    volume.follows === null
      ? last(volume[of], until)
      : lastSeen(volume.follows.source, of, Math.min(until, volume.follows.applied))

  const usersRows = (record: AccountRecord): readonly Row[] => seen(receive(record)).rows.filter(({kind}) => kind === 'row')

  const prune = (volume: Volume): void => {
    if (volume.beats.length <= KEPT_BEATS) return
    const cuts = [...volumes.values()].flatMap(({follows}) => (follows?.source === volume ? [follows.applied] : []))
    const needed = cuts.flatMap((cut) => last(volume.beats, cut) ?? [])
    volume.beats = volume.beats.filter((one, index) => index >= KEPT_BEATS / 2 || needed.includes(one))
  }

  clock.every(RECEIVE_EVERY_MS, () => {
    for (const region of world.regions)
      for (const record of world.records.list(region, DATABASE)) if (attribute(record, 'ReplicaOf') !== '') receive(record)
  })

  return {
    commit: (record, {kind, id, region}) => {
      const volume = volumeOf(record)
      volume.seq += 1
      const row: Row = {kind, id, region, seq: volume.seq, at: Math.floor(clock.now())}
      if (kind === 'heartbeat') volume.beats.push(row)
      else volume.rows.push(row)
      prune(volume)
      return row
    },
    isWritable: (record) =>
      volumeOf(record).follows === null && attribute(record, 'ReplicaOf') === '' && record.status !== 'storage-full',
    lastHeartbeat: (record) => lastSeen(receive(record), 'beats'),
    rowsOf: usersRows,
    rows: (region, id) => {
      const record = world.records.get(region, DATABASE, id.toLowerCase())
      return record === undefined ? [] : usersRows(record)
    },
    drained: (record) => {
      const {follows} = receive(record)
      if (follows === null) return true
      const arrived = (of: 'beats' | 'rows'): number | undefined => lastSeen(follows.source, of, follows.received)?.at
      return (['beats', 'rows'] as const).every((of) => (arrived(of) ?? -Infinity) <= follows.applied)
    },
    replication: (record) => {
      const {follows} = receive(record)
      if (follows === null) return null
      // RDS doesn't say within which time a source that can't be reached changes the word; nothing may rely on it.
      return broken(record, recordOf(follows.source)) ?? {status: 'replicating', message: ''}
    },
    lag: (record) => {
      const volume = receive(record)
      const moments = (['beats', 'rows'] as const).flatMap((of) => lastSeen(volume, of)?.at ?? [])
      return {lastAppliedAt: moments.length === 0 ? null : Math.max(...moments), linked: volume.follows?.linked ?? false}
    },
    detach: (record) => {
      const volume = receive(record)
      const {follows} = volume
      if (follows === null) return
      // PostgreSQL and MySQL both apply what has arrived before they open for writing.
      follows.applied = Math.max(follows.applied, follows.received)
      const held = seen(volume)
      volume.beats = [...held.beats]
      volume.rows = [...held.rows]
      volume.seq = newest(held)?.seq ?? 0
      volume.follows = null
    },
    keep: (key, record) => {
      const {beats, rows} = seen(receive(record))
      snapshots.set(key, {beats: beats.slice(-1), rows: [...rows]})
    },
    interrupt: (record, from, to) => {
      const volume = volumeOf(record)
      volume.outages = [...volume.outages.slice(-3), {from, to}]
    },
    isInterrupted: (record) => volumeOf(record).outages.some(({from, to}) => from <= clock.now() && clock.now() < to),
    interruptedAt: (record) =>
      Math.max(
        -Infinity,
        ...volumeOf(record)
          .outages.map(({from}) => from)
          .filter((from) => from <= clock.now()),
      ),
  }
}

const SAYINGS: Readonly<Record<'error' | 'terminated' | 'stopped', string>> = {
  error: 'Streaming replication has stopped.',
  terminated: 'Replication has been terminated: it was stopped for more than 30 consecutive days.',
  stopped: 'Replication was stopped.',
}

/** The instance that a replica follows, by id in its own Region or by ARN. */
export function sourceOf(world: World, record: AccountRecord): AccountRecord | undefined {
  const source = attribute(record, 'ReplicaOf')
  if (source === '') return undefined
  return source.startsWith('arn:') ? databaseByArn(world, source) : world.records.get(record.region, DATABASE, source)
}

const newest = ({beats, rows}: Content): Row | undefined =>
  [beats.at(-1), rows.at(-1)].filter((one) => one !== undefined).sort((a, b) => b.seq - a.seq)[0]

/** How many of them (in the order of their commits) were committed until then. */
function countUntil(rows: readonly Row[], until: number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.at ?? Infinity) <= until) low = middle + 1
    else high = middle
  }
  return low
}
