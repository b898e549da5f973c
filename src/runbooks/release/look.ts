/** One look of the judge at a release: every gate's verdict over the settled minutes, with the numbers people see. Pure. */
import type {Gate} from '../../config/release-config.ts'
import type {PairedMinute} from '../../judge/counts.ts'
import type {GateVerdict} from '../../judge/gate-verdict.ts'
import {judgeGate} from '../../judge/judge-gate.ts'
import type {GateReading} from '../engine/event.ts'
import {historyCounts, pairedMinutes, unansweredPerMinute} from './measure.ts'
import type {CountedMinute, Slot} from './ports.ts'

export interface Look {
  readonly verdict: 'pass' | 'fail' | 'need-data'
  readonly gates: readonly GateReading[]
  readonly reason: string
  /** 1-based judged minute of the first failing gate, else the number of judged minutes. */
  readonly minute: number
  readonly failing: GateReading | null
}

interface Seen {
  readonly gates: readonly Gate[]
  readonly history: readonly CountedMinute[]
  /** Judged minutes of the run, oldest first. */
  readonly minutes: readonly CountedMinute[]
  readonly canary: Slot
  readonly stable: Slot
  /** 0-based index of the first minute of the present step. */
  readonly stepFrom: number
  /** Names of the gates whose pass is needed here; left out: all. Any gate can fail. */
  readonly needed?: readonly string[] | undefined
}

export function look(seen: Seen): Look {
  const judged = seen.gates.map((gate) => {
    const pairs = pairedMinutes(gate, seen.minutes, seen.canary, seen.stable)
    const verdict = judgeGate(gate.settings, historyCounts(gate, seen.history), pairs, {passFrom: seen.stepFrom})
    return {gate, verdict, reading: readingOf(gate, verdict, pairs, seen)}
  })
  const failing = judged
    .filter((one) => one.verdict.verdict === 'fail')
    .toSorted((x, y) => (x.verdict.failedAt ?? 0) - (y.verdict.failedAt ?? 0))[0]
  const waiting = judged.filter((one) => one.verdict.verdict === 'need-data' && (seen.needed?.includes(one.gate.name) ?? true))
  const gates = judged.map((one) => one.reading)
  if (failing !== undefined) {
    const minute = failing.verdict.failedAt ?? seen.minutes.length
    return {verdict: 'fail', gates, minute, failing: failing.reading, reason: `${failing.gate.name}: ${failing.verdict.reason}`}
  }
  const reason = (waiting.length > 0 ? waiting : judged).map((one) => `${one.gate.name}: ${one.verdict.reason}`).join('; ')
  return {verdict: waiting.length > 0 ? 'need-data' : 'pass', gates, minute: seen.minutes.length, failing: null, reason}
}

function readingOf(gate: Gate, verdict: GateVerdict, pairs: readonly PairedMinute[], seen: Seen): GateReading {
  const total = (side: 'canary' | 'stable'): GateReading['canary'] => ({
    requests: pairs.reduce((sum, pair) => sum + pair[side].requests, 0),
    bad: pairs.reduce((sum, pair) => sum + pair[side].bad, 0),
  })
  const unanswered = (slot: Slot): number =>
    unansweredPerMinute(seen.minutes.map((minute) => minute[slot])).reduce((sum, count) => sum + count, 0)
  return {
    gate: gate.name,
    verdict: verdict.verdict,
    reason: verdict.reason,
    canary: total('canary'),
    stable: total('stable'),
    budget: gate.settings.budget,
    logHarm: finite(verdict.logHarm),
    logHarmLimit: Math.log(1 / gate.settings.alpha),
    logFit: finite(Math.max(verdict.logWithinBudget, verdict.logNoWorse)),
    logFitLimit: Math.log(1 / gate.settings.beta),
    etaMinutes: verdict.eta?.minutes ?? null,
    curve: {canary: pairs.slice(-12).map((pair) => pair.canary.bad), stable: pairs.slice(-12).map((pair) => pair.stable.bad)},
    ...(gate.kind === 'errors' && {unanswered: {canary: unanswered(seen.canary), stable: unanswered(seen.stable)}}),
  }
}

/** JSON has no infinity; evidence this small means none at all. */
const finite = (log: number): number => Math.max(-1e6, log)
