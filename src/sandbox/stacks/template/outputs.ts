/** What a stack puts out: every value a text, outputs whose condition doesn't hold left out. */
import type {Scope} from '../contract.ts'
import {asText} from './functions.ts'
import {resolveValue} from './resolve-value.ts'
import {malformed} from './template-fault.ts'

export interface Output {
  readonly key: string
  readonly value: string
  readonly description: string | undefined
  readonly exportName: string | undefined
}

/** `unknown` stands for what refers to something not made yet. */
export function outputs(scope: Scope, conditions: Readonly<Record<string, boolean>>, unknown: string): readonly Output[] {
  const kept = Object.entries(scope.document.outputs).filter(
    ([, {condition}]) => condition === undefined || conditions[condition] === true,
  )
  return kept.map(([key, one]) => {
    const value = resolveValue(one.value, scope, conditions, unknown)
    if (typeof value === 'object' || value === undefined) {
      const kind = Array.isArray(value) ? 'list' : 'map'
      throw malformed(`The Value field of every Outputs member must evaluate to a String. Output ${key} is a ${kind}.`)
    }
    const exportName = one.exportName === undefined ? undefined : asText(resolveValue(one.exportName, scope, conditions, unknown))
    return {key, value: asText(value), description: one.description, exportName}
  })
}
