/**
 * One writer that counts through the API's name: each number once, the next one whatever became of the last, at its rate. It
 * keeps what was acknowledged, so that it can be compared with what the database holds that is primary by right.
 * It never writes a number twice.
 */
import {Agent, request} from 'node:http'
import type {World} from '../world/contract.ts'
import {createNameClient} from './name-client.ts'
import type {NameClient} from './name-client.ts'
import type {Names} from './names.ts'

/** A client gives up after this, real ms. */
const PATIENCE_MS = 2000
const LOST_SHOWN = 100

/**
 * Numbers in the database that a Region's API writes to, each as often as it is there; null: there is none, or it is a replica.
 */
export type RowsIn = (region: string) => readonly number[] | null

export interface CounterReport {
  readonly host: string | null
  readonly perMinute: number
  readonly sent: number
  readonly acknowledged: number
  readonly failed: number
  /** Virtual epoch ms. */
  readonly lastAcknowledgedAt: number | null
  /** Different numbers in the database that is primary by right; null when the name leads to none that can be written. */
  readonly present: number | null
  /** Acknowledged and not there: at most a hundred of them. */
  readonly lost: readonly number[]
  readonly lostCount: number
  readonly duplicates: number
  /** Acknowledgements by the Region that the answer named. */
  readonly byRegion: Readonly<Record<string, number>>
}

export interface Counter {
  set(host: string, perMinute: number): void
  report(rowsIn: RowsIn): CounterReport
  close(): void
}

export function createCounter(world: World, names: Names): Counter {
  const agent = new Agent({keepAlive: true, maxFreeSockets: 16})
  const acknowledged = new Set<number>()
  const byRegion = new Map<string, number>()
  let host: string | null = null
  let client: NameClient | null = null
  let [perMinute, next, failed] = [0, 1, 0]
  let lastAcknowledgedAt: number | null = null
  let stop = (): void => {}

  const write = (): void => {
    const id = next
    next += 1
    const url = client?.place()?.url ?? null
    if (url === null || host === null) {
      failed += 1
      return
    }
    writeOne(agent, url, host, id, (region) => {
      if (region === null) {
        failed += 1
        return
      }
      acknowledged.add(id)
      byRegion.set(region, (byRegion.get(region) ?? 0) + 1)
      lastAcknowledgedAt = world.clock.now()
    })
  }

  return {
    set: (to, rate) => {
      stop()
      stop = () => {}
      if (to !== host) client = createNameClient(world, names, to, 'obeys-ttl')
      host = to
      perMinute = rate
      if (rate > 0) stop = world.clock.every(60_000 / rate, write)
    },
    report: (rowsIn) => {
      const region = host === null ? null : leadsTo(names, host)
      const rows = region === null ? null : rowsIn(region)
      const there = new Set(rows ?? [])
      const lost = rows === null ? [] : [...acknowledged].filter((id) => !there.has(id))
      return {
        host,
        perMinute,
        sent: next - 1,
        acknowledged: acknowledged.size,
        failed,
        lastAcknowledgedAt,
        present: rows === null ? null : there.size,
        lost: lost.slice(0, LOST_SHOWN),
        lostCount: lost.length,
        duplicates: rows === null ? 0 : rows.length - there.size,
        byRegion: Object.fromEntries(byRegion),
      }
    },
    close: () => {
      stop()
      agent.destroy()
    },
  }
}

function leadsTo(names: Names, host: string): string | null {
  const found = names.address(host)
  return found === null ? null : (names.place(found.address)?.region ?? null)
}

/** An answer that doesn't name the number acknowledges nothing: it may be somebody's friendly page. */
function committedIn(body: string, id: number): string | null {
  try {
    const answer = JSON.parse(body) as {readonly id?: unknown; readonly region?: unknown}
    return answer.id === id ? (typeof answer.region === 'string' ? answer.region : 'unknown') : null
  } catch {
    return null
  }
}

/** Answers the Region that committed the number, or null: it wasn't acknowledged, whatever became of it. */
function writeOne(agent: Agent, url: string, host: string, id: number, done: (region: string | null) => void): void {
  const body = JSON.stringify({id})
  let over = false
  const end = (region: string | null): void => {
    if (over) return
    over = true
    clearTimeout(timer)
    done(region)
  }
  const headers = {host, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}
  const asked = request(new URL('/counter', url), {agent, method: 'POST', headers}, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
    })
    answer.on('end', () => {
      end(answer.statusCode === 200 ? committedIn(Buffer.concat(chunks).toString(), id) : null)
    })
    answer.on('error', () => {
      end(null)
    })
  })
  const timer = setTimeout(() => {
    asked.destroy()
  }, PATIENCE_MS)
  asked.on('error', () => {
    end(null)
  })
  asked.on('close', () => {
    end(null)
  })
  asked.end(body)
}
