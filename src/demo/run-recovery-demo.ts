/**
 * The story of recoveries on a sandbox of its own: the stack in two Regions, users and a counter in the database; the home Region
 * dies and comes back, a switchover and back, a drill. Whoever counts rows and requests is the sandbox's data plane,
 * never the tool.
 */
import {setTimeout as pause} from 'node:timers/promises'
import {openRecovery} from '../compose-recovery.ts'
import type {Opened} from '../use-cases/recovery/recovery-command.ts'
import {drillInputOf} from '../use-cases/recovery/recovery-drilling.ts'
import {failbackInput, promoteInput} from '../use-cases/recovery/recovery-promoting.ts'
import {lookAround} from '../use-cases/recovery/recovery-reading.ts'
import {patiently} from '../runbooks/engine/patience.ts'
import {keepCapacity} from '../runbooks/recovery/capacity.ts'
import type {RecoveryInput} from '../runbooks/recovery/input.ts'
import {startRecovery} from '../runbooks/recovery/run-recovery.ts'
import type {RecoveryRan} from '../runbooks/recovery/run-recovery.ts'
import type {InfraRenderer} from '../ui/infra-renderer.ts'
import type {Live} from '../ui/live.ts'
import type {RecoveryView} from '../ui/recovery-view.ts'
import {recoveryView} from '../ui/recovery-view.ts'
import type {Watcher} from '../watching.ts'
import {bringUp, stackOfDemo} from './bring-up.ts'
import type {BroughtUp} from './bring-up.ts'
import {onStage} from './on-stage.ts'
import type {Stage} from './on-stage.ts'
import {acceptedLossMs, acts, load} from './recovery-acts.ts'
import type {Act} from './recovery-acts.ts'

/** What the data plane saw during one act. */
export interface Seen {
  /** Rows that were acknowledged and are in no database that serves. */
  readonly lostRows: number
  readonly rowsWritten: number
  /** Requests of users that weren't answered well, of those sent. */
  readonly requestsFailed: number
  readonly requestsSent: number
  /** Calls to control planes after the old primary was fenced, or given up: by the Region they were for. */
  readonly callsToHome: number
  readonly callsToUsEast1: number
}

export interface Played {
  readonly act: Act
  readonly view: RecoveryView
  readonly seen: Seen
  /** Real seconds. */
  readonly seconds: number
}

/** Recoveries only where there is a stack to recover. */
export interface RecoveryDemo {
  readonly infra: BroughtUp
  readonly played: readonly Played[]
}

export interface RecoveryDemoOptions {
  readonly seed: number
  readonly env: NodeJS.ProcessEnv
  readonly show: (now: () => number) => InfraRenderer
  watch(act: Act, now: () => number): Watcher
  /** Called before an act whose stage has to be set first. */
  onAct(act: Act): void
  readonly signal: AbortSignal
}

/** Tells the story in order; stops at the first act that doesn't end well, or when it is told to. */
export async function runRecoveryDemo(options: RecoveryDemoOptions): Promise<RecoveryDemo> {
  return onStage(options, async (stage) => {
    const infra = await bringUp(stage.where, options.show, options.signal)
    return {infra, played: infra.view.state === 'done' ? await play(options, stage) : []}
  })
}

async function play(options: RecoveryDemoOptions, stage: Stage): Promise<readonly Played[]> {
  const {place} = await open(stage)
  await stage.ask('POST', 'traffic', {host: place.api, perMinute: load.requestsPerMinute, stragglers: load.stragglers})
  await stage.ask('POST', 'counter', {host: place.api, perMinute: load.rowsPerMinute})
  await counting(stage)
  await rememberSize(stage)
  const played: Played[] = []
  for (const act of acts) {
    if (options.signal.aborted) break
    options.onAct(act)
    const one = await playAct(options, stage, act)
    played.push(one)
    if (one.view.state !== 'done') break
  }
  return played
}

async function playAct(options: RecoveryDemoOptions, stage: Stage, act: Act): Promise<Played> {
  const began = performance.now()
  const before = await look(stage)
  await setStage(stage, act)
  const opened = await open(stage)
  const input = await inputOf(opened, act)
  const watching = options.watch(act, () => opened.clock.now())
  try {
    const detach = AbortSignal.any([watching.detach, options.signal])
    const ran = await startRecovery(opened.desk, input, opened.world, {
      ...watching,
      detach,
      onRun: (run) => watching.begin(run, []),
    })
    const view = viewOf(ran, watching.live, opened.clock.now())
    return {act, view, seen: since(before, await look(stage, fencedAt(ran)), opened), seconds: (performance.now() - began) / 1000}
  } finally {
    watching.close()
  }
}

async function open({where}: Stage): Promise<Opened> {
  const config = stackOfDemo()
  return {...(await openRecovery({config, sandbox: where.sandbox, env: where.env}, 'make-state')), config}
}

const viewOf = ({run, events}: RecoveryRan, live: Live, now: number): RecoveryView => recoveryView(events, {...live, run}, now)

/** Written down in peace, as `dr check` and the hourly function do: a dead Region can't be asked. */
async function rememberSize(stage: Stage): Promise<void> {
  const opened = await open(stage)
  const {
    sides: {home},
  } = await lookAround(opened)
  if (home !== null)
    await patiently(opened.clock, () => keepCapacity(opened.world, opened.place, home, {now: opened.clock.now(), by: opened.arn}))
}

async function setStage(stage: Stage, {before}: Act): Promise<void> {
  switch (before) {
    case 'home-dies':
      return void (await stage.ask('POST', 'faults', {kind: 'region-down', region: stage.where.region}))
    case 'home-returns':
      return void (await stage.ask('DELETE', 'faults?kind=region-down'))
    case 'night':
      return backedUp(stage)
    case null:
  }
}

/** The backup plan's nightly run: a snapshot at home, its copy in the other Region. */
async function backedUp(stage: Stage): Promise<void> {
  await stage.ask('POST', 'backup', {})
  const {world, place} = await open(stage)
  await until(
    'no recovery point came to the other Region',
    async () => (await world.database.recoveryPoints(place.recovery, place.vault, place.database)).length > 0,
  )
}

async function inputOf(opened: Opened, {name}: Act): Promise<RecoveryInput> {
  const around = await lookAround(opened)
  switch (name) {
    case 'unplanned':
      return promoteInput(opened, around, {
        mode: 'unplanned',
        acceptLossMs: acceptedLossMs,
        acceptUnknownLoss: false,
        lastAnswerAt: null,
      })
    case 'planned':
      return promoteInput(opened, around, {mode: 'planned', acceptLossMs: null, acceptUnknownLoss: false, lastAnswerAt: null})
    case 'failback':
    case 'back':
      return failbackInput(opened, around)
    case 'drill':
      return drillInputOf(opened, around, {withoutPrimary: false, clean: false})
  }
}

// ── what the data plane saw ──

interface Counter {
  readonly acknowledged: number
  readonly lostCount: number
}
interface Flow {
  readonly counts: {readonly sent: number; readonly answered2xx: number; readonly open: number; readonly skipped: number} | null
}
interface Calls {
  readonly calls: readonly {readonly region: string; readonly count: number}[]
}
interface Look {
  readonly counter: Counter
  readonly sent: number
  readonly answered: number
  readonly calls: Calls['calls']
}

/** `callsSince`: virtual epoch ms. */
async function look({ask}: Stage, callsSince = Number.MAX_SAFE_INTEGER): Promise<Look> {
  const [counter, {traffic}, {calls}] = await Promise.all([
    ask<Counter>('GET', 'counter'),
    ask<{readonly traffic: readonly Flow[]}>('GET', 'traffic'),
    ask<Calls>('GET', `calls?since=${callsSince}`),
  ])
  const sum = (of: (counts: NonNullable<Flow['counts']>) => number): number =>
    traffic.reduce((all, {counts}) => all + (counts === null ? 0 : of(counts)), 0)
  return {
    counter,
    sent: sum(({sent, open: unanswered}) => sent - unanswered),
    answered: sum(({answered2xx}) => answered2xx),
    calls,
  }
}

function since(before: Look, after: Look, {place}: Opened): Seen {
  const requestsSent = after.sent - before.sent
  const callsTo = (region: string): number =>
    after.calls.reduce((sum, call) => sum + (call.region === region ? call.count : 0), 0)
  return {
    lostRows: after.counter.lostCount - before.counter.lostCount,
    rowsWritten: after.counter.acknowledged - before.counter.acknowledged,
    requestsSent,
    requestsFailed: Math.max(0, requestsSent - (after.answered - before.answered)),
    callsToHome: callsTo(place.home),
    callsToUsEast1: callsTo('us-east-1'),
  }
}

/** From when on nobody is fenced any more, virtual epoch ms. */
function fencedAt({events}: RecoveryRan): number {
  return events.find((event) => event.kind === 'step-ended' && event.data.step === 'fence')?.at ?? events[0]?.at ?? 0
}

/** Until rows arrive: then the replica has a heartbeat to be measured by, too. */
const counting = (stage: Stage): Promise<void> =>
  until('nobody could write a row', async () => (await stage.ask<Counter>('GET', 'counter')).acknowledged >= 30)

async function until(inVain: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await holds()) return
    await pause(100)
  }
  throw new Error(`the demo's stage isn't set: ${inVain}`)
}
