/** Fills in what a step refers to, when it runs: names of the place, and facts of steps before it. Pure. */
import {atPath, filledIn} from '../../config/runbook-references.ts'
import type {Reference} from '../../config/runbook-references.ts'
import type {Value} from '../../config/runbook.ts'
import type {Facts} from '../engine/event.ts'
import type {StepContext} from '../engine/step.ts'
import type {Place} from '../recovery/place.ts'

export type Filled<T> = {readonly kind: 'filled'; readonly value: T} | {readonly kind: 'unknown'; readonly because: string}

export function filled<T extends Value>(value: T, place: Place, context: Pick<StepContext, 'facts'>): Filled<T> {
  const missing: string[] = []
  const result = filledIn(value, (reference) => {
    const found = look(reference, place, context)
    if (found === undefined) missing.push(textOf(reference))
    return found ?? null
  })
  return missing.length === 0 ? {kind: 'filled', value: result} : {kind: 'unknown', because: `${missing.join(', ')} isn't known`}
}

/** With what the place tells alone: for plans, before anything has run. References to steps stay as they are written. */
export const filledByPlace = <T extends Value>(value: T, place: Place): T =>
  filledIn(value, (reference) =>
    reference.kind === 'place' ? (look(reference, place, {facts: () => ({})}) ?? textOf(reference)) : textOf(reference),
  )

function look(reference: Reference, place: Place, context: Pick<StepContext, 'facts'>): Value | undefined {
  switch (reference.kind) {
    case 'unknown':
      return undefined
    // Whoever sends the request fills it in: a secret isn't known here.
    case 'env':
      return textOf(reference)
    case 'place':
      return (place as unknown as Readonly<Record<string, Value>>)[reference.name]
    case 'steps':
      return atPath(
        factsOf(reference.step, context),
        reference.rest === '' ? reference.fact : `${reference.fact}.${reference.rest}`,
      ) as Value | undefined
  }
}

/** A built-in step that isn't in this plan (a shape without it) has left nothing. */
function factsOf(step: string, context: Pick<StepContext, 'facts'>): Facts {
  try {
    return context.facts(step)
  } catch {
    return {}
  }
}

const textOf = (reference: Reference): string => {
  switch (reference.kind) {
    case 'unknown':
      return `\${${reference.text}}`
    case 'env':
      return `\${env.${reference.name}}`
    case 'place':
      return `\${place.${reference.name}}`
    case 'steps':
      return `\${steps.${reference.step}.${reference.fact}${reference.rest === '' ? '' : reference.rest.startsWith('[') ? reference.rest : `.${reference.rest}`}}`
  }
}
