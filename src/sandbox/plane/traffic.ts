/** The steady load a person asked for, per load balancer. It only says how much and where to; a child process sends it. */
import {fork} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import type {World} from '../world/contract.ts'
import type {Endpoint} from './load-balancing.ts'
import {createNameClient} from './name-client.ts'
import type {NameClient} from './name-client.ts'
import type {Names} from './names.ts'
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

/** Load that goes where a name leads, and moves when the name does. */
export interface NamedTrafficSetting {
  readonly host: string
  readonly path: string
  readonly perMinute: number
  /** Fraction of it that looked the name up once and never does again. */
  readonly stragglers: number
}

export interface Traffic {
  set(setting: TrafficSetting): void
  setNamed(setting: NamedTrafficSetting): void
  stats(): readonly (TrafficSetting & {readonly counts: Readonly<TrafficCounts> | null})[]
  /** Listeners may have come or gone. */
  follow(): void
  /** The child's process id, while there is one. */
  pid(): number | undefined
  close(): Promise<void>
}

interface NamedFlow {
  readonly setting: TrafficSetting & {readonly host: string}
  readonly path: string
  readonly client: NameClient
}

export function createTraffic(world: World, endpoints: () => readonly Endpoint[], names: Names): Traffic {
  const settings = new Map<string, TrafficSetting>()
  const named = new Map<string, NamedFlow>()
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
    started.on('message', (report: [string, TrafficCounts][]) => {
      for (const [id, one] of report) counts.set(id, one)
    })
    ended = new Promise((resolve) => {
      started.on('error', () => {
        resolve()
      })
      started.on('exit', () => {
        if (child === started) child = undefined
        told.clear()
        resolve()
      })
    })
    return started
  }

  const tell = (
    id: string,
    {
      port,
      host,
      path,
      perMinute,
    }: {readonly port: number; readonly host: string; readonly path: string; readonly perMinute: number},
  ): void => {
    const seed = seedOf.get(id) ?? Math.floor(seeds() * 2 ** 31)
    seedOf.set(id, seed)
    const flow: Flow = {id, port, host, path, perSecond: (perMinute / 60) * world.clock.speed, seed}
    const text = JSON.stringify(flow)
    if (told.get(id) === text) return
    told.set(id, text)
    child ??= start()
    child.send(flow, () => {})
  }
  const follow = (): void => {
    if (closed) return
    const open = endpoints()
    for (const [id, setting] of settings) {
      const endpoint = portOf(open, setting)
      tell(id, {port: endpoint?.port ?? 0, host: endpoint?.dnsName ?? '', path: '/', perMinute: setting.perMinute})
    }
    for (const [id, {setting, path, client}] of named) {
      const url = client.place()?.url ?? null
      tell(id, {port: url === null ? 0 : Number(new URL(url).port), host: setting.host, path, perMinute: setting.perMinute})
    }
  }

  return {
    set: (setting) => {
      settings.set(`${setting.region}/${setting.service}/${setting.loadBalancer}`, setting)
      follow()
    },
    setNamed: ({host, path, perMinute, stragglers}) => {
      for (const kind of ['obeys-ttl', 'straggler'] as const) {
        const id = `${host} ${kind}`
        const share = kind === 'straggler' ? stragglers : 1 - stragglers
        if (share === 0 && !named.has(id)) continue
        const client = named.get(id)?.client ?? createNameClient(world, names, host, kind)
        named.set(id, {
          client,
          path,
          setting: {
            host,
            service: kind === 'straggler' ? `${host} (stragglers)` : host,
            region: 'by name',
            loadBalancer: host,
            perMinute: perMinute * share,
          },
        })
      }
      follow()
    },
    stats: () =>
      [...settings, ...[...named].map(([id, {setting}]) => [id, setting] as const)].map(([id, setting]) => ({
        ...setting,
        counts: counts.get(id) ?? null,
      })),
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
