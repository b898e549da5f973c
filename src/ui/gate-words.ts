/** Gates in one line of words, the same in a CI log, a timeline and a summary. Pure. */
import {counted, limit, rate} from './format.ts'
import type {GateView} from './gate-view.ts'

/** `errors 0.09 % (stable 0.11 %, limit 0.5 %), slow 0.38 % (…), 1,812 canary requests`. */
export function gateRates(gates: readonly GateView[]): string {
  const rates = gates.map(
    (gate) => `${gate.gate} ${rate(gate.canary.rate)} (stable ${rate(gate.stable.rate)}, limit ${limit(gate.limit)})`,
  )
  return [...rates, counted(Math.max(0, ...gates.map(({canary}) => canary.requests)), 'canary request')].join(', ')
}

/** `errors fit, slow needs ~3 min more`. */
export const gateProgress = (gates: readonly GateView[]): string => gates.map(progress).join(', ')

function progress(gate: GateView): string {
  switch (gate.verdict) {
    case 'pass':
      return `${gate.gate} fit`
    case 'fail':
      return `${gate.gate} harmful`
    case 'need-data':
      return gate.etaMinutes === null ? `${gate.gate} undecided` : `${gate.gate} needs ~${Math.ceil(gate.etaMinutes)} min more`
  }
}
