/**
 * An AWS call that changes something, made once: with a check, nothing is changed where its effect is there already; without one, what
 * was begun and not seen to return is made again with the same token. It never touches the service of a slot: releases and recoveries
 * do, with their guards.
 */
import {createHash} from 'node:crypto'
import {allowedChanges} from '../../../config/runbook-calls.ts'
import type {Doing, OwnCall} from '../../../config/runbook.ts'
import type {Facts} from '../../engine/event.ts'
import type {StepContext} from '../../engine/step.ts'
import {SluiceError, ExitCode} from '../../../errors.ts'
import {kept} from '../answer.ts'
import {filled} from '../filled.ts'
import type {Doer, Ground} from '../own-step.ts'
import type {OwnWorld} from '../ports.ts'
import {lookOnce, readCallOf, regionOf} from './read.ts'

export function changeStep(
  id: string,
  {call, keep, check}: Extract<Doing, {kind: 'change'}>,
  undo: OwnCall | null,
  ground: Ground,
): Doer {
  return {
    calls: [
      readCallOf(call, ground),
      ...(check === null ? [] : [readCallOf(check, ground)]),
      ...(undo === null ? [] : [readCallOf(undo, ground)]),
    ],
    async observe(world, context) {
      inputOf(call, id, ground, context)
      if (check === null) return {kind: 'not-done'}
      const seen = await lookOnce(check, ground, world, context)
      return seen.kind === 'pending' ? {kind: 'not-done'} : seen
    },
    start: async (world, context) => ({facts: kept(keep, await make(call, id, ground, world, context))}),
    async poll(world, context) {
      return check === null ? {kind: 'done'} : lookOnce(check, ground, world, context)
    },
    ...(undo !== null && {
      undo: async (world: OwnWorld, context: StepContext) => {
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

/** The same for the same step of the same run, in the shape of a UUID, which is what SSM takes. */
function tokenOf(run: string, step: string): string {
  const hex = createHash('sha256').update(`${run}/${step}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

const wrong = (message: string): SluiceError => new SluiceError({code: 'runbook-step', exitCode: ExitCode.usage, message})
