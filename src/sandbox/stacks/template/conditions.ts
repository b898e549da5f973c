/** Which conditions of a template hold, and whether its rules do: both depend on parameters only, never on a resource. */
import type {Scope, TemplateDocument, TemplateLanguage} from '../contract.ts'
import {evaluate} from './evaluate.ts'
import type {Environment} from './evaluate.ts'
import {asText, isObject} from './functions.ts'
import {refuse} from './template-fault.ts'

export const evaluateConditions: TemplateLanguage['evaluateConditions'] = (parameters) => {
  const {document} = parameters
  const known = new Map<string, boolean>()
  const scope = withoutResources(parameters)
  const environment = (trail: readonly string[]): Environment => ({scope, holds: (name) => holds(name, trail)})
  const holds = (name: string, trail: readonly string[]): boolean => {
    if (trail.includes(name)) {
      throw refuse(
        `Template format error: Circular dependency between conditions: [${trail.slice(trail.indexOf(name)).join(', ')}]`,
      )
    }
    const value = known.get(name) ?? truth(document.conditions[name], environment([...trail, name]))
    known.set(name, value)
    return value
  }
  const result = Object.fromEntries(Object.keys(document.conditions).map((name) => [name, holds(name, [])]))
  keepRules(document, environment([]))
  return result
}

function withoutResources(scope: Omit<Scope, 'ref' | 'attribute' | 'dynamic'>): Scope {
  const cannot = (): never => {
    throw refuse('Template format error: Cannot reference resources in the Conditions block of the template')
  }
  return {...scope, ref: cannot, attribute: cannot, dynamic: cannot}
}

function truth(value: unknown, environment: Environment): boolean {
  const [name, argument] = isObject(value) && Object.keys(value).length === 1 ? (Object.entries(value)[0] ?? []) : []
  switch (name) {
    case 'Condition':
      return environment.holds(String(argument))
    case 'Fn::Equals':
      return equal(operands(name, argument, 2, 2), environment)
    case 'Fn::Not':
      return !operands(name, argument, 1, 1).every((one) => truth(one, environment))
    case 'Fn::And':
      return operands(name, argument, 2, 10).every((one) => truth(one, environment))
    case 'Fn::Or':
      return operands(name, argument, 2, 10).some((one) => truth(one, environment))
    case 'Fn::Contains':
      return contains(operands(name, argument, 2, 2), environment)
    case undefined:
    default: {
      const evaluated = String(evaluate(value, environment))
      if (evaluated !== 'true' && evaluated !== 'false') {
        throw refuse('Template format error: Every Condition member must be a condition function or evaluate to true or false.')
      }
      return evaluated === 'true'
    }
  }
}

function operands(name: string, argument: unknown, least: number, most: number): readonly unknown[] {
  if (!Array.isArray(argument) || argument.length < least || argument.length > most) {
    const count = least === most ? String(least) : `at least ${least} and at most ${most}`
    throw refuse(`Template error: every ${name} object requires a list of ${count} parameters.`)
  }
  return argument as readonly unknown[]
}

/** Everything is a text here: `true` equals 'true'. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  return isObject(value) ? Object.entries(value).map(([key, one]) => [key, comparable(one)]) : String(value)
}
const text = (value: unknown, environment: Environment): string => JSON.stringify(comparable(evaluate(value, environment)))

const equal = ([one, other]: readonly unknown[], environment: Environment): boolean =>
  text(one, environment) === text(other, environment)

function contains([list, value]: readonly unknown[], environment: Environment): boolean {
  const all = evaluate(list, environment)
  return Array.isArray(all) && all.some((one) => text(one, environment) === text(value, environment))
}

function keepRules({rules}: TemplateDocument, environment: Environment): void {
  for (const [name, rule] of Object.entries(rules)) {
    const {RuleCondition: condition, Assertions: assertions} = isObject(rule) ? rule : {}
    if (!Array.isArray(assertions)) {
      throw refuse(`Template format error: [/Rules/${name}] Every Rules object must contain a list of Assertions.`)
    }
    if (condition !== undefined && !truth(condition, environment)) continue
    for (const one of assertions as readonly Readonly<Record<string, unknown>>[]) {
      if (!truth(one['Assert'], environment)) {
        throw refuse(`Template error: rule ${name} failed: ${asText(one['AssertDescription'] ?? 'an assertion does not hold')}`)
      }
    }
  }
}
