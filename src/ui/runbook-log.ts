/**
 * A run of a runbook while it happens: one line per change of state, what a person has to do in full with the command that
 * answers, and once a minute what is still waited for. The same on a terminal and in a log:
 * instructions are to be scrolled back to. Never prompts.
 */
import type {Event} from '../runbooks/engine/event.ts'
import type {RunbookInput} from '../runbooks/custom/input.ts'
import {duration, oneLine, printable, timeOfDay} from './format.ts'
import {recoveryEventLines} from './recovery-log.ts'
import type {Renderer} from './renderer.ts'
import {runbookView} from './runbook-view.ts'
import {wrapped} from './styled-line.ts'

export interface RunbookLog extends Renderer {
  /** The run that is watched, with the events it had before. */
  begin(run: string, input: Pick<RunbookInput, 'runbook'>, known: readonly Event[]): void
  /** What a step waits for. */
  shown(step: string, data: unknown, now: number): void
}

const everyMs = 60_000

export function runbookLog(write: (text: string) => void): RunbookLog {
  let watched: {readonly run: string; readonly input: Pick<RunbookInput, 'runbook'>} | null = null
  let told = 0
  const said = new Map<string, {readonly text: string; readonly at: number}>()
  const say = (at: number, line: string): void => write(`${timeOfDay(at)} ${oneLine(line)}\n`)
  return {
    begin(run, input, known) {
      watched = {run, input}
      told = known.length
    },
    shown(step, data, now) {
      const {waitsFor} = data as {readonly waitsFor?: string}
      const before = said.get(step)
      if (
        watched === null
        || waitsFor === undefined
        || waitsFor === before?.text
        || (before !== undefined && now - before.at < everyMs)
      )
        return
      said.set(step, {text: waitsFor, at: now})
      const answer = runbookView(watched.run, watched.input, [], now).runbook.steps.find(({id}) => id === step)?.does.kind
      if (answer !== 'manual' && answer !== 'approval') return say(now, `${step}: waiting for ${waitsFor}`)
      say(now, `${step}: NEEDS ${answer === 'manual' ? 'A PERSON' : 'A YES'}`)
      for (const line of waitsFor
        .replace(/^a person: /, '')
        .split('\n')
        .flatMap((one) => wrapped(printable(one), 100)))
        write(`          ${line}\n`)
      const command = answer === 'manual' ? `--done ${step} --evidence TEXT` : `--approve ${step}`
      write(`          from any machine:\n          sluice runbook resume ${watched.run} ${command}\n`)
    },
    update(events, _live, now) {
      if (watched === null) return
      for (; told < events.length; told += 1) {
        const event = events[told]!
        if (event.kind === 'planned')
          say(event.at, `${watched.run} ${watched.input.runbook.name}: ${event.data.steps.length} steps`)
        else for (const line of recoveryEventLines(events, told, {})) say(event.at, line)
      }
      const begun = events.findLast(({kind}) => kind === 'step-started')?.at ?? now
      const last = Math.max(begun, ...[...said.values()].map(({at}) => at), events.at(-1)?.at ?? 0)
      const running = runbookView(watched.run, watched.input, events, now).steps.filter(({state}) => state === 'running')
      if (events.length === 0 || now - last < everyMs || running.length === 0) return
      for (const {id, startedAt} of running) {
        const waits = said.get(id)
        say(
          now,
          `still at it: ${id} ${duration(now - (startedAt ?? now))}${waits === undefined ? '' : ` (${oneLine(waits.text)})`}`,
        )
        said.set(id, {text: waits?.text ?? '', at: now})
      }
    },
    close() {
      said.clear()
    },
  }
}
