/**
 * A gate's reading in the shape a person reads: two rates, the limit, and one position between harm and fit. Never decides
 * anything: the verdict is the judge's.
 */
import type {GateReading} from '../runbooks/engine/event.ts'

export interface Counted {
  readonly requests: number
  readonly bad: number
  /** bad ÷ requests; null when nothing was counted. */
  readonly rate: number | null
}

export interface GateView {
  readonly gate: string
  readonly verdict: 'pass' | 'fail' | 'need-data'
  readonly reason: string
  readonly canary: Counted
  readonly stable: Counted
  /** Fraction of requests that may be bad. */
  readonly limit: number
  /** 0 is proven harm, 1 proven fitness, 0.5 nothing known yet. */
  readonly position: number
  readonly etaMinutes: number | null
  readonly curve: {readonly canary: readonly number[]; readonly stable: readonly number[]}
  readonly unanswered: number
  /** Chance alone does this less often than once in so many releases; null while harm isn't proven by evidence. */
  readonly oddsOneIn: number | null
  /** Once in so many releases chance may: 1/alpha. */
  readonly oddsLimitOneIn: number
}

export function gateView(reading: GateReading): GateView {
  const harm = fraction(reading.logHarm, reading.logHarmLimit)
  const fit = fraction(reading.logFit, reading.logFitLimit)
  const position = {pass: 1, fail: 0, 'need-data': 0.5 + fit / 2 - harm / 2}[reading.verdict]
  return {
    gate: reading.gate,
    verdict: reading.verdict,
    reason: reading.reason,
    canary: counted(reading.canary),
    stable: counted(reading.stable),
    limit: reading.budget,
    position,
    etaMinutes: reading.etaMinutes,
    curve: reading.curve,
    unanswered: reading.unanswered?.canary ?? 0,
    oddsOneIn: harm >= 1 ? Math.exp(Math.min(reading.logHarm, 30)) : null,
    oddsLimitOneIn: Math.exp(reading.logHarmLimit),
  }
}

/** How many times worse the canary is than stable; null when one of them can't be told or stable has no bad request. */
export function timesWorse(gate: GateView): number | null {
  const [canary, stable] = [gate.canary.rate, gate.stable.rate]
  return canary === null || stable === null || stable === 0 ? null : canary / stable
}

/** Minutes until every open gate is expected to pass; null when one of them can't tell, 0 when none is open. */
export function etaMinutes(gates: readonly GateView[]): number | null {
  const open = gates.filter(({verdict}) => verdict === 'need-data').map((gate) => gate.etaMinutes)
  return open.some((eta) => eta === null) ? null : Math.max(0, ...open.map((eta) => eta ?? 0))
}

function counted({requests, bad}: {readonly requests: number; readonly bad: number}): Counted {
  return {requests, bad, rate: requests > 0 ? bad / requests : null}
}

function fraction(evidence: number, proof: number): number {
  const part = evidence / proof
  return Number.isNaN(part) ? 0 : Math.min(1, Math.max(0, part))
}
