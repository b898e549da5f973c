/**
 * A weight isn't in force until requests show it. Pure: compares the share of requests counted on the canary with the weight
 * that was asked for.
 */
import {requestsOn} from './measure.ts'
import type {CountedMinute, Slot} from './ports.ts'

export type Share =
  | {readonly kind: 'agrees'; readonly share: number; readonly requests: number}
  | {readonly kind: 'differs'; readonly share: number; readonly requests: number}
  | {readonly kind: 'no-data'}

/** Fewer requests than this say nothing. */
const leastRequests = 20
/** Two percentage points: load balancer nodes take a new weight one after another. */
const slack = 0.02
/** Four standard deviations of a binomial share: chance alone leaves it about once in 16,000 looks. */
const deviations = 4

/** `weight` in 0..1; `minutes` are full minutes after the weight was read back. */
export function observedShare(minutes: readonly CountedMinute[], canary: Slot, weight: number): Share {
  const onCanary = requestsOn(canary, minutes)
  const requests = requestsOn('a', minutes) + requestsOn('b', minutes)
  if (requests < leastRequests) return {kind: 'no-data'}
  const share = onCanary / requests
  const tolerance = slack + deviations * Math.sqrt((weight * (1 - weight)) / requests)
  return {kind: Math.abs(share - weight) <= tolerance ? 'agrees' : 'differs', share, requests}
}
