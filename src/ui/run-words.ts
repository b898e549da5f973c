/**
 * What every log says in the same words, whatever kind of run it tells of: who has it, what it goes on with, how it ended. Pure.
 */
import type {EventOf} from '../runbooks/engine/event.ts'
import {duration} from './format.ts'

export const leaseLost = ({data}: EventOf<'lease-lost'>): string => `LEASE LOST to ${data.to}: nothing more is started here`

/** `why` brings its own separator. */
export const goesOn = (plan: string, why: string): string => `going on with ${plan}${why}`

export const reason = (because: string | undefined): string => (because === undefined || because === '' ? '' : `: ${because}`)

interface End {
  readonly outcome: string
  /** In words; a release names it. */
  readonly cause?: string | undefined
  readonly because: string
  readonly tookMs: number
}

/** `ROLLED BACK (verdict) after 12 min 4 s: errors …` */
export function endWords({outcome, cause, because, tookMs}: End): string {
  const named = cause === undefined ? '' : ` (${cause})`
  return `${outcome.toUpperCase().replace('-', ' ')}${named} after ${duration(tookMs)}${reason(because)}`
}
