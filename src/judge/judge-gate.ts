/**
 * The verdict of one gate: counts in, one of three answers out. Looks at the fail rule after every minute, in order, so that
 * the answer never depends on when somebody looked; a fail is never undone by later minutes, a pass is. Must never take
 * anything but counts (no clock, no earlier verdict), and never calls missing data good or bad.
 */
import type {Count, PairedMinute} from './counts.ts'
import type {BettingEvidence} from './betting-evidence.ts'
import type {GateSettings} from './settings.ts'
import type {GateVerdict} from './gate-verdict.ts'
import type {Failure} from './reason.ts'
import {bettingEvidence} from './betting-evidence.ts'
import {fraction, noCount, sum} from './counts.ts'
import {measuredDispersion} from './dispersion.ts'
import {minutesToPass, twiceTheShare} from './eta.ts'
import {logWithinBudget, noWorse} from './fitness.ts'
import {logMeanExp} from './log-mean-exp.ts'
import {plainlyBad} from './plainly-bad.ts'
import {reasonFor} from './reason.ts'
import {temperedEvidence} from './tempered-evidence.ts'

export interface JudgeOptions {
  /** 0-based position of the first minute that counts toward `minMinutes`. A release counts them within its present step. */
  readonly passFrom?: number
}

/** A gate being judged minute by minute: a forecast looks after every one. */
export interface GateJudge {
  add(minute: PairedMinute): void
  /** The bare answer, without its sentence and estimate: cheap. */
  answer(): GateVerdict['verdict']
  verdict(): GateVerdict
}

/** Mixed evidence needs stable's errors to have shown how they come: this many of them, and this many minutes. */
const badToKnowBursts = 50
const minutesToKnowBursts = 5
/** Minutes over which the present request rate is taken. */
const rateMinutes = 5
/** Slack in logarithms for the cheap bound, far above rounding. */
const rounding = 1e-6

/** `history`: stable's minutes before the release, oldest first. */
export function judgeGate(
  settings: GateSettings,
  history: readonly Count[],
  minutes: readonly PairedMinute[],
  options: JudgeOptions = {},
): GateVerdict {
  const judge = gateJudge(settings, history, options)
  for (const minute of minutes) judge.add(minute)
  return judge.verdict()
}

/** Evidence of harm by the gate's method; the two halves of `mixed` and `pooled` weigh the same. */
function harmEvidence(settings: GateSettings, history: readonly Count[]): BettingEvidence & {dispersion(): number} {
  const betting = bettingEvidence(settings.tolerance)
  const tempered = temperedEvidence(settings.tolerance)
  const dispersion = measuredDispersion(history, settings.method === 'pooled' ? 'none' : 'largest')
  const mayMix = settings.method !== 'betting' && history.reduce((bad, count) => bad + count.bad, 0) >= badToKnowBursts
  let position = 0
  const mixes = (): boolean => mayMix && position >= minutesToKnowBursts
  return {
    add(minute) {
      position++
      betting.add(minute)
      dispersion.add(minute.stable)
      if (mayMix) tempered.add(minute)
    },
    log: () => (mixes() ? logMeanExp([betting.log(), tempered.log(dispersion.value())]) : betting.log()),
    atMost: () => (mixes() ? Math.max(betting.atMost(), tempered.atMost(dispersion.value())) : betting.atMost()),
    parts: () => betting.parts(),
    dispersion: () => dispersion.value(),
  }
}

export function gateJudge(settings: GateSettings, history: readonly Count[], {passFrom = 0}: JudgeOptions = {}): GateJudge {
  const harm = harmEvidence(settings, history)
  const fit = noWorse(settings.ratio)
  const failsAt = -Math.log(settings.alpha)
  const recent: PairedMinute[] = []
  let position = 0
  let minutesWithTraffic = 0
  let canary = noCount
  let stable = noCount
  let failure: Failure | null = null

  const failureOf = (before: PairedMinute | undefined, minute: PairedMinute): Failure | null => {
    const excess = fraction(canary) - settings.tolerance * fraction(stable)
    // The exact evidence costs forty exponentials; most minutes are nowhere near the limit.
    if (excess >= settings.floor && harm.atMost() >= failsAt - rounding) {
      const logHarm = harm.log()
      if (logHarm >= failsAt) return {kind: 'evidence', position, canary, stable, logHarm}
    }
    const plain = plainlyBad(settings.ceiling, before, minute)
    return plain === null ? null : {kind: plain.kind, position, canary: minute.canary, stable: minute.stable}
  }

  const answer = (): GateVerdict['verdict'] => {
    if (failure !== null) return 'fail'
    if (minutesWithTraffic < settings.minMinutes) return 'need-data'
    return Math.max(logWithinBudget(settings.budget, canary), fit.log()) >= -Math.log(settings.beta) ? 'pass' : 'need-data'
  }

  return {
    answer,
    add(minute) {
      const before = recent.at(-1)
      position++
      harm.add(minute)
      fit.add(minute)
      canary = sum(canary, minute.canary)
      stable = sum(stable, minute.stable)
      if (position > passFrom && minute.canary.requests > 0) minutesWithTraffic++
      recent.push(minute)
      if (recent.length > rateMinutes) recent.shift()
      failure ??= failureOf(before, minute)
    },
    verdict() {
      const logBudget = logWithinBudget(settings.budget, canary)
      const logNoWorse = fit.log()
      const verdict = answer()
      const present = {settings, canary, stable, betting: harm.parts(), noWorse: fit.parts(), recent, minutesWithTraffic}
      const eta = verdict === 'need-data' ? minutesToPass(present) : null
      const etaAtTwice = verdict === 'need-data' ? twiceTheShare(present) : null
      return {
        verdict,
        failedAt: failure?.position ?? null,
        logHarm: harm.log(),
        logWithinBudget: logBudget,
        logNoWorse,
        dispersion: harm.dispersion(),
        reason: reasonFor({...present, verdict, failure, logBudget, logNoWorse, eta, etaAtTwice}),
        eta: eta === null ? null : {minutes: eta},
      }
    },
  }
}
