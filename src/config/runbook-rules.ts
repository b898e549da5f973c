/**
 * What two values of a runbook say about each other: ids that are twice or nowhere, a circle of needs, a reference to what isn't known
 * yet, a call that isn't allowed. Looks at the raw file, so that everything wrong is said at once, whatever the shape. Pure.
 */
import {nearest} from '../nearest.ts'
import type {Path, Problem} from './problem.ts'
import {stepCallProblems} from './runbook-call-problems.ts'
import {anchors, noReturn, pastNoReturn} from './runbook-anchors.ts'
import {comesBefore, listOf, mapOf, textOf} from './runbook-raw.ts'
import type {RawStep} from './runbook-raw.ts'
import {recoveries} from './runbook.ts'
import type {RecoveryName} from './runbook.ts'
import {referenceProblems} from './runbook-reference-problems.ts'
import {doingKeys} from './runbook-schema.ts'
import {usesProblems} from './runbook-uses-problems.ts'
import {parseDuration, shown} from './units.ts'

export function runbookRuleProblems(raw: unknown): readonly Problem[] {
  const steps = rawSteps(raw)
  const recovery = recoveryOf(raw)
  const known = [...steps.map(({id}) => id), ...(recovery === null ? [] : anchors[recovery])]
  return [
    ...togetherProblems(raw),
    ...anchorProblems(raw, recovery),
    ...duplicateProblems(steps, recovery),
    ...steps.flatMap((step) => [
      ...doingProblems(step),
      ...stepCallProblems(step),
      ...usesProblems(step),
      ...timeProblems(step),
      ...needProblems(step, known),
    ]),
    ...circleProblems(steps),
    ...undoProblems(steps, recovery),
    ...staleConsentProblems(steps, recovery),
    ...referenceProblems(steps, recovery === null ? [] : anchors[recovery]),
  ]
}

/** Every step of the file with its way and what it needs: left out, that is the one above it. */
function rawSteps(raw: unknown): readonly RawStep[] {
  const file = mapOf(raw)
  const own = asSteps(file['steps'], ['steps'], [])
  const around = (['before', 'after'] as const).flatMap((side) =>
    Object.entries(mapOf(file[side])).flatMap(([anchor, steps]) =>
      asSteps(steps, [side, anchor], side === 'after' ? [anchor] : []).map((step) => ({...step, anchor: {side, id: anchor}})),
    ),
  )
  return [...own, ...around]
}

function asSteps(value: unknown, path: Path, first: readonly string[]): readonly RawStep[] {
  const steps = listOf(value)
  return steps.map((step, index) => {
    const raw = mapOf(step)
    const above = textOf(mapOf(steps[index - 1])['id'])
    const needs = raw['needs'] === undefined ? (above === '' ? first : [above]) : listOf(raw['needs']).map(textOf)
    return {raw, id: textOf(raw['id']), path: [...path, index], needs, anchor: null}
  })
}

const recoveryOf = (raw: unknown): RecoveryName | null => recoveries.find((one) => one === mapOf(raw)['extends']) ?? null

const on = (path: Path, message: string, at: 'key' | 'value' = 'value'): Problem => ({path, on: at, message})

function togetherProblems(raw: unknown): readonly Problem[] {
  const file = mapOf(raw)
  const has = (key: string): boolean => file[key] !== undefined
  if (has('extends')) {
    return [
      ...(has('steps') ? [on(['steps'], 'with extends, steps stand under before and after', 'key')] : []),
      ...(has('objectives') ? [on(['objectives'], 'a recovery has its own, in stack.recovery of sluice.yaml', 'key')] : []),
      ...(!has('before') && !has('after')
        ? [on(['extends'], 'before or after is missing: without them nothing is added', 'key')]
        : []),
    ]
  }
  const around = (['before', 'after'] as const)
    .filter(has)
    .map((key) => on([key], `needs extends: one of ${recoveries.join(', ')}`, 'key'))
  return [...around, ...(has('steps') || around.length > 0 ? [] : [on(['steps'], 'missing: the steps of the runbook')])]
}

function anchorProblems(raw: unknown, recovery: RecoveryName | null): readonly Problem[] {
  if (recovery === null) return []
  return (['before', 'after'] as const).flatMap((side) =>
    Object.keys(mapOf(mapOf(raw)[side])).flatMap((anchor) => {
      if (side === 'after' && anchor === 'report') return [on([side, anchor], 'the report is the end: put it before', 'key')]
      return anchors[recovery].includes(anchor)
        ? []
        : [on([side, anchor], `${recovery} has no such step${meant(anchor, anchors[recovery])}`, 'key')]
    }),
  )
}

function duplicateProblems(steps: readonly RawStep[], recovery: RecoveryName | null): readonly Problem[] {
  return steps.flatMap(({id, path}, index) => {
    if (id === '') return []
    if (recovery !== null && anchors[recovery].includes(id))
      return [on([...path, 'id'], `${id} is a step of ${recovery}: call it something else`)]
    return steps.findIndex((one) => one.id === id) < index ? [on([...path, 'id'], `${id} is here twice`)] : []
  })
}

function doingProblems({raw, path}: RawStep): readonly Problem[] {
  const given = doingKeys.filter((key) => raw[key] !== undefined)
  const [first, ...others] = given
  return [
    ...(first === undefined ? [on(path, `does nothing: one of ${doingKeys.join(', ')} is missing`)] : []),
    ...others.map((key) => on([...path, key], `the step has ${String(first)} already: one thing a step`, 'key')),
    ...(raw['with'] !== undefined && raw['uses'] === undefined ? [on([...path, 'with'], 'only goes with uses', 'key')] : []),
  ]
}

function timeProblems({raw, path}: RawStep): readonly Problem[] {
  const ms = (value: unknown): number | null => (typeof value === 'string' ? parseDuration(value) : null)
  const deadline = ms(raw['deadline'])
  const wait = ms(raw['wait'])
  const usual = mapOf(raw['usual'])
  const [p50, p90] = [ms(usual['p50']), ms(usual['p90'])]
  return [
    ...(deadline === 0 ? [on([...path, 'deadline'], '0 leaves no time at all')] : []),
    ...(wait === 0 ? [on([...path, 'wait'], '0 is no wait')] : []),
    ...(deadline !== null && deadline > 0 && wait !== null && deadline <= wait
      ? [on([...path, 'deadline'], `the wait alone takes ${shown(raw['wait'])}`)]
      : []),
    ...(p50 !== null && p90 !== null && p90 < p50 ? [on([...path, 'usual', 'p90'], 'is below p50')] : []),
  ]
}

function needProblems({raw, id, path}: RawStep, known: readonly string[]): readonly Problem[] {
  return listOf(raw['needs']).flatMap((need, index) => {
    const name = textOf(need)
    if (name === '') return []
    if (name === id) return [on([...path, 'needs', index], `${id} can't wait for itself`)]
    return known.includes(name) ? [] : [on([...path, 'needs', index], `there is no step ${name}${meant(name, known)}`)]
  })
}

const meant = (word: string, known: readonly string[]): string => {
  const [one] = nearest(word, known)
  return one === undefined ? `; known: ${known.join(', ')}` : `; did you mean ${one}?`
}

/** Each circle once, at the need that closes it. */
function circleProblems(steps: readonly RawStep[]): readonly Problem[] {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const told = new Set<string>()
  const seen = new Set<string>()
  const problems: Problem[] = []
  const walk = (step: RawStep, trail: readonly string[]): void => {
    for (const [index, need] of step.needs.entries()) {
      if (need === step.id) continue
      const next = byId.get(need)
      const at = trail.indexOf(need)
      if (at !== -1) {
        const ring = trail.slice(at)
        const name = ring.toSorted().join()
        if (told.has(name)) continue
        told.add(name)
        const where = step.raw['needs'] === undefined ? [...step.path, 'id'] : [...step.path, 'needs', index]
        problems.push(on(where, `needs go round in a circle: ${[...ring, need].join(' → ')}`))
      } else if (next !== undefined && !seen.has(need)) walk(next, [...trail, need])
    }
    seen.add(step.id)
  }
  for (const step of steps) if (step.id !== '' && !seen.has(step.id)) walk(step, [step.id])
  return problems
}

/** `undo` may only be promised where everything that may have happened by then can be taken back. */
function undoProblems(steps: readonly RawStep[], recovery: RecoveryName | null): readonly Problem[] {
  const needsOf = new Map(steps.map(({id, needs}) => [id, needs]))
  return steps.flatMap((step): readonly Problem[] => {
    if (step.raw['on-failure'] !== 'undo') return []
    const at = [...step.path, 'on-failure']
    const {anchor} = step
    if (
      recovery !== null
      && anchor !== null
      && (pastNoReturn[recovery].includes(anchor.id) || (anchor.side === 'after' && anchor.id === noReturn[recovery]))
    ) {
      return [on(at, `beyond ${noReturn[recovery] ?? ''} of ${recovery} nothing is taken back: pause or halt`)]
    }
    const kept = steps.filter((other) => changesForGood(other) && !comesBefore(step.id, other.id, needsOf))
    return kept.map(({id}) => on(at, `${id} may have been done by then, and has no undo`))
  })
}

/** What was agreed to is measured at `approve`; nothing that takes somebody's time comes between it and the promotion. */
function staleConsentProblems(steps: readonly RawStep[], recovery: RecoveryName | null): readonly Problem[] {
  if (recovery === null) return []
  return steps.flatMap(({raw, path, anchor}) => {
    const slow = (['manual', 'approval', 'wait', 'metric'] as const).find((key) => raw[key] !== undefined)
    return slow !== undefined && anchor?.side === 'before' && anchor.id === 'promote-database'
      ? [on([...path, slow], 'approve has measured the loss by then, and it would grow meanwhile: put it before approve', 'key')]
      : []
  })
}

function changesForGood({raw}: RawStep): boolean {
  const call = mapOf(raw['call'])
  return (
    raw['call'] !== undefined
    && raw['undo'] === undefined
    && !/^(Describe|Get|List|BatchGet|Head|Filter)/.test(textOf(call['action']))
  )
}
