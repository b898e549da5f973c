/**
 * What is made once: an AWS call that isn't the same when made twice, a POST. The journal says that it was begun before it is made, and
 * that it was made after its answer; when only the first is there, nobody knows, and it is never made again without a person's word. Pure.
 */
import {isSameTwice, allowedChanges} from '../../../config/runbook-calls.ts'
import type {OwnStep} from '../../../config/runbook.ts'
import {minutes} from '../../engine/clock.ts'
import type {Event, Facts} from '../../engine/event.ts'
import {runState} from '../../engine/run-state.ts'
import type {Done, Failed, StepContext} from '../../engine/step.ts'
import {answersTo} from './answers.ts'

/** The service that takes a token remembers it for a while; after that the same one makes a second call. */
const tokenMs = minutes(8 * 60)

/** How sure a second call is: the same by itself, the same for as long as its token is known, or another one. */
export type Twice = 'same' | 'same-token' | 'another'

export function twiceOf(does: OwnStep['does']): Twice {
  if (does.kind === 'http') return does.method === 'POST' && !does.repeatable ? 'another' : 'same'
  if (does.kind !== 'change') return 'same'
  const {service, action, input} = does.call
  if (!isSameTwice(service, action, input)) return 'another'
  return (allowedChanges[`${service}:${action}`]?.token ?? null) === null ? 'same' : 'same-token'
}

/** The fact that says that the answer came. */
export const made: Facts = {made: true}
export const isMade = (own: Facts): boolean => own['made'] === true

/**
 * Asked before it is made: null when it may be. Otherwise what a person said of it, or that somebody has to. What AWS refused wasn't made:
 * whoever resumes after that means it to be made.
 */
export function standing(id: string, twice: Twice, context: StepContext): Done | Failed | null {
  const {events, own, now, startedAt, run} = context
  if (twice === 'same' || isMade(own) || typeof own['refused'] === 'string') return null
  const began = lastStart(id, events)
  if (began === null || (twice === 'same-token' && now - startedAt < tokenMs)) return null
  const word = answersTo(id, events).findLast(
    ({accepts, seq}) => accepts['done'] === true || (accepts['again'] === true && seq > began),
  )
  if (word?.accepts['again'] === true) return null
  if (word !== undefined) {
    const {by, at, accepts} = word
    return {kind: 'done', facts: {...made, by, at, evidence: accepts['evidence'] ?? null}, note: `made, says ${by}`}
  }
  return {kind: 'failed', then: 'pause', because: unsureWords(id, run)}
}

/** Whether a person may say of a step that it was made, or that it shall be made again. */
export function isUnsure({id, does}: OwnStep, events: readonly Event[]): boolean {
  const {steps, facts} = runState(events)
  const own = facts.get(id) ?? {}
  return twiceOf(does) !== 'same' && steps.get(id)?.kind === 'started' && !isMade(own) && typeof own['refused'] !== 'string'
}

const unsureWords = (id: string, run: string): string =>
  `${id} may have been made already, and its answer didn't come. Look, then say: sluice runbook resume ${run} --done ${id} --evidence TEXT, or --again ${id}`

/** Number of the event with which it was begun last; null: it wasn't. */
function lastStart(id: string, events: readonly Event[]): number | null {
  const planned = events.findLast(({kind}) => kind === 'planned')?.seq ?? 0
  const start = events.findLast((event) => event.kind === 'step-started' && event.data.step === id)
  return start === undefined || start.seq < planned ? null : start.seq
}
