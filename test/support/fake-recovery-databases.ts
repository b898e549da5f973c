/**
 * Databases of a fake recovery world. Written behaviour: a database that can be written to and has a connected API gets one heartbeat
 * row a second; a replica has what was written up to `lagMs` ago as long as both Regions live; a promotion takes 240 s, and for its
 * first 40 s the status says `available` with the source still named; changes take their time and are `pending` at once. A restart
 * takes 60 s, ends every session at once, and its status says `available` for its first 5 s.
 */
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Heartbeat} from '../../src/runbooks/recovery/ports/api-port.ts'
import type {DatabasePort, DatabaseState, RecoveryPoint} from '../../src/runbooks/recovery/ports/database-port.ts'
import type {LeapingClock} from './leaping-clock.ts'

type Mutable<T> = {-readonly [K in keyof T]: T[K]}

/** Heartbeat rows of whole seconds, one each, from `fromAt` to `toAt`. */
export interface Rows {
  readonly region: string
  readonly fromAt: number
  toAt: number
  readonly fromSeq: number
}

export interface FakeDatabase extends Mutable<DatabaseState> {
  rows: Rows[]
  /** Rows of users, by id. */
  written: {readonly id: number; readonly at: number}[]
  from: FakeDatabase | null
  receivedUntil: number
  lagMs: number
  /** False: what was received isn't all applied. */
  drained: boolean
  promoting: boolean
  restarting: boolean
  /** When every session was last ended; null: never. */
  sessionsEndedAt: number | null
  /** What AWS has no capacity for; told at once or in an event alone. */
  noCapacity: {readonly class: string; readonly how: 'refused' | 'event'} | null
  lagMetric: 'normal' | 'minus-one' | 'none' | 'stale'
}

export interface FakeDatabases {
  readonly port: DatabasePort
  readonly all: FakeDatabase[]
  find(region: string, id: string): FakeDatabase | undefined
  /** `promote shop-production@eu-central-1`, accepted ones only. */
  readonly accepted: string[]
  /** `shop-production@eu-west-1`, accepted ones only. */
  readonly restarts: string[]
  readonly events: {readonly id: string; readonly region: string; readonly at: number; readonly message: string}[]
  readonly points: {readonly region: string; readonly point: RecoveryPoint}[]
  readonly snapshots: {readonly region: string; readonly name: string; readonly of: string}[]
  orderable: (region: string, klass: string) => readonly string[]
  backupRunning: boolean
  writable(database: FakeDatabase): boolean
  /** Brings rows and replication to now; `writers` says who writes where. */
  settle(from: number, to: number, isWriting: (database: FakeDatabase) => string | null, isUp: (region: string) => boolean): void
  heartbeat(database: FakeDatabase): Heartbeat['last']
}

export const promotionMs = seconds(240)
export const classChangeMs = minutes(12)
export const restartMs = seconds(60)

const refused = (code: string, message: string): SluiceError =>
  new SluiceError({code, exitCode: ExitCode.unexpected, message, suggestions: []})

export function aDatabase(region: string, change: Partial<FakeDatabase> = {}): FakeDatabase {
  const id = change.id ?? 'shop-production'
  return {
    id,
    region,
    arn: `arn:aws:rds:${region}:111122223333:db:${id}`,
    status: 'available',
    class: 'db.m7g.large',
    engine: 'postgres',
    engineVersion: '17.4',
    multiAz: true,
    storageGiB: 100,
    source: null,
    replicas: [],
    replication: null,
    pending: [],
    backupDays: 14,
    backupWindow: '03:00-03:30',
    maintenanceWindow: 'sun:03:00-sun:04:00',
    latestRestorableAt: null,
    parameterGroup: {name: 'shop-pg', apply: 'in-sync'},
    optionGroup: null,
    subnetGroup: 'shop-data',
    securityGroups: ['sg-database'],
    zones: [`${region}a`, `${region}b`],
    kmsKey: `key-${region}`,
    protected: true,
    endpoint: {host: `${id}.${region}.rds`, port: 5433},
    monitoringRole: null,
    tags: {},
    rows: [],
    written: [],
    from: null,
    receivedUntil: 0,
    lagMs: seconds(1),
    drained: true,
    promoting: false,
    restarting: false,
    sessionsEndedAt: null,
    noCapacity: null,
    lagMetric: 'normal',
    ...change,
  }
}

export const replicaOf = (source: FakeDatabase, region: string, now: number, change: Partial<FakeDatabase> = {}): FakeDatabase =>
  aDatabase(region, {
    id: source.id,
    source: source.arn,
    from: source,
    replication: {status: 'replicating', message: ''},
    backupDays: 0,
    receivedUntil: now,
    ...change,
  })

export function fakeDatabases(clock: LeapingClock, settled: () => void): FakeDatabases {
  const all: FakeDatabase[] = []
  const accepted: string[] = []
  const restarts: string[] = []
  const events: {id: string; region: string; at: number; message: string}[] = []
  const points: {region: string; point: RecoveryPoint}[] = []
  const snapshots: {region: string; name: string; of: string}[] = []
  const find = (region: string, id: string): FakeDatabase | undefined => all.find((one) => one.region === region && one.id === id)
  const after = (ms: number, action: () => void): void =>
    clock.at(clock.now() + ms, () => {
      settled()
      action()
    })
  const must = (region: string, id: string): FakeDatabase => {
    const database = find(region, id)
    if (database === undefined) throw refused('DBInstanceNotFound', `DBInstance ${id} not found.`)
    return database
  }
  const available = (database: FakeDatabase): void => {
    if (database.status !== 'available')
      throw refused('InvalidDBInstanceState', `Database ${database.id} is in ${database.status}.`)
  }
  const tell = (database: FakeDatabase, message: string): void =>
    void events.push({id: database.id, region: database.region, at: clock.now(), message})
  const drop = (pending: readonly string[], names: readonly string[]): readonly string[] =>
    pending.filter((name) => !names.includes(name))

  const fake: FakeDatabases = {
    all,
    accepted,
    restarts,
    events,
    points,
    snapshots,
    find,
    orderable: (region) => [`${region}a`, `${region}b`],
    backupRunning: false,
    writable: ({source, status, promoting, restarting}) =>
      source === null && !promoting && !restarting && ['available', 'modifying', 'backing-up', 'storage-full'].includes(status),
    settle(from, to, isWriting, isUp) {
      for (const database of all) {
        const region = isWriting(database)
        if (region !== null) writeRows(database, region, from, to)
      }
      for (const database of all) {
        const {from: source} = database
        if (source === null || database.source === null || database.promoting || database.replication?.status !== 'replicating')
          continue
        if (isUp(source.region) && isUp(database.region) && all.includes(source))
          database.receivedUntil = Math.max(database.receivedUntil, to - database.lagMs)
      }
    },
    heartbeat: (database) =>
      lastRow(
        database.source === null || database.from === null ? database : database.from,
        database.source === null ? Infinity : database.receivedUntil,
      ),
    port: {
      describe: async (region, id) => {
        const found = find(region, id)
        return found === undefined ? null : stateOf(found)
      },
      promote: async (region, id, {days, window}) => {
        const database = must(region, id)
        if (database.source === null || database.promoting)
          throw refused('InvalidDBInstanceState', `DB Instance ${id} is not a read replica.`)
        available(database)
        accepted.push(`promote ${id}@${region}`)
        database.promoting = true
        after(seconds(40), () => {
          database.status = 'modifying'
        })
        after(seconds(200), () => {
          database.status = 'rebooting'
          keepReceived(database)
          database.source = null
          database.from = null
          database.replication = null
          database.backupDays = days
          database.backupWindow = window
          tell(database, 'Read replica instance has been promoted')
        })
        after(promotionMs, () => {
          database.status = 'available'
          database.promoting = false
        })
      },
      modify: async (region, id, change) => {
        const database = must(region, id)
        available(database)
        if (change.class !== undefined && database.noCapacity?.class === change.class && database.noCapacity.how === 'refused') {
          throw refused('InsufficientDBInstanceCapacity', `${change.class} isn't available in the zones of ${id}.`)
        }
        accepted.push(`modify ${id}@${region} ${Object.keys(change).join(',')}`)
        const slow = (
          [
            ['DBInstanceClass', change.class],
            ['MultiAZ', change.multiAz],
            ['BackupRetentionPeriod', change.backupDays],
            ['PreferredBackupWindow', change.backupWindow],
          ] as const
        )
          .filter(([, value]) => value !== undefined)
          .map(([name]) => name)
        database.pending = [...database.pending, ...slow]
        if (change.protected !== undefined) database.protected = change.protected
        database.maintenanceWindow = change.maintenanceWindow ?? database.maintenanceWindow
        if (change.id !== undefined) {
          after(seconds(10), () => {
            database.status = 'renaming'
          })
          after(seconds(60), () => {
            database.id = change.id ?? database.id
            database.arn = `arn:aws:rds:${region}:111122223333:db:${database.id}`
            database.endpoint = {host: `${database.id}.${region}.rds`, port: 5433}
            database.status = 'available'
          })
        }
        if (slow.length === 0) return
        after(seconds(20), () => {
          database.status = 'modifying'
        })
        after(change.class !== undefined && change.class !== database.class ? classChangeMs : seconds(60), () => {
          database.status = 'available'
          database.pending = drop(database.pending, slow)
          if (change.class !== undefined && database.noCapacity?.class === change.class)
            tell(database, `Unable to modify database instance class: insufficient instance capacity for ${change.class}`)
          else database.class = change.class ?? database.class
          database.multiAz = change.multiAz ?? database.multiAz
          database.backupDays = change.backupDays ?? database.backupDays
          database.backupWindow = change.backupWindow ?? database.backupWindow
        })
      },
      createReplica: async ({
        id,
        region,
        sourceArn,
        class: klass,
        multiAz,
        tags,
        protected: isProtected,
        parameterGroup,
        subnetGroup,
        securityGroups,
        kmsKey,
      }) => {
        const source = all.find(({arn}) => arn === sourceArn)
        if (source === undefined) throw refused('DBInstanceNotFound', `DBInstance ${sourceArn} not found.`)
        if (find(region, id) !== undefined) throw refused('DBInstanceAlreadyExists', `DB instance ${id} already exists.`)
        accepted.push(`createReplica ${id}@${region}`)
        // It is made from a snapshot of its source.
        const replica = replicaOf(source, region, clock.now(), {
          id,
          arn: `arn:aws:rds:${region}:111122223333:db:${id}`,
          class: klass,
          multiAz,
          status: 'creating',
          tags,
          protected: isProtected,
          parameterGroup: {name: parameterGroup, apply: 'in-sync'},
          subnetGroup,
          securityGroups,
          kmsKey,
          replication: null,
          endpoint: null,
          // RDS chooses: none can be given.
          maintenanceWindow: 'thu:22:08-thu:22:38',
        })
        source.replicas = [...source.replicas, replica.arn]
        all.push(replica)
        after(minutes(10), () => {
          replica.status = 'available'
          replica.replication = {status: 'replicating', message: ''}
          replica.endpoint = {host: `${id}.${region}.rds`, port: 5433}
        })
      },
      reboot: async (region, id) => {
        const database = must(region, id)
        available(database)
        if (database.restarting) throw refused('InvalidDBInstanceState', `Database ${id} is being rebooted.`)
        restarts.push(`${id}@${region}`)
        database.restarting = true
        database.sessionsEndedAt = clock.now()
        after(seconds(5), () => {
          database.status = 'rebooting'
          tell(database, 'DB instance shutdown')
        })
        after(restartMs, () => {
          database.status = 'available'
          database.restarting = false
          database.parameterGroup = {...database.parameterGroup, apply: 'in-sync'}
          tell(database, 'DB instance restarted')
        })
      },
      remove: async (region, id, finalSnapshot) => {
        const database = must(region, id)
        if (database.protected) throw refused('InvalidParameterCombination', `Cannot delete protected DB Instance ${id}.`)
        accepted.push(`remove ${id}@${region}`)
        if (finalSnapshot !== null) snapshots.push({region, name: finalSnapshot, of: database.arn})
        database.status = 'deleting'
        after(seconds(240), () => void all.splice(all.indexOf(database), 1))
      },
      setTags: async (region, arn, tags) => {
        for (const one of all) if (one.arn === arn && one.region === region) one.tags = {...one.tags, ...tags}
      },
      removeTags: async (region, arn, names) => {
        for (const one of all)
          if (one.arn === arn && one.region === region)
            one.tags = Object.fromEntries(Object.entries(one.tags).filter(([name]) => !names.includes(name)))
      },
      events: async (region, id, since) => events.filter((one) => one.region === region && one.id === id && one.at >= since),
      lag: async (region, id) => {
        const database = must(region, id)
        const minute = Math.floor(clock.now() / 60_000) * 60_000
        if (database.lagMetric === 'none') return null
        if (database.lagMetric === 'minus-one') return {seconds: -1, at: minute}
        const behind = Math.max(0, clock.now() - database.receivedUntil) / 1000
        return {seconds: behind, at: database.lagMetric === 'stale' ? minute - minutes(9) : minute}
      },
      orderable: async (region, spec) => fake.orderable(region, spec.class),
      recoveryPoints: async (region) =>
        points
          .filter((one) => one.region === region)
          .map(({point}) => point)
          .toSorted((x, y) => y.createdAt - x.createdAt),
      backupRunning: async () => fake.backupRunning,
      snapshot: async (region, name) =>
        snapshots.some((one) => one.region === region && one.name === name) ? {status: 'available'} : null,
    },
  }
  return fake
}

function stateOf(database: FakeDatabase): DatabaseState {
  const {
    rows: _r,
    written: _w,
    from: _f,
    receivedUntil: _u,
    lagMs: _l,
    drained: _d,
    promoting: _p,
    restarting: _a,
    sessionsEndedAt: _s,
    noCapacity: _n,
    lagMetric: _m,
    ...state
  } = database
  return structuredClone(state)
}

function writeRows(database: FakeDatabase, region: string, from: number, to: number): void {
  const first = Math.floor(from / 1000) * 1000 + 1000
  const last = Math.floor(to / 1000) * 1000
  if (last < first) return
  const present = database.rows.at(-1)
  if (present !== undefined && present.region === region && present.toAt === first - 1000) {
    present.toAt = last
    return
  }
  const seq = present === undefined ? 1 : present.fromSeq + (present.toAt - present.fromAt) / 1000 + 1
  database.rows.push({region, fromAt: first, toAt: last, fromSeq: seq})
}

function lastRow(database: FakeDatabase, until: number): Heartbeat['last'] {
  const rows = database.rows.findLast(({fromAt}) => fromAt <= until)
  if (rows === undefined) return null
  const at = Math.min(rows.toAt, Math.floor(until / 1000) * 1000)
  return {at, region: rows.region, seq: rows.fromSeq + (at - rows.fromAt) / 1000}
}

/** A replica becomes itself: it has what it had received, and nothing more. */
function keepReceived(database: FakeDatabase): void {
  const {from: source, receivedUntil} = database
  if (source === null) return
  const until = Math.floor(receivedUntil / 1000) * 1000
  database.rows = source.rows.filter(({fromAt}) => fromAt <= until).map((rows) => ({...rows, toAt: Math.min(rows.toAt, until)}))
  database.written = source.written.filter(({at}) => at <= receivedUntil)
}
