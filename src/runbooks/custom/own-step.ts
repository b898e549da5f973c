/**
 * One step of a team's own as the engine runs it. What is common to all of them is here: which way is safe when it fails, and that what
 * AWS refuses for good is a failure of the step and not the end of the process.
 */
import type {OwnStep} from '../../config/runbook.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Facts} from '../engine/event.ts'
import type {Call, Failed, Observed, Polled, Started, Step, StepContext, Then} from '../engine/step.ts'
import type {RecoverySettings} from '../../config/recovery-config.ts'
import type {Place} from '../recovery/place.ts'
import {goingOn} from './going-on.ts'
import {answersTo} from './steps/answers.ts'
import {approvalStep} from './steps/approval.ts'
import {changeStep} from './steps/change.ts'
import {httpStep} from './steps/http.ts'
import {manualStep} from './steps/manual.ts'
import {metricStep} from './steps/metric.ts'
import {readStep} from './steps/read.ts'
import {waitStep} from './steps/wait.ts'
import type {OwnWorld} from './ports.ts'
import {usesStep} from './uses.ts'

/** What a step of a kind does; the rest of an engine step is the same for all. Each returns `Said`, a failure without a direction. */
export interface Doer {
  readonly calls: readonly Call[]
  readonly asks?: readonly Call[]
  observe?(world: OwnWorld, context: StepContext): Promise<Observed | Said>
  start?(world: OwnWorld, context: StepContext): Promise<Started>
  poll(world: OwnWorld, context: StepContext): Promise<Polled | Said>
  undo?(world: OwnWorld, context: StepContext): Promise<void>
}

/** Failed, and the step's own `on-failure` says which way. */
export interface Said {
  readonly kind: 'refused'
  readonly because: string
}

export const refused = (because: string): Said => ({kind: 'refused', because})

/** Where a runbook's steps work. */
export interface Ground {
  readonly place: Place
  readonly settings: RecoverySettings
  /** Region of calls that name none. */
  readonly region: string
}

/** What goes on without a step never fails; should it all the same, a person is asked. */
export const directions: Readonly<Record<OwnStep['onFailure'], Then>> = {
  pause: 'pause',
  halt: 'halt',
  undo: 'fail',
  'go-on': 'pause',
}

/** `then`: which way is safe in the plan that it stands in. */
export function ownStep(step: OwnStep, ground: Ground, then: Then = directions[step.onFailure]): Step<OwnWorld> {
  const engineStep = asStep(step, doerOf(step, ground), then)
  return step.onFailure === 'go-on' ? goingOn(engineStep) : engineStep
}

function asStep(step: OwnStep, doer: Doer, then: Then): Step<OwnWorld> {
  const undo = doer.undo?.bind(doer)
  return {
    id: step.id,
    title: step.title,
    needs: step.needs,
    calls: doer.calls,
    ...(doer.asks !== undefined && doer.asks.length > 0 && {asks: doer.asks}),
    deadlineMs: step.deadlineMs,
    atDeadline: then,
    ...(step.usual !== null && {usual: step.usual}),
    observe: async (world, context) =>
      directed(await caught(async () => doer.observe?.(world, context) ?? {kind: 'not-done' as const}), then),
    start: async (world, context): Promise<Started> => {
      const started = await caught(async () => (await doer.start?.(world, context)) ?? {})
      // A start can't fail by itself: what was refused is remembered, and the poll says so.
      if (!('kind' in started)) {
        const before: Facts = typeof context.own['refused'] === 'string' ? {refused: null, then: null} : {}
        const facts: Facts = {...before, ...started.facts}
        return Object.keys(facts).length === 0 ? undefined : {facts}
      }
      return {facts: {refused: started.because, ...(started.kind === 'failed' && {then: started.then})}}
    },
    poll: async (world, context) => {
      const said = context.own['refused']
      if (typeof said === 'string') return {kind: 'failed', because: said, then: context.own['then'] === 'pause' ? 'pause' : then}
      return directed(await caught(() => doer.poll(world, context)), then)
    },
    ...(undo !== undefined && {
      undo: async (world: OwnWorld, context: StepContext) => {
        // What can't be taken back by the tool, a person took back and said so.
        if (answersTo(step.id, context.events).some(({accepts}) => accepts['undone'] === true)) return
        await undo(world, context)
      },
    }),
  }
}

function doerOf(step: OwnStep, ground: Ground): Doer {
  const {does} = step
  switch (does.kind) {
    case 'uses':
      return usesStep(does, ground)
    case 'read':
      return readStep(does.call, ground)
    case 'change':
      return changeStep(step.id, does, step.undo, ground)
    case 'http':
      return httpStep(step.id, does, ground)
    case 'metric':
      return metricStep(does, ground)
    case 'manual':
      return manualStep(step.id, does, ground)
    case 'approval':
      return approvalStep(step.id, does, ground)
    case 'wait':
      return waitStep(does)
  }
}

function directed<T extends {readonly kind: string}>(result: T | Said, then: Then): Exclude<T, Said> | Failed {
  return result.kind === 'refused' ? {kind: 'failed', because: (result as Said).because, then} : (result as Exclude<T, Said>)
}

/** Credentials that ran out aren't the step's fault, and nothing could be taken back with them: whoever logs in again resumes. */
async function caught<T>(action: () => Promise<T>): Promise<T | Said | Failed> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const because = [error.message, ...error.details].join(' ')
    const loggedOut = error.exitCode === ExitCode.credentials && error.code !== 'access-denied'
    return loggedOut ? {kind: 'failed', because, then: 'pause'} : refused(because)
  }
}
