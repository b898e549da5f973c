/**
 * Which functions a template may call and how a call is told from data: an object whose only member is `Ref` or begins with
 * `Fn::`. It must never let an unknown function pass as data.
 */
import {notModelled, refuse} from './template-fault.ts'

const supported = [
  'Fn::Base64',
  'Fn::GetAtt',
  'Fn::GetAZs',
  'Fn::ImportValue',
  'Fn::Join',
  'Fn::Split',
  'Fn::FindInMap',
  'Fn::Select',
  'Ref',
  'Fn::Equals',
  'Fn::If',
  'Fn::Not',
  'Condition',
  'Fn::And',
  'Fn::Or',
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
  'Fn::ValueOf',
  'Fn::ValueOfAll',
  'Fn::RefAll',
  'Fn::Sub',
  'Fn::Cidr',
]
/** AWS has them, some behind a capability; our templates don't. */
const unmodelled = new Set([
  'Fn::ImportValue',
  'Fn::Transform',
  'Fn::ForEach',
  'Fn::Length',
  'Fn::ToJsonString',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
  'Fn::ValueOf',
  'Fn::ValueOfAll',
  'Fn::RefAll',
])

export interface FunctionCall {
  readonly name: string
  readonly argument: unknown
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A number or a truth value as CloudFormation writes it into a text. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Null: it is data. */
export function functionCall(value: unknown): FunctionCall | null {
  if (!isObject(value)) return null
  const keys = Object.keys(value)
  const name = keys.find((key) => key.startsWith('Fn::'))
  if (name === undefined) return keys.length === 1 && keys[0] === 'Ref' ? {name: 'Ref', argument: value['Ref']} : null
  if (unmodelled.has(name.split('::', 2).join('::'))) throw notModelled(name)
  if (!supported.includes(name)) {
    throw refuse(`Template error: Encountered unsupported function: ${name} Supported functions are: [${supported.join(', ')}]`)
  }
  if (keys.length > 1) {
    const others = keys.filter((key) => key !== name).join(', ')
    throw refuse(`Template error: ${name} must be the only member of its object, beside it there are: ${others}`)
  }
  return {name, argument: value[name]}
}
