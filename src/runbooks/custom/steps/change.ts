/**
 * An AWS call that changes something, made once: with a check, nothing is changed where its effect is there already. What was begun and
 * not seen to return is made again where a second one is the same, by itself or by its token; otherwise a person is asked. It never touches the service of a slot: releases and recoveries
 * do, with their guards.
 */
import {allowedChanges} from '../../../config/runbook-calls.ts'
import type {Doing, OwnCall} from '../../../config/runbook.ts'
import type {Facts} from '../../engine/event.ts'
import type {StepContext} from '../../engine/step.ts'
import {SluiceError, ExitCode} from '../../../errors.ts'
import {kept} from '../answer.ts'
import {filled} from '../filled.ts'
import type {Doer, Ground} from '../own-step.ts'
import type {OwnWorld} from '../ports.ts'
import {isMade, made, standing, twiceOf} from './made-once.ts'
import {lookOnce, readCallOf, regionOf} from './read.ts'
import {tokenOf} from './token.ts'

export function changeStep(id: string, does: Extract<Doing, {kind: 'change'}>, undo: OwnCall | null, ground: Ground): Doer {
  const {call, keep, check} = does
  const twice = twiceOf(does)
  return {
    calls: [
      readCallOf(call, ground),
      ...(check === null ? [] : [readCallOf(check, ground)]),
      ...(undo === null ? [] : [readCallOf(undo, ground)]),
    ],
    async observe(world, context) {
      inputOf(call, id, ground, context)
      const seen = check === null ? null : await lookOnce(check, ground, world, context)
      if (seen !== null && seen.kind !== 'pending') return seen
      return standing(id, twice, context) ?? {kind: 'not-done'}
    },
    async start(world, context) {
      if (twice !== 'same' && isMade(context.own)) return
      const facts = kept(keep, await make(call, id, ground, world, context))
      return {facts: twice === 'same' ? facts : {...facts, ...made}}
    },
    async poll(world, context) {
      return check === null ? {kind: 'done'} : lookOnce(check, ground, world, context)
    },
    ...(undo !== null && {
      undo: async (world: OwnWorld, context: StepContext) => {
        // What AWS refused was never made.
        if (typeof context.own['refused'] === 'string') return
        await make(undo, `${id}/undo`, ground, world, {
          ...context,
          facts: (step) => (step === id ? context.own : context.facts(step)),
        })
      },
    }),
  }
}

const make = (call: OwnCall, id: string, ground: Ground, world: OwnWorld, context: StepContext) =>
  world.own.call(regionOf(call.region, ground), call.service, call.action, inputOf(call, id, ground, context), context.signal)

function inputOf(call: OwnCall, id: string, {place}: Ground, context: StepContext): Facts {
  const input = filled(call.input, place, context)
  if (input.kind === 'unknown') throw wrong(input.because)
  const name = `${call.service}:${call.action}`
  const service = input.value['service'] ?? input.value['Service']
  if (
    name === 'ecs:UpdateService'
    && typeof service === 'string'
    && Object.values(place.slots).includes(service.split('/').at(-1) ?? '')
  ) {
    throw wrong(`${service} is the service of a slot: releases and recoveries change it, with their guards`)
  }
  const token = allowedChanges[name]?.token ?? null
  return token === null ? input.value : {...input.value, [token]: tokenOf(context.run, id)}
}

const wrong = (message: string): SluiceError => new SluiceError({code: 'runbook-step', exitCode: ExitCode.usage, message})
