/**
 * The rights that a team's own steps need: for each AWS call the narrowest resource that its input tells before anything runs. Where it
 * tells none, or one that reaches more than is meant, a note says so. What built-in steps (`uses`) call is declared with them. Pure.
 */
import type {OwnCall, OwnStep, Values} from '../../config/runbook.ts'
import {filledByPlace} from '../custom/filled.ts'
import {ownStep} from '../custom/own-step.ts'
import type {Ground} from '../custom/own-step.ts'
import type {Call} from '../engine/step.ts'
import {alsoNeeded, conditionOf, noteOn} from './also-needed.ts'
import {callInput, late} from './call-input.ts'
import {callResources} from './call-resources.ts'
import type {At} from './call-resources.ts'
import {reachOf} from './reach/reach-of.ts'
import type {Statement} from './policy-document.ts'
import {rightsOfOperations} from './rights-of-operations.ts'
import type {Where} from './where.ts'

export interface OwnRights {
  /** Of built-in steps: they reach as far as the recoveries' do. */
  readonly calls: readonly Call[]
  readonly statements: readonly Statement[]
  /** `ecs:RunTask: why it reaches more than the steps mean`, once each; by the action, because a statement may become part of another. */
  readonly notes: readonly string[]
}

export interface OwnSteps {
  readonly steps: readonly OwnStep[]
  readonly ground: Ground
}

/** One action on what a step means by it. */
export interface Right {
  readonly action: string
  /** null: nobody can tell. */
  readonly resources: readonly string[] | null
  readonly condition?: Statement['Condition'] | undefined
  /** What whoever gives this right has to know. */
  readonly note?: string
}

export function ownRights(all: readonly OwnSteps[], where: Where): OwnRights {
  const rights = all.flatMap(({steps, ground}) => steps.flatMap((step) => rightsOfStep(step, ground, where)))
  const statements = gathered(rights)
  return {
    calls: all.flatMap(({steps, ground}) => steps.flatMap((step) => declared(step, ground, where))),
    statements: statements.map(({statement}) => statement),
    notes: statements.flatMap(({statement, notes}) => notes.map((note) => `${statement.Action.join()}: ${note}`)),
  }
}

/** What a step that isn't a call of the team's own uses; of those that are, and of a group that is named, the input says more. */
function declared(step: OwnStep, ground: Ground, where: Where): readonly Call[] {
  if (step.does.kind === 'read' || step.does.kind === 'change') return []
  return ownStep({...step, undo: null}, ground).calls.filter(({action}) => !isOnGroup(action, where))
}

function rightsOfStep(step: OwnStep, ground: Ground, where: Where): readonly Right[] {
  return [...callsOf(step).flatMap((call) => rightsOfCall(call, ground, where)), ...rightsOnGroup(step, ground, where)]
}

function callsOf({does, undo}: OwnStep): readonly OwnCall[] {
  const own = does.kind === 'read' ? [does.call] : does.kind === 'change' ? [does.call, does.check] : []
  return [...own, undo].filter((call) => call !== null)
}

function rightsOfCall({service, action: called, region, input: given}: OwnCall, ground: Ground, where: Where): readonly Right[] {
  const operation = `${service}:${called}`
  const at: At = {...where, region: filledByPlace(region ?? ground.region, ground.place)}
  const input = callInput(given, ground.place)
  const note = noteOn(operation, input)
  const own = (rightsOfOperations[operation] ?? [operation]).map((action): Right => ({
    action,
    resources: callResources[action]?.(input, at) ?? null,
    condition: conditionOf(operation, input, at),
    ...(note !== null && {note}),
  }))
  return [...own, ...alsoNeeded(operation, input, at, where)]
}

const isOnGroup = (action: string, where: Where): boolean => reachOf(action, where, []).sid === 'Hosts'

/** `uses: hosts` works on the group that its step names, which needn't be called after the environment. */
function rightsOnGroup(step: OwnStep, ground: Ground, where: Where): readonly Right[] {
  if (step.does.kind !== 'uses') return []
  const input: Values = {AutoScalingGroupName: step.does.with['group'] ?? ''}
  return ownStep(step, ground).calls.flatMap(({action, region}) => {
    const [service = '', called = ''] = action.split(':')
    return isOnGroup(action, where) ? rightsOfCall({service, action: called, region, input}, ground, where) : []
  })
}

interface Gathered {
  readonly statement: Statement
  readonly notes: readonly string[]
}

/** One statement for an action under a condition, with every resource that it is meant for. */
function gathered(rights: readonly Right[]): readonly Gathered[] {
  const groups = new Map<string, Right[]>()
  for (const right of rights) {
    const key = JSON.stringify([right.action, right.condition ?? null])
    groups.set(key, [...(groups.get(key) ?? []), right])
  }
  const taken = new Map<string, number>()
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const name = sidOf(first.action)
    const count = (taken.get(name) ?? 0) + 1
    taken.set(name, count)
    return [together(first, group, count === 1 ? name : `${name}${count}`)]
  })
}

function together({action, condition}: Right, group: readonly Right[], Sid: string): Gathered {
  const resources = [...new Set(group.flatMap((right) => right.resources ?? ['*']))]
  const known = condition === undefined ? undefined : (whole(condition) as Statement['Condition'])
  return {
    statement: {
      Sid,
      Effect: 'Allow',
      Action: [action],
      // Whatever else it is meant for is in everything.
      Resource: resources.includes('*') ? ['*'] : whole(resources),
      ...(known !== undefined && {Condition: known}),
    },
    notes: [
      ...new Set([
        ...(resources.includes('*') && condition === undefined ? [onEverything] : []),
        ...(resources.some((one) => one.includes(late)) ? [onlyLater] : []),
        ...group.flatMap(({note}) => note ?? []),
      ]),
    ],
  }
}

const onEverything = "on *, because IAM knows no resource for it, or none that the step's input tells"
const onlyLater = 'with a * for what an earlier step finds'

const whole = <T>(patterns: T): T => JSON.parse(JSON.stringify(patterns).replaceAll(late, '*')) as T

/** `OwnApplicationAutoscalingRegisterScalableTarget` */
const sidOf = (action: string): string =>
  `Own${action
    .split(/[^A-Za-z0-9]+/)
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`)
    .join('')}`
