/**
 * A run as a log: one line per change of state, with its UTC time, and a heartbeat when a minute of run time passed in silence.
 * For CI, pipes and `TERM=dumb`. Never an escape code, never a line taken back. A run joined late is told from its beginning.
 */
import type {Event} from '../runbooks/engine/event.ts'
import {eventLines} from './event-lines.ts'
import {duration, oneLine, timeOfDay} from './format.ts'
import {gateProgress} from './gate-words.ts'
import type {Live} from './live.ts'
import type {ReleaseView} from './release-view.ts'
import {releaseView} from './release-view.ts'
import type {Renderer} from './renderer.ts'

const heartbeatMs = 60_000

export function linesRenderer(write: (text: string) => void): Renderer {
  let told = 0
  let spokenAt: number | null = null
  return {
    update(events, live, now) {
      for (; told < events.length; told += 1) {
        for (const line of eventLines(events, told)) {
          const at = events[told]!.at
          write(`${timeOfDay(at)} ${line}\n`)
          spokenAt = Math.max(spokenAt ?? at, at)
        }
      }
      if (spokenAt === null || now - spokenAt < heartbeatMs) return
      const line = heartbeat(events, live, now)
      if (line === null) return
      write(`${timeOfDay(now)} ${line}\n`)
      spokenAt = now
    },
    close() {},
  }
}

/** What goes on at this moment; null when the run has ended. */
export function heartbeat(events: readonly Event[], live: Live, now: number): string | null {
  const view = releaseView(events, live, now)
  if (view.state === 'paused') return oneLine(`paused: ${view.because}${goesHome(view)}`)
  const line = view.lines.findLast(({state}) => state === 'running')
  if (line === undefined) return null
  const baking = line.runningStep?.startsWith('bake-') === true
  const judged = line.gates.length > 0 ? gateProgress(line.gates) : (line.waitsFor ?? 'no minute judged yet')
  const doing = baking ? `baking, ${judged}` : (line.waitsFor ?? 'under way')
  return oneLine(`${line.label}: ${doing}, ${duration(line.durationMs ?? 0)} so far`)
}

function goesHome({deadMansSwitch: {dueAt}}: ReleaseView): string {
  return dueAt === null ? '' : `; traffic goes home at ${timeOfDay(dueAt)}`
}
