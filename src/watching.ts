/**
 * What somebody at a terminal (or a CI log, or a pipe) has while a run is going on: a renderer on stderr, the journal as NDJSON
 * where asked for, and Ctrl-C. Once: the tick is finished and the run left to itself. Twice: out at once.
 */
import {createWriteStream} from 'node:fs'
import {ExitCode} from './errors.ts'
import type {Clock} from './runbooks/engine/clock.ts'
import type {Event, Facts, Wish} from './runbooks/engine/event.ts'
import type {Watching} from './runbooks/release/run-release.ts'
import {chooseRenderer, renderer} from './ui/choose-renderer.ts'
import type {Live} from './ui/live.ts'
import {idle, keysHint, press, pressesIn} from './ui/keys.ts'
import {eventsRenderer} from './ui/render-events.ts'
import type {Renderer} from './ui/renderer.ts'

export interface Watcher extends Watching {
  /** Events a run had before it was watched here. */
  begin(run: string, events: readonly Event[]): void
  /** Gives the terminal and the signals back. */
  close(): void
  readonly live: Live
}

/** What presses of keys mean, and what the last line of the picture says to them. */
export interface Keys {
  readonly hint: string
  /** The presses in what came in at once: one piece of text may be two keys, or a name that somebody pasted. */
  presses(typed: string): readonly string[]
  press(
    key: string,
    now: number,
    events: readonly Event[],
  ): {readonly hint: string; readonly wish: Wish | null; readonly accepts?: Facts; readonly interrupt: 'yes' | 'no'}
}

export interface WatchOptions {
  readonly clock: Pick<Clock, 'now'>
  /** FILE, or `-` for stdout. */
  readonly events: string | undefined
  readonly until: 'ended' | 'tidied'
  /** Instead of what fits the terminal. */
  readonly show?: Renderer
  /** Instead of a release's keys; with `show` there are none but these. */
  readonly keys?: Keys
  readonly env: NodeJS.ProcessEnv
  /** Writes a wish into the run's journal; left out: there are no keys. */
  readonly ask?: (run: string, wish: Wish, why: string, accepts?: Facts) => Promise<unknown>
  /** The command that goes on with a run that was left at once. */
  readonly goOn?: (run: string) => string
}

export function watcher({
  clock,
  events: eventsTo,
  until,
  show,
  keys = show === undefined ? releaseKeys() : undefined,
  env,
  ask,
  goOn,
}: WatchOptions): Watcher {
  const detach = new AbortController()
  const leave = new AbortController()
  const choice = chooseRenderer({isTTY: process.stderr.isTTY, env})
  const renderers = [show ?? renderer(choice, process.stderr, () => clock.now()), ...eventsRenderers(eventsTo)]
  let events: readonly Event[] = []
  let live: Live = {}
  const update = (): void => {
    for (const one of renderers) one.update(events, live, clock.now())
  }
  const interrupt = (): void => {
    if (detach.signal.aborted) {
      leave.abort(new Error('interrupted'))
      for (const one of renderers) one.close()
      const next = goOn === undefined || live.run === undefined ? null : goOn(live.run)
      process.stderr.write(
        next === null ? 'Left at once.\n' : `Left at once; what AWS has begun goes on. To go on with the run:\n  ${next}\n`,
      )
      process.exit(ExitCode.interrupted)
    }
    detach.abort(new Error('interrupted'))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const onKeys = (typed: Buffer): void => {
    for (const key of keys?.presses(typed.toString()) ?? []) onKey(key)
  }
  const onKey = (key: string): void => {
    if (keys === undefined) return
    const pressed = keys.press(key, performance.now(), events)
    live = {...live, hint: pressed.hint}
    if (pressed.interrupt === 'yes') interrupt()
    // A wish that can't be written now is said so, and the run goes on.
    if (pressed.wish !== null)
      ask?.(live.run ?? '', pressed.wish, 'key pressed', pressed.accepts).catch(
        (error: Error) => (live = {...live, hint: error.message}),
      )
    update()
  }
  const listens = keys !== undefined && choice.kind === 'tty' && process.stdin.isTTY && ask !== undefined
  if (listens) {
    live = {hint: keys.hint}
    process.stdin.setRawMode(true).on('data', onKeys).resume()
  }
  return {
    until,
    detach: detach.signal,
    leave: leave.signal,
    get live() {
      return live
    },
    begin(run, known) {
      live = {...live, run}
      events = known
      update()
    },
    onEvent(event) {
      // Of an older run's events only what is new counts.
      if (event.seq >= events.length) events = [...events, event]
      if (event.kind === 'step-started' || event.kind === 'rule-written') live = outlasting(live)
      update()
    },
    onLive(step, data) {
      live = {...live, ...(data as Live), step}
    },
    onTick: update,
    close() {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
      if (listens) process.stdin.off('data', onKeys).setRawMode(false).pause()
      for (const one of renderers) one.close()
    },
  }
}

/** What a step showed says nothing about the next one; but what is told of steps that run beside it stays true. */
const outlasting = ({run, hint, waits, loss}: Live): Live => ({
  ...(run !== undefined && {run}),
  ...(hint !== undefined && {hint}),
  ...(waits !== undefined && {waits}),
  ...(loss !== undefined && {loss}),
})

function releaseKeys(): Keys {
  let keyboard = idle
  return {
    hint: keysHint,
    presses: pressesIn,
    press(key, now) {
      const pressed = press(keyboard, key, now)
      keyboard = pressed.keyboard
      return pressed
    },
  }
}

function eventsRenderers(to: string | undefined): readonly Renderer[] {
  if (to === undefined) return []
  const stream = to === '-' ? process.stdout : createWriteStream(to, {flags: 'a'})
  return [eventsRenderer((text) => void stream.write(text))]
}
