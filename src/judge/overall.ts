/** One answer for several gates: a fail outweighs everything, then missing data; a pass needs every gate's. */
import type {GateVerdict} from './gate-verdict.ts'

export function overall(verdicts: readonly Pick<GateVerdict, 'verdict'>[]): GateVerdict['verdict'] {
  if (verdicts.some(({verdict}) => verdict === 'fail')) return 'fail'
  return verdicts.length > 0 && verdicts.every(({verdict}) => verdict === 'pass') ? 'pass' : 'need-data'
}
