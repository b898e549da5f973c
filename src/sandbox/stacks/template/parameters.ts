/**
 * Parameters of one stack: which value each has, whether it may have it, and what an SSM parameter it names holds. All names that
 * lack something are told at once, as CloudFormation does; the first value that breaks a constraint ends it.
 */
import type {ParameterDeclaration, ParameterValue, TemplateLanguage} from '../contract.ts'
import {members, parameterType} from './parameter-types.ts'
import type {ParameterType} from './parameter-types.ts'
import {malformed, notModelled, refuse} from './template-fault.ts'

export const resolveParameters: TemplateLanguage['resolveParameters'] = (document, given, lookUp) => {
  const strangers = Object.keys(given).filter((name) => !document.parameters.has(name))
  if (strangers.length > 0) throw refuse(`Parameters: [${strangers.join(', ')}] do not exist in the template`)
  const declared = [...document.parameters]
  const valueOf = (name: string, declaration: ParameterDeclaration): string | undefined => given[name] ?? declaration.default
  const missing = declared.filter(([name, declaration]) => valueOf(name, declaration) === undefined).map(([name]) => name)
  if (missing.length > 0) throw refuse(`Parameters: [${missing.join(', ')}] must have values`)

  const typed = declared.map(([name, declaration]) => {
    const type = parameterType(declaration.type)
    if (type === null) throw malformed(`Unrecognized parameter type: ${declaration.type}`)
    const value = valueOf(name, declaration) ?? ''
    obey(name, declaration, type, value)
    return {name, type, value}
  })
  const stored = new Map(typed.filter(({type}) => type.stored).map(({value}) => [value, lookUp(value)]))
  const absent = [...stored].filter(([, value]) => value === null).map(([name]) => name)
  if (absent.length > 0) throw refuse(`Unable to fetch parameters [${absent.join(',')}] from parameter store for this account.`)

  return new Map(
    typed.map(({name, type, value}): readonly [string, ParameterValue] => {
      const resolved = type.stored ? (stored.get(value) ?? '') : value
      exist(name, type, resolved)
      return [name, {value, resolved}]
    }),
  )
}

/** Constraints are the value's as it is given: of an SSM type, the name's. */
function obey(name: string, declaration: ParameterDeclaration, type: ParameterType, value: string): void {
  const each = type.list && !type.stored ? members(value) : [value]
  const broken = each.map((one) => brokenConstraint(declaration, type, one)).find((problem) => problem !== null)
  if (broken === undefined || broken === null) return
  const {constraintDescription} = declaration
  if (constraintDescription === undefined) throw refuse(`Parameter '${name}' ${broken}`)
  throw refuse(`Parameter ${name} failed to satisfy constraint: ${constraintDescription}`)
}

function brokenConstraint(declaration: ParameterDeclaration, type: ParameterType, value: string): string | null {
  const {allowedValues, allowedPattern, minLength, maxLength, minValue, maxValue} = declaration
  if (type.number && (value.trim() === '' || !Number.isFinite(Number(value)))) return 'must be a number'
  if (allowedValues !== undefined && !allowedValues.includes(value)) return 'must be one of AllowedValues'
  if (allowedPattern !== undefined && !pattern(allowedPattern).test(value)) return `must match pattern ${allowedPattern}`
  if (minLength !== undefined && value.length < minLength) return `must contain at least ${minLength} characters`
  if (maxLength !== undefined && value.length > maxLength) return `must contain at most ${maxLength} characters`
  if (minValue !== undefined && Number(value) < minValue) return `must be a number not less than ${minValue}`
  if (maxValue !== undefined && Number(value) > maxValue) return `must be a number not greater than ${maxValue}`
  return null
}

/** AWS matches the whole value. Its expressions are Java's: one that JavaScript can't read must not count as matched. */
function pattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`, 's')
  } catch {
    throw notModelled(`the AllowedPattern ${text}`)
  }
}

/** AWS looks an id up; here it has to look like one. */
function exist(name: string, {form, list}: ParameterType, resolved: string): void {
  if (form === undefined) return
  const wrong = (list ? members(resolved) : [resolved]).find((one) => !form.test(one))
  if (wrong !== undefined) {
    throw refuse(`Parameter validation failed: parameter value ${wrong} for parameter name ${name} does not exist`)
  }
}
