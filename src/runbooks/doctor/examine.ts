/**
 * Doctor: everything a release relies on, looked at and said in one tree. Reads only. Checks don't stop one another: what can't
 * be read is a finding too. Only without credentials is there nothing more to look at.
 */
import type {Finding} from './finding.ts'
import {credentials} from './checks/credentials.ts'
import {liveRule} from './checks/live-rule.ts'
import {metrics} from './checks/metrics.ts'
import {slotCheck} from './checks/slot.ts'
import {state} from './checks/state.ts'
import type {DoctorWorld} from './ports.ts'

export async function examine(world: DoctorWorld, signal: AbortSignal): Promise<readonly Finding[]> {
  const first = await credentials(world, signal)
  if (first.state === 'fail') return [first]
  const others = await Promise.all([
    state(world, signal),
    liveRule(world, signal),
    slotCheck(world, 'a', signal),
    slotCheck(world, 'b', signal),
    metrics(world, signal),
  ])
  return [first, ...others]
}
