/**
 * A value of a template with everything in it resolved: what a resource is made with. What refers to something that isn't made
 * yet becomes `unknown` as a whole, and dynamic references are read last, as CloudFormation does: after every function.
 */
import type {TemplateLanguage} from '../contract.ts'
import {evaluate, nothing, unmade} from './evaluate.ts'
import {isObject} from './functions.ts'

/** `undefined` when the value is `AWS::NoValue` itself. */
export const resolveValue: TemplateLanguage['resolveValue'] = (value, scope, conditions, unknown) => {
  const finish = (one: unknown): unknown => {
    if (one === unmade) return unknown
    if (typeof one === 'string') return one.replace(/\{\{resolve:[^}]+\}\}/g, (reference) => scope.dynamic(reference))
    if (Array.isArray(one)) return one.map(finish)
    return isObject(one) ? Object.fromEntries(Object.entries(one).map(([key, member]) => [key, finish(member)])) : one
  }
  const evaluated = evaluate(value, {scope, holds: (condition) => conditions[condition] ?? false})
  return evaluated === nothing ? undefined : finish(evaluated)
}
