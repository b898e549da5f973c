/**
 * Which conditions of a template hold, as far as it can be told before anything exists. Three answers: a value that only an
 * account or another stack knows is unknown, and an unknown condition is taken for true by whoever forecasts. Pure.
 */
import type {Template} from './templates.ts'

/** A text; or something that will be there and isn't empty, but can't be named yet. */
export type Value = {readonly kind: 'known'; readonly text: string} | {readonly kind: 'unknown'}
export type Values = ReadonlyMap<string, Value>

export const known = (text: string): Value => ({kind: 'known', text})
export const unknown: Value = {kind: 'unknown'}

/** Given values over defaults; a parameter of an SSM type holds something that only the Region knows. */
export function parameterValues({Parameters = {}}: Template, given: Values): Values {
  return new Map(
    Object.entries(Parameters).map(([name, {Type, Default}]) => {
      if (Type.startsWith('AWS::SSM::Parameter::')) return [name, unknown]
      return [name, given.get(name) ?? (Default === undefined ? unknown : known(String(Default)))]
    }),
  )
}

/** A text as far as it can be told: references to parameters, and what is picked from a mapping by them. */
export function valueOf(expression: unknown, template: Template, parameters: Values): Value {
  if (typeof expression !== 'object' || expression === null) return known(String(expression))
  const [name, argument] = only(expression)
  if (name === 'Ref' && typeof argument === 'string') return parameters.get(argument) ?? unknown
  if (name === 'Fn::FindInMap' && Array.isArray(argument)) return mapped(argument, template, parameters)
  if (name === 'Fn::If' && Array.isArray(argument)) {
    const [condition, yes, no] = argument as readonly unknown[]
    const holds = conditionHolds(String(condition), template, parameters)
    return holds === null ? unknown : valueOf(holds ? yes : no, template, parameters)
  }
  return unknown
}

function mapped(path: readonly unknown[], template: Template, parameters: Values): Value {
  let found: unknown = template['Mappings']
  for (const part of path) {
    const key = valueOf(part, template, parameters)
    if (key.kind === 'unknown' || typeof found !== 'object' || found === null) return unknown
    found = (found as Readonly<Record<string, unknown>>)[key.text]
  }
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? known(String(found)) : unknown
}

/** null: it can't be told yet. A condition that isn't declared is a mistake in a template, and a bug of ours. */
export function conditionHolds(name: string, template: Template, parameters: Values): boolean | null {
  const expression = template.Conditions?.[name]
  if (expression === undefined) throw new Error(`there is no condition ${name} in “${template.Description}”`)
  return holds(expression, template, parameters)
}

function holds(expression: unknown, template: Template, parameters: Values): boolean | null {
  const [name, argument] = only(expression as object)
  const parts = Array.isArray(argument) ? (argument as readonly unknown[]) : [argument]
  const each = (): readonly (boolean | null)[] => parts.map((part) => holds(part, template, parameters))
  switch (name) {
    case 'Condition':
      return conditionHolds(String(argument), template, parameters)
    case 'Fn::Equals':
      return equal(valueOf(parts[0], template, parameters), valueOf(parts[1], template, parameters))
    case 'Fn::Not': {
      const [inner] = each()
      return inner === null || inner === undefined ? null : !inner
    }
    case 'Fn::And':
      return each().includes(false) ? false : each().includes(null) ? null : true
    case 'Fn::Or':
      return each().includes(true) ? true : each().includes(null) ? null : false
    default:
      throw new Error(`${name} isn't a condition`)
  }
}

/** What is unknown will be something: it is never the empty text. */
function equal(one: Value, other: Value): boolean | null {
  if (one.kind === 'known' && other.kind === 'known') return one.text === other.text
  const told = one.kind === 'known' ? one : other
  return told.kind === 'known' && told.text === '' ? false : null
}

const only = (expression: object): readonly [string, unknown] => {
  const [first] = Object.entries(expression)
  if (first === undefined) throw new Error('an empty map stands where a function belongs')
  return first
}
