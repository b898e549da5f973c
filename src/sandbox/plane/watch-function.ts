/**
 * The small functions that ask the other Region's API, by its own name, whether it answers, and keep in their own Region's state
 * when it last did and since when it is silent: what the Python of the foundation decides, a look every 10 virtual s instead of
 * bursts within its minute, written down once a minute and when a silence is confirmed. It fences nothing and reads nothing else.
 */
import {request} from 'node:http'
import {attribute} from '../services/records/lookup.ts'
import {bag, bags, text} from '../services/records/properties.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {canReach} from '../world/region-down.ts'
import type {Names} from './names.ts'

const LOOK_EVERY_MS = 10_000
const MINUTE_MS = 60_000
/** Nobody looked for so long that it may have answered in the meantime. */
const FORGET_MS = 3 * MINUTE_MS
const CONFIRMED = 3
/** The function waits 3 s; on a fast clock never less than this, real ms. */
const PATIENCE_MS = {virtual: 3000, least: 1500}
const FUNCTION = 'AWS::Lambda::Function'

interface Seen {
  readonly schema: 1
  readonly region: string
  readonly lookedAt: number
  readonly answeredAt: number | null
  readonly silentSince: number | null
  readonly misses: number
}

interface Kept {
  readonly seen: Seen
  readonly writtenAt: number
}

/** Looks as the scheduled functions do, until it is closed. */
export function startWatches(world: World, names: Pick<Names, 'address' | 'place'>): {close(): void} {
  const running = new Set<string>()
  const kept = new Map<string, Kept>()
  const stop = world.clock.every(LOOK_EVERY_MS, () => {
    for (const record of world.records.all()) {
      const key = `${record.region} ${record.id}`
      if (record.type !== FUNCTION || variable(record, 'URL') === '' || running.has(key) || !isScheduled(world, record)) continue
      running.add(key)
      // A write that fails is the function's error; the next minute begins with what lies there.
      void lookOnce(world, names, record, kept.get(key) ?? null)
        .then(
          (next) => {
            kept.set(key, next)
          },
          () => {
            kept.delete(key)
          },
        )
        .finally(() => {
          running.delete(key)
        })
    }
  })
  return {close: stop}
}

const variable = (record: AccountRecord, name: string): string =>
  text(bag(bag(record.properties, 'Environment'), 'Variables'), name) ?? ''

function isScheduled(world: World, record: AccountRecord): boolean {
  const arn = attribute(record, 'Arn')
  return world.records
    .list(record.region, 'AWS::Events::Rule')
    .some(
      ({properties}) =>
        text(properties, 'State') !== 'DISABLED' && bags(properties, 'Targets').some((target) => text(target, 'Arn') === arn),
    )
}

async function lookOnce(
  world: World,
  names: Pick<Names, 'address' | 'place'>,
  record: AccountRecord,
  kept: Kept | null,
): Promise<Kept> {
  const {seen: before, writtenAt} = kept ?? {seen: await read(world, record), writtenAt: -Infinity}
  const region = variable(record, 'PEER_REGION')
  const isSilent = !(await answers(world, names, record, region))
  // A request to a Region that is cut off ends with the function's patience.
  const lookedAt = Math.ceil(world.clock.now() + (isSilent ? PATIENCE_MS.virtual : 0))
  const known = before !== null && lookedAt - before.lookedAt <= FORGET_MS ? before : {silentSince: null, misses: 0}
  const seen: Seen = {
    schema: 1,
    region,
    lookedAt,
    answeredAt: isSilent ? (before?.answeredAt ?? null) : lookedAt,
    silentSince: isSilent ? (known.silentSince ?? lookedAt) : null,
    misses: isSilent ? known.misses + 1 : 0,
  }
  if (lookedAt - writtenAt < MINUTE_MS && seen.misses !== CONFIRMED) return {seen, writtenAt}
  await world.invoke(
    's3',
    'PutObject',
    {...objectOf(record), ContentType: 'application/json', Body: JSON.stringify(seen)},
    record.region,
  )
  return {seen, writtenAt: lookedAt}
}

const objectOf = (record: AccountRecord): {readonly Bucket: string; readonly Key: string} => ({
  Bucket: variable(record, 'BUCKET'),
  Key: variable(record, 'KEY'),
})

async function read(world: World, record: AccountRecord): Promise<Seen | null> {
  try {
    const {Body} = (await world.invoke('s3', 'GetObject', objectOf(record), record.region)) as {readonly Body?: Uint8Array}
    return JSON.parse(Buffer.from(Body ?? []).toString('utf8')) as Seen
  } catch {
    return null
  }
}

async function answers(
  world: World,
  names: Pick<Names, 'address' | 'place'>,
  record: AccountRecord,
  peer: string,
): Promise<boolean> {
  if (!canReach(world, record.region, peer)) return false
  const {hostname, pathname} = new URL(variable(record, 'URL'))
  const found = names.address(hostname)
  const url = found === null ? null : (names.place(found.address)?.url ?? null)
  return (
    url !== null
    && (await isAnswered(new URL(pathname, url), hostname, Math.max(PATIENCE_MS.virtual / world.clock.speed, PATIENCE_MS.least)))
  )
}

async function isAnswered(url: URL, host: string, patienceMs: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const asked = request(url, {headers: {host, 'user-agent': 'Python-urllib/3.13', connection: 'close'}}, (answer) => {
      answer.resume()
      answer.on('error', () => {})
      resolve(answer.statusCode === 200)
    })
    const timer = setTimeout(() => {
      asked.destroy()
    }, patienceMs)
    asked.on('error', () => {})
    asked.on('close', () => {
      clearTimeout(timer)
      resolve(false)
    })
    asked.end()
  })
}
