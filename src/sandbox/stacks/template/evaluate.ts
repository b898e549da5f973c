/**
 * What a value with functions in it comes to, inside the language: two symbols stand for what isn't a value. Whoever gives the
 * result out replaces them (resolve-value.ts, conditions.ts).
 */
import type {Scope} from '../contract.ts'
import {asText, functionCall, isObject} from './functions.ts'
import {members as membersOf, parameterType} from './parameter-types.ts'
import {getAtt, ifArguments, sub, substitute} from './references.ts'
import {refuse} from './template-fault.ts'
import {textFunctions} from './text-functions.ts'

/** `AWS::NoValue`: the member it stands for isn't there. */
export const nothing = Symbol('AWS::NoValue')
/** Refers to something that doesn't exist yet. */
export const unmade = Symbol('not made yet')

export interface Environment {
  readonly scope: Scope
  readonly holds: (condition: string) => boolean
}

export function evaluate(value: unknown, environment: Environment): unknown {
  if (Array.isArray(value)) return value.map((one) => evaluate(one, environment)).filter((one) => one !== nothing)
  if (!isObject(value)) return value
  const call = functionCall(value)
  if (call !== null) return apply(call.name, call.argument, environment)
  const members = Object.entries(value).map(([key, one]) => [key, evaluate(one, environment)] as const)
  return Object.fromEntries(members.filter(([, one]) => one !== nothing))
}

function apply(name: string, argument: unknown, environment: Environment): unknown {
  switch (name) {
    case 'Ref':
      return ref(String(argument), environment)
    case 'Fn::GetAtt':
      return attribute(argument, environment)
    case 'Fn::Sub':
      return substituted(argument, environment)
    case 'Fn::If':
      return choice(argument, environment)
    case 'Fn::FindInMap':
      return found(argument, environment)
    case 'Fn::GetAZs':
      return zones(argument, environment)
    default: {
      const ofTexts = textFunctions[name]
      if (ofTexts === undefined) throw refuse(`Template error: ${name} cannot be used outside of conditions`)
      const evaluated = evaluate(argument, environment)
      return hasUnmade(evaluated) ? unmade : ofTexts(evaluated)
    }
  }
}

function hasUnmade(value: unknown): boolean {
  return value === unmade || (Array.isArray(value) && value.some(hasUnmade))
}

function ref(id: string, {scope}: Environment): unknown {
  const {accountId, region, partition, stackId, stackName, urlSuffix, notificationArns} = scope.pseudo
  switch (id) {
    case 'AWS::NoValue':
      return nothing
    case 'AWS::AccountId':
      return accountId
    case 'AWS::Region':
      return region
    case 'AWS::Partition':
      return partition
    case 'AWS::StackId':
      return stackId
    case 'AWS::StackName':
      return stackName
    case 'AWS::URLSuffix':
      return urlSuffix
    case 'AWS::NotificationARNs':
      return notificationArns
    default:
      return parameter(id, scope) ?? scope.ref(id) ?? unmade
  }
}

function parameter(id: string, scope: Scope): unknown {
  const value = scope.parameters.get(id)
  const declaration = scope.document.parameters.get(id)
  if (value === undefined || declaration === undefined) return undefined
  return parameterType(declaration.type)?.list === true ? membersOf(value.resolved) : value.resolved
}

function attribute(argument: unknown, environment: Environment): unknown {
  const [id, name] = getAtt(argument)
  const evaluated = evaluate(name, environment)
  return evaluated === unmade ? unmade : (environment.scope.attribute(id, String(evaluated)) ?? unmade)
}

function substituted(argument: unknown, environment: Environment): unknown {
  const {text, variables} = sub(argument)
  let complete = true
  const replaced = substitute(text, (name) => {
    const value = Object.hasOwn(variables, name) ? evaluate(variables[name], environment) : named(name, environment)
    if (value === unmade) complete = false
    else if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw refuse(`Template error: variable ${name} in Fn::Sub expression does not resolve to a string`)
    }
    return asText(value)
  })
  return complete ? replaced : unmade
}

function named(name: string, environment: Environment): unknown {
  return name.includes('.') ? attribute(name, environment) : ref(name, environment)
}

function choice(argument: unknown, environment: Environment): unknown {
  const [condition, yes, no] = ifArguments(argument)
  return evaluate(environment.holds(condition) ? yes : no, environment)
}

function found(argument: unknown, environment: Environment): unknown {
  if (!Array.isArray(argument) || argument.length < 3) {
    throw refuse(
      'Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute to return',
    )
  }
  const keys = argument.slice(0, 3).map((one) => evaluate(one, environment))
  if (keys.includes(unmade)) return unmade
  const [mapping = '', top = '', second = ''] = keys.map(String)
  const value = environment.scope.document.mappings[mapping]?.[top]?.[second]
  if (value !== undefined) return value
  const [, , , options] = argument as readonly unknown[]
  if (isObject(options) && Object.hasOwn(options, 'DefaultValue')) return evaluate(options['DefaultValue'], environment)
  throw refuse(`Template error: Unable to get mapping for ${mapping}::${top}::${second}`)
}

function zones(argument: unknown, environment: Environment): unknown {
  const region = evaluate(argument, environment)
  if (region === unmade) return unmade
  if (region === '' || region === environment.scope.pseudo.region) return environment.scope.zones
  throw refuse(`Template error: Fn::GetAZs is only modelled for the stack's own Region, not ${String(region)}`)
}
