/** The steady load a person asked for, per load balancer. It only says how much and where to; a child process sends it. */
import {fork} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import type {World} from '../world/contract.ts'
import type {Endpoint} from './load-balancing.ts'
import {sibling} from './sibling.ts'

/** What the child is told. Port 0: nobody listens (yet). */
export interface Flow {
  readonly id: string
  readonly port: number
  readonly host: string
  readonly path: string
  /** Real seconds. */
  readonly perSecond: number
  readonly seed: number
}

export interface TrafficCounts {
  sent: number
  open: number
  answered2xx: number
  answered3xx: number
  answered4xx: number
  answered5xx: number
  errors: number
  timeouts: number
  /** Not sent, because too many requests were open already. */
  skipped: number
}

export interface TrafficSetting {
  readonly service: string
  readonly region: string
  /** The load balancer's name. */
  readonly loadBalancer: string
  /** Requests per virtual minute; 0 ends it. */
  readonly perMinute: number
}

export interface Traffic {
  set(setting: TrafficSetting): void
  stats(): readonly (TrafficSetting & {readonly counts: Readonly<TrafficCounts> | null})[]
  /** Listeners may have come or gone. */
  follow(): void
  /** The child's process id, while there is one. */
  pid(): number | undefined
  close(): Promise<void>
}

export function createTraffic(world: World, endpoints: () => readonly Endpoint[]): Traffic {
  const settings = new Map<string, TrafficSetting>()
  const counts = new Map<string, TrafficCounts>()
  const told = new Map<string, string>()
  const seeds = world.random('traffic')
  const seedOf = new Map<string, number>()
  let child: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()
  let closed = false

  const start = (): ChildProcess => {
    const started = fork(sibling(import.meta.url, 'traffic-source'), [], {
      env: {PATH: process.env['PATH'] ?? ''},
      execArgv: ['--max-old-space-size=128'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    started.on('message', (report: [string, TrafficCounts][]) => { for (const [id, one] of report) counts.set(id, one) })
    ended = new Promise((resolve) => {
      started.on('error', () => { resolve() })
      started.on('exit', () => {
        if (child === started) child = undefined
        told.clear()
        resolve()
      })
    })
    return started
  }

  const follow = (): void => {
    if (closed) return
    const open = endpoints()
    for (const [id, setting] of settings) {
      const endpoint = portOf(open, setting)
      const seed = seedOf.get(id) ?? Math.floor(seeds() * 2 ** 31)
      seedOf.set(id, seed)
      const flow: Flow = {
        id,
        port: endpoint?.port ?? 0,
        host: endpoint?.dnsName ?? '',
        path: '/',
        perSecond: setting.perMinute / 60 * world.clock.speed,
        seed,
      }
      const text = JSON.stringify(flow)
      if (told.get(id) === text) continue
      told.set(id, text)
      child ??= start()
      child.send(flow, () => {})
    }
  }

  return {
    set: (setting) => {
      settings.set(`${setting.region}/${setting.service}/${setting.loadBalancer}`, setting)
      follow()
    },
    stats: () => [...settings].map(([id, setting]) => ({...setting, counts: counts.get(id) ?? null})),
    follow,
    pid: () => child?.pid,
    close: async () => {
      closed = true
      child?.kill('SIGKILL')
      await ended
    },
  }
}

/** The listener that serves users: HTTPS if there is one (HTTP then only redirects), else the first. */
function portOf(endpoints: readonly Endpoint[], setting: TrafficSetting): Endpoint | undefined {
  const own = endpoints.filter((one) => one.region === setting.region && one.loadBalancer === setting.loadBalancer)
  return own.find((one) => one.protocol === 'HTTPS' || one.listenerPort === 443) ?? own[0]
}
