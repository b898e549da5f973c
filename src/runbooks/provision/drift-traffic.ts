/**
 * Whether what releases work on is as it should be: a live rule with all weight on the slot that serves, and both slots there.
 * What a release moves by design (counts, task definitions, weights while it runs) is never drift. Pure.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import type {DriftRow} from './read-drift.ts'
import type {Traffic} from './read-status.ts'
import type {ReleaseStanding} from './release-standing.ts'

export interface TrafficDrift {
  readonly differs: readonly DriftRow[]
  readonly ignored: readonly {readonly path: string; readonly property: string; readonly because: string}[]
}

/** `releases`: null in the recovery Region, where slot a follows every promotion. */
export function trafficDrift(
  config: StackConfig,
  region: string,
  {weights, slots}: Traffic,
  releases: ReleaseStanding | null,
): TrafficDrift {
  const row = (path: string, type: string, change: Pick<DriftRow, 'kind' | 'properties'>): DriftRow => ({
    stack: `main@${region}`,
    region,
    path,
    type,
    physicalId: '',
    ...change,
  })
  // Without a first image no slots are made.
  const wanted = config.firstImage !== '' || slots.a !== null || slots.b !== null
  if (weights === null && !wanted) return {differs: [], ignored: []}
  const gone = {kind: 'deleted', properties: []} as const
  const missing = (['a', 'b'] as const)
    .filter((slot) => wanted && (slots[slot] === null || slots[slot].status !== 'ACTIVE'))
    .map((slot) => row(`slot-${slot}`, 'AWS::ECS::Service', gone))
  if (weights === null)
    return {differs: [row('live-rule', 'AWS::ElasticLoadBalancingV2::ListenerRule', gone), ...missing], ignored: []}
  const standing = releases ?? {kind: 'quiet', home: 'a'}
  if (standing.kind === 'open') {
    return {differs: missing, ignored: [{path: 'live-rule', property: 'Weights', because: standing.because}]}
  }
  const total = weights.a + weights.b
  const home = total > 0 && weights[standing.home] === total
  const expected = standing.home === 'a' ? 'a 100 / b 0' : 'a 0 / b 100'
  const moved = row('live-rule', 'AWS::ElasticLoadBalancingV2::ListenerRule', {
    kind: 'modified',
    properties: [{path: 'Weights', expected, actual: `a ${weights.a} / b ${weights.b}`}],
  })
  return {differs: [...(home ? [] : [moved]), ...missing], ignored: []}
}
