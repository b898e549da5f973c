/** An AWS call that reads, made again until its answer is as wanted. */
import type {ReadCall} from '../../../config/runbook.ts'
import type {Json} from '../../engine/event.ts'
import type {Done, Pending, StepContext} from '../../engine/step.ts'
import {answered, kept} from '../answer.ts'
import {filled, filledByPlace} from '../filled.ts'
import {refused} from '../own-step.ts'
import type {Doer, Ground, Said} from '../own-step.ts'
import type {OwnWorld} from '../ports.ts'

export function readStep(call: ReadCall, ground: Ground): Doer {
  return {calls: [readCallOf(call, ground)], poll: (world, context) => lookOnce(call, ground, world, context)}
}

export const regionOf = (region: string | null, {place, region: usual}: Ground): string => filledByPlace(region ?? usual, place)
export const readCallOf = (call: Pick<ReadCall, 'service' | 'action' | 'region'>, ground: Ground) => ({
  action: `${call.service}:${call.action}`,
  region: regionOf(call.region, ground),
})

/** Done with what is kept, or pending with what the answer said instead. */
export async function lookOnce(
  call: ReadCall,
  ground: Ground,
  world: OwnWorld,
  context: StepContext,
): Promise<Done | Pending | Said> {
  const input = filled(call.input, ground.place, context)
  if (input.kind === 'unknown') return refused(input.because)
  const answer: Json = await world.own.call(regionOf(call.region, ground), call.service, call.action, input.value, context.signal)
  const said = answered(call.doneWhen, answer)
  if (said.kind === 'not-yet') return {kind: 'pending', waitsFor: said.waitsFor, lookAgainAt: context.now + call.everyMs}
  return {kind: 'done', facts: kept(call.keep, answer)}
}
