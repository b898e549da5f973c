/**
 * New tasks of the same revision in the Region that users go to: they read host, secret and switch anew. Done when their deployment is
 * complete and a write through the Region's own name commits; a database that says it is promoted isn't proof enough.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {said, writeCommits} from '../ask-api.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

export function roll(way: Way, {needs, id = 'roll', title}: Placed): RecoveryStep {
  const {place, to} = way
  const name = place.slots[to.serving]
  return {
    id,
    title: title ?? `the API of ${to.region} writes to its database`,
    needs,
    calls: callsOf(to.region, 'compute.service', 'compute.rollService', 'api.ask'),
    deadlineMs: minutes(20),
    atDeadline: 'pause',
    usual: {p50Seconds: 90, p90Seconds: 240},
    observe: async () => ({kind: 'not-done'}),
    start: async (world, {own, signal}) => {
      // Whoever resumes after ours has failed wants it tried again: by itself ECS begins no new one.
      if (own['deployment'] !== undefined && !(await hasFailed(way, world, signal))) return undefined
      const {deployment} = await world.compute.rollService(to.region, to.cluster, name, signal)
      return {facts: {deployment}}
    },
    poll: (world, context) => rolled(way, world, context),
  }
}

async function hasFailed({place, to}: Way, world: RecoveryWorld, signal: AbortSignal): Promise<boolean> {
  const state = await world.compute.service(to.region, to.cluster, place.slots[to.serving], signal)
  return state?.deployment.state === 'FAILED'
}

async function rolled({place, settings, to}: Way, world: RecoveryWorld, {now, signal, own}: StepContext): Promise<Polled> {
  const name = place.slots[to.serving]
  const state = await world.compute.service(to.region, to.cluster, name, signal)
  if (state === null) return {kind: 'failed', because: `the service ${name} in ${to.region} is gone`, then: 'pause'}
  const {deployment} = state
  if (deployment.state === 'FAILED')
    return {
      kind: 'failed',
      because: `new tasks of ${name} in ${to.region} don't begin: ${deployment.reason}. dr resume begins them anew`,
      then: 'pause',
    }
  // Another deployment than ours has taken over: its tasks are as new as ours, and what counts is the write.
  const isOurs = deployment.id === own['deployment'] || own['deployment'] === undefined
  if (deployment.state !== 'COMPLETED') {
    return {
      kind: 'pending',
      waitsFor: `${isOurs ? 'new tasks' : "a deployment that isn't ours"} of ${name} (${state.running} of ${state.desired})`,
      lookAgainAt: now + seconds(3),
    }
  }
  const {committed, answer} = await writeCommits(world, regionalName(place, to.region), {settings, signal})
  if (committed) return {kind: 'done', facts: {writesAt: now}, note: 'a write was committed'}
  return {
    kind: 'pending',
    waitsFor: `a write through ${regionalName(place, to.region)} (${said(answer)})`,
    lookAgainAt: now + seconds(2),
  }
}
