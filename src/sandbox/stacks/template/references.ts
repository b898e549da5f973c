/**
 * What a value refers to, without resolving it: Ref, GetAtt and the `${…}` of Sub. Of an Fn::If it takes the branches that it
 * is told to, because what isn't chosen needn't exist.
 */
import {functionCall, isObject} from './functions.ts'
import {refuse} from './template-fault.ts'

export interface Reference {
  readonly id: string
  /** Null: the thing itself (Ref). */
  readonly attribute: string | null
  readonly by: 'Ref' | 'Fn::GetAtt' | 'Fn::Sub'
}

/** Which branches count: `both`, `neither`, or the one whose condition holds. */
export type Branches = 'both' | 'neither' | ((condition: string) => boolean)

export function* references(value: unknown, branches: Branches): Generator<Reference> {
  if (Array.isArray(value)) {
    for (const one of value) yield* references(one, branches)
    return
  }
  if (!isObject(value)) return
  const call = functionCall(value)
  if (call === null) {
    for (const one of Object.values(value)) yield* references(one, branches)
    return
  }
  const {name, argument} = call
  if (name === 'Ref') yield {id: String(argument), attribute: null, by: 'Ref'}
  else if (name === 'Fn::GetAtt') yield* ofGetAtt(argument, branches)
  else if (name === 'Fn::Sub') yield* ofSub(argument, branches)
  else if (name === 'Fn::If') yield* references(chosen(argument, branches), branches)
  else yield* references(argument, branches)
}

function* ofGetAtt(argument: unknown, branches: Branches): Generator<Reference> {
  const [id, attribute] = getAtt(argument)
  yield {id, attribute: typeof attribute === 'string' ? attribute : '', by: 'Fn::GetAtt'}
  if (typeof attribute !== 'string') yield* references(attribute, branches)
}

/** Its resource and its attribute, the second possibly a Ref. */
export function getAtt(argument: unknown): readonly [string, unknown] {
  const [id, ...rest] =
    typeof argument === 'string' ? argument.split('.') : Array.isArray(argument) ? (argument as readonly unknown[]) : []
  const attribute = rest.length > 1 && rest.every((one) => typeof one === 'string') ? rest.join('.') : rest[0]
  if (typeof id !== 'string' || id === '' || attribute === undefined || attribute === '') {
    throw refuse(
      'Template error: every Fn::GetAtt object requires two non-empty parameters, '
        + 'the resource name and the resource attribute',
    )
  }
  return [id, attribute]
}

function* ofSub(argument: unknown, branches: Branches): Generator<Reference> {
  const {text, variables} = sub(argument)
  yield* references(variables, branches)
  for (const name of subNames(text)) {
    if (Object.hasOwn(variables, name)) continue
    const dot = name.indexOf('.')
    if (dot === -1) yield {id: name, attribute: null, by: 'Fn::Sub'}
    else yield {id: name.slice(0, dot), attribute: name.slice(dot + 1), by: 'Fn::Sub'}
  }
}

/** The exclamation mark says that it is none. */
const variable = /\$\{(!?)([^}]*)\}/g
const subNames = (text: string): readonly string[] =>
  [...text.matchAll(variable)].filter(([, literal]) => literal === '').map(([, , name = '']) => name.trim())

/** Replaces each `${name}`; `${!name}` stays as `${name}`. */
export const substitute = (text: string, valueOf: (name: string) => string): string =>
  text.replace(variable, (_, literal: string, name: string) => (literal === '' ? valueOf(name.trim()) : `\${${name}}`))

export function sub(argument: unknown): {readonly text: string; readonly variables: Readonly<Record<string, unknown>>} {
  const both: readonly unknown[] =
    typeof argument === 'string' ? [argument, {}] : Array.isArray(argument) && argument.length === 2 ? argument : []
  const [text, variables] = both
  if (typeof text !== 'string' || !isObject(variables)) {
    throw refuse(
      "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. "
        + 'Specify a string as first argument, and an optional second argument to specify a mapping of values to replace '
        + 'in the string',
    )
  }
  return {text, variables}
}

function chosen(argument: unknown, branches: Branches): unknown {
  const [condition, yes, no] = ifArguments(argument)
  if (branches === 'both') return [yes, no]
  if (branches === 'neither') return []
  return branches(condition) ? yes : no
}

export function ifArguments(argument: unknown): readonly [string, unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== 'string') {
    throw refuse('Template error: Fn::If requires a list argument with the first element being a condition')
  }
  return argument as unknown as readonly [string, unknown, unknown]
}
