/** A gate's numbers for someone who has to believe them: both rates with their counts, and how likely chance alone is. Pure. */
import {count, counted, rate, trimmed} from './format.ts'
import type {Counted, GateView} from './gate-view.ts'
import {timesWorse} from './gate-view.ts'

/** Lines without indentation. A fail is said with both rates and its odds; else the judge's own reason holds them. */
export function gateEvidence(gate: GateView): readonly string[] {
  if (gate.verdict !== 'fail') return [`${gate.verdict}: ${gate.reason}`]
  const times = timesWorse(gate)
  const worse = times !== null && times >= 1.5 ? `   ${times >= 10 ? count(times) : trimmed(times, 1)}× worse` : ''
  const unanswered = `${count(gate.unanswered)} of the ${counted(gate.canary.bad, 'bad request')} were never answered`
  return [
    `canary ${of(gate.canary)}   stable ${of(gate.stable)}${worse}`,
    gateProof(gate),
    ...(gate.unanswered > 0 ? [unanswered] : []),
  ]
}

function of({rate: fraction, bad, requests}: Counted): string {
  return `${rate(fraction)} (${count(bad)} of ${count(requests)})`
}

/** Why it fails, in one sentence: the odds where evidence decided, the judge's reason where it was plain to see. */
export function gateProof(gate: GateView): string {
  if (gate.oddsOneIn === null) return gate.reason
  return `odds that chance alone did this: under 1 in ${rounded(gate.oddsOneIn)} (limit 1 in ${count(gate.oddsLimitOneIn)})`
}

/** Rounded down to one leading digit: odds are never said better than they are. */
function rounded(n: number): string {
  if (n >= 1e9) return 'a billion'
  if (n >= 1e6) return 'a million'
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, n)))
  return count(Math.floor(n / unit + 1e-9) * unit)
}
