/**
 * The whole release, in order: reading `releasePlan` tells what happens. Pure: from the input in event 0 to plans of steps; any
 * machine rebuilds the same ones. Rolling back, halting and tidying up are plans of their own in the same run.
 */
import type {Plan, Runbook, Step} from '../engine/step.ts'
import {drift} from './guards/drift.ts'
import {healthyCanary} from './guards/healthy-canary.ts'
import {keepArmed} from './guards/keep-armed.ts'
import {canarySlot} from './input.ts'
import type {ReleaseInput} from './input.ts'
import type {ReleaseWorld} from './ports.ts'
import {arm} from './steps/arm.ts'
import {bake} from './steps/bake.ts'
import {canaryTasks} from './steps/canary-tasks.ts'
import {carry} from './steps/carry.ts'
import {drain} from './steps/drain.ts'
import {finishPrevious} from './steps/finish-previous.ts'
import {holdScaleIn} from './steps/hold-scale-in.ts'
import {home} from './steps/home.ts'
import {observeNoRequests} from './steps/observe-weight.ts'
import {preflight} from './steps/preflight.ts'
import {register} from './steps/register.ts'
import {releaseScaleIn} from './steps/release-scale-in.ts'
import {share} from './steps/share.ts'
import {shift} from './steps/shift.ts'
import {size} from './steps/size.ts'
import {disarm, repoint, swap} from './steps/swap.ts'
import {warm} from './steps/warm.ts'

export function releasePlan(input: ReleaseInput): Plan<ReleaseWorld> {
  const {stableSlot} = input
  return {
    name: 'release',
    steps: [
      preflight(input),
      finishPrevious(input),
      arm(input),
      register(input),
      holdScaleIn(input),
      canaryTasks(input),
      ...weightSteps(input),
      size(input, 100, [`bake-${lastWeight(input)}`]),
      shift(input, 100, ['size-100']),
      observeNoRequests(input, {id: 'observe-100', needs: ['shift-100'], silent: stableSlot, share: 100, atDeadline: 'pause'}),
      swap(input),
      repoint(input),
      disarm(input, ['repoint']),
      releaseScaleIn(input, 'new-stable', ['disarm']),
      carry(input),
    ],
    guards: [drift(input, 'nothing'), keepArmed(input), healthyCanary(input)],
    ends: 'promoted',
    then: 'retire',
    onRollBack: 'rollback',
    onHalt: 'halt',
  }
}

/** For each weight: size the canary, change the rule, see the share, let the judge look. */
function weightSteps(input: ReleaseInput): readonly Step<ReleaseWorld>[] {
  return input.config.steps.flatMap((step, index) => {
    const before = input.config.steps[index - 1]
    const sized = before === undefined ? [] : [size(input, step.weight, [`bake-${before.weight}`])]
    return [
      ...sized,
      shift(input, step.weight, [before === undefined ? 'canary-tasks' : `size-${step.weight}`]),
      share(input, step.weight),
      bake(input, step),
    ]
  })
}

const lastWeight = (input: ReleaseInput): number => input.config.steps.at(-1)?.weight ?? 0

function rollbackPlan(input: ReleaseInput): Plan<ReleaseWorld> {
  const canary = canarySlot(input)
  return {
    name: 'rollback',
    steps: [
      home(input),
      observeNoRequests(input, {id: 'observe-home', needs: ['home'], silent: canary, share: 0, atDeadline: 'halt'}),
      releaseScaleIn(input, 'as-before', ['observe-home']),
      drain(input, {
        id: 'drain',
        title: `slot ${canary} drained`,
        slot: canary,
        needs: ['observe-home', 'release-scale-in'],
        filledBy: 'canary-tasks',
      }),
      disarm(input, ['drain']),
    ],
    guards: [drift(input, 'home')],
    ends: 'rolled-back',
    onRollBack: null,
    onHalt: 'halt',
  }
}

/** Stop where we are and touch nothing but the switch, which would otherwise act on a rule that isn't ours any more. */
function haltPlan(input: ReleaseInput): Plan<ReleaseWorld> {
  return {name: 'halt', steps: [disarm(input, [])], guards: [], ends: 'halted', onRollBack: null, onHalt: null}
}

function retirePlan(input: ReleaseInput): Plan<ReleaseWorld> {
  const {stableSlot} = input
  return {
    name: 'retire',
    steps: [
      warm(input),
      drain(input, {
        id: 'retire',
        title: `old version in slot ${stableSlot} scaled down`,
        slot: stableSlot,
        needs: ['warm'],
        filledBy: null,
      }),
    ],
    guards: [],
    ends: null,
    onRollBack: 'rollback',
    onHalt: 'halt',
  }
}

export function releaseRunbook(input: ReleaseInput): Runbook<ReleaseWorld> {
  const plans = {release: releasePlan, rollback: rollbackPlan, halt: haltPlan, retire: retirePlan}
  return {
    first: 'release',
    plan: (name) => {
      const plan = plans[name as keyof typeof plans] as ((input: ReleaseInput) => Plan<ReleaseWorld>) | undefined
      if (plan === undefined) throw new Error(`no plan is called ${name}`)
      return plan(input)
    },
  }
}
