/**
 * What needs no statistics: a canary that fails most of what it is given. Over 50 % in one minute, or over the ceiling in two
 * minutes running, while stable isn't in the same trouble. Must never act on fewer than 20 canary requests, nor when stable is
 * at least half as bad: that is an incident, not the release.
 */
import type {PairedMinute} from './counts.ts'
import {fraction} from './counts.ts'

const dead = 0.5
const enoughRequests = 20

export function isOver(limit: number, {canary, stable}: PairedMinute): boolean {
  const bad = fraction(canary)
  return canary.requests >= enoughRequests && bad >= limit && fraction(stable) < 0.5 * bad
}

export type PlainlyBad = {readonly kind: 'dead'} | {readonly kind: 'ceiling'}

/** `before`: the minute before in the list, whatever the gap. */
export function plainlyBad(ceiling: number, before: PairedMinute | undefined, minute: PairedMinute): PlainlyBad | null {
  if (isOver(dead, minute)) return {kind: 'dead'}
  if (before !== undefined && isOver(ceiling, before) && isOver(ceiling, minute)) return {kind: 'ceiling'}
  return null
}
