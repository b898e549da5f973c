/**
 * The sentence beside a verdict: what was counted, against what, and how sure that is, in a release engineer's words. Odds are
 * rounded so that what is said is never stronger than what is known. Decides nothing.
 */
import type {AtShare} from './eta.ts'
import type {Count, PairedMinute} from './counts.ts'
import type {GateSettings} from './settings.ts'
import {fraction, noCount, sum} from './counts.ts'

/** Why a minute failed, with the counts that say so: totals for evidence, that minute's own otherwise. */
export type Failure = {readonly position: number; readonly canary: Count; readonly stable: Count} & (
  {readonly kind: 'evidence'; readonly logHarm: number} | {readonly kind: 'dead' | 'ceiling'}
)

export interface Findings {
  readonly settings: GateSettings
  readonly verdict: 'pass' | 'fail' | 'need-data'
  readonly failure: Failure | null
  readonly canary: Count
  readonly stable: Count
  readonly recent: readonly PairedMinute[]
  readonly minutesWithTraffic: number
  readonly logBudget: number
  readonly logNoWorse: number
  readonly eta: number | null
  readonly etaAtTwice: AtShare | null
}

export function reasonFor(findings: Findings): string {
  const {failure, verdict, settings} = findings
  if (failure !== null) return failed(failure, settings)
  return verdict === 'pass' ? passed(findings) : needed(findings)
}

function failed(failure: Failure, settings: GateSettings): string {
  const counts = against(failure.canary, failure.stable)
  switch (failure.kind) {
    case 'evidence':
      return (
        counts
        + worse(failure.canary, failure.stable)
        + `; chance alone under 1 in ${odds(failure.logHarm)}${limit(settings.alpha)}`
      )
    case 'dead':
      return `in minute ${failure.position}: ${counts}; over 50 % in one minute fails at once`
    case 'ceiling':
      return `in minute ${failure.position}: ${counts}; over ${percent(settings.ceiling)} in two minutes running fails at once`
  }
}

function passed({settings, canary, stable, logBudget, logNoWorse}: Findings): string {
  if (logBudget >= logNoWorse) {
    const sure = `one outside it would look so good under 1 time in ${odds(logBudget)}${limit(settings.beta)}`
    return `canary ${share(canary)}: within the budget of ${percent(settings.budget)}; ${sure}`
  }
  const sure = `one that much worse would look so good under 1 time in ${odds(logNoWorse)}${limit(settings.beta)}`
  return `${against(canary, stable)}: less than ${settings.ratio}× worse; ${sure}`
}

function needed(findings: Findings): string {
  const {settings, canary, stable, recent, minutesWithTraffic, eta} = findings
  if (canary.requests === 0) return recent.length === 0 ? 'no settled minute yet' : 'the canary has had no requests yet'
  const perMinute = recent.reduce((all, minute) => sum(all, minute.canary), noCount).requests / recent.length
  const counts = against(canary, stable)
  if (perMinute === 0) return `${counts}: too little to tell, and no canary requests in the last ${recent.length} min`
  const isFit = Math.max(findings.logBudget, findings.logNoWorse) >= -Math.log(settings.beta)
  const enough = `${minutesWithTraffic} of at least ${settings.minMinutes} min with canary traffic`
  const so = isFit ? `fit so far, ${enough}` : 'too little to tell'
  if (eta === null) return `${counts}: ${so}, and at these rates it would not pass`
  const rate = `${grouped(Math.round(perMinute))} requests/min`
  return `${counts}: ${so}; ~${grouped(eta)} min more at ${rate}${shorter(eta, findings.etaAtTwice)}`
}

function shorter(eta: number, twice: AtShare | null): string {
  if (twice === null || twice.minutes >= eta) return ''
  return `, ~${grouped(twice.minutes)} min at ${Math.round(twice.share)} %`
}

const limit = (chance: number): string => ` (limit 1 in ${odds(-Math.log(chance))})`

const against = (canary: Count, stable: Count): string => `canary ${share(canary)} against stable ${share(stable)}`

function share(count: Count): string {
  if (count.requests === 0) return 'without requests'
  return `${percent(fraction(count))} (${grouped(count.bad)} of ${grouped(count.requests)})`
}

function worse(canary: Count, stable: Count): string {
  if (stable.bad === 0) return ''
  const ratio = fraction(canary) / fraction(stable)
  return `: ${ratio < 10 ? ratio.toFixed(1) : grouped(Math.round(ratio))}× worse`
}

function percent(of: number): string {
  const value = 100 * of
  if (value === 0) return '0 %'
  if (value < 0.01) return `${value.toPrecision(2)} %`
  return `${value >= 10 ? Number(value.toFixed(1)) : value.toFixed(2)} %`
}

/** e^log, rounded down to two digits: 5,743 is said as 5,700. */
function odds(log: number): string {
  if (log > Math.log(1e9)) return '1,000,000,000'
  const value = Math.exp(log) * (1 + 1e-12)
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1)
  return grouped(Math.floor(value / unit) * unit)
}

const grouped = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')
