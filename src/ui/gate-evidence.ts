/** A gate's numbers for someone who has to believe them: both rates with their counts, and how likely chance alone is. Pure. */
import {count, counted, limit, rate, trimmed} from './format.ts'
import type {Counted, GateView} from './gate-view.ts'
import {timesWorse} from './gate-view.ts'

/** Lines without indentation; the first one holds the rates. */
export function gateEvidence(gate: GateView): readonly string[] {
  const times = timesWorse(gate)
  const worse =
    times !== null && times >= 1.5 && gate.verdict === 'fail' ? `   ${times >= 10 ? count(times) : trimmed(times, 1)}× worse` : ''
  return [
    `canary ${of(gate.canary)}   stable ${of(gate.stable)}${worse}`,
    gate.verdict === 'fail'
      ? proof(gate)
      : `limit ${limit(gate.limit)}; ${gate.verdict}${gate.reason === '' ? '' : `: ${gate.reason}`}`,
    ...(gate.unanswered > 0
      ? [`${count(gate.unanswered)} of the ${counted(gate.canary.bad, 'bad request')} were never answered`]
      : []),
  ]
}

function of({rate: fraction, bad, requests}: Counted): string {
  return `${rate(fraction)} (${count(bad)} of ${count(requests)})`
}

function proof(gate: GateView): string {
  if (gate.oddsOneIn === null) return `limit ${limit(gate.limit)}; ${gate.reason}`
  return `the odds that chance alone did this: under 1 in ${rounded(gate.oddsOneIn)} (limit 1 in ${count(gate.oddsLimitOneIn)})`
}

/** Rounded down to one leading digit: odds are never said better than they are. */
function rounded(n: number): string {
  if (n >= 1e9) return 'a billion'
  if (n >= 1e6) return 'a million'
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, n)))
  return count(Math.floor(n / unit + 1e-9) * unit)
}
