/**
 * A template's text as a document: its sections in their places, everything it refers to declared in it. It refuses what
 * CloudFormation would refuse before it has seen a parameter or a resource's schema; it resolves nothing.
 */
import type {ParameterDeclaration, Properties, ResourceDeclaration, TemplateDocument, TemplateLanguage} from '../contract.ts'
import {checkReferences} from './check-references.ts'
import {asText, isObject} from './functions.ts'
import {parameterType} from './parameter-types.ts'
import {malformed, notModelled, refuse} from './template-fault.ts'
import {templateValue} from './template-text.ts'

const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
  'Hooks',
]
const resourceMembers = [
  'Type',
  'Properties',
  'Condition',
  'DependsOn',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'UpdatePolicy',
  'CreationPolicy',
  'Metadata',
]
const parameterMembers = [
  'Type',
  'Default',
  'AllowedValues',
  'AllowedPattern',
  'MinLength',
  'MaxLength',
  'MinValue',
  'MaxValue',
  'NoEcho',
  'Description',
  'ConstraintDescription',
]
const outputMembers = ['Value', 'Condition', 'Description', 'Export']
const most = {Resources: 500, Parameters: 200, Outputs: 200, Mappings: 200, description: 1024}

type Section = Readonly<Record<string, unknown>>

export const readTemplate: TemplateLanguage['readTemplate'] = (text) => {
  const value = templateValue(text)
  if (!isObject(value)) throw malformed('unsupported structure.')
  checkSections(value)
  const document: TemplateDocument = {
    description: text_(value['Description']),
    metadata: section(value, 'Metadata'),
    parameters: new Map(Object.entries(mapped(section(value, 'Parameters'), parameter))),
    mappings: section(value, 'Mappings') as TemplateDocument['mappings'],
    rules: section(value, 'Rules'),
    conditions: section(value, 'Conditions'),
    resources: new Map(Object.entries(mapped(section(value, 'Resources'), resource))),
    outputs: mapped(section(value, 'Outputs'), output),
  }
  checkReferences(document)
  return document
}

const mapped = <T>(members: Section, read: (name: string, value: unknown) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, read(name, value)]))

function checkSections(value: Section): void {
  const strange = Object.keys(value).filter((name) => !sections.includes(name))
  if (strange.length > 0) throw malformed(`Invalid template property or properties [${strange.join(', ')}]`)
  for (const name of ['Transform', 'Hooks']) if (value[name] !== undefined) throw notModelled(name)
  if (![undefined, '2010-09-09'].includes(value['AWSTemplateFormatVersion'] as string | undefined)) {
    throw malformed('unsupported value for AWSTemplateFormatVersion.')
  }
  if (Object.keys(section(value, 'Resources')).length === 0) throw malformed('At least one Resources member must be defined.')
  for (const name of ['Resources', 'Parameters', 'Outputs', 'Mappings'] as const) {
    const count = Object.keys(section(value, name)).length
    if (count > most[name]) {
      throw malformed(`Number of ${name.toLowerCase()}, ${count}, is greater than maximum allowed, ${most[name]}`)
    }
  }
  const description = value['Description']
  if (description !== undefined && typeof description !== 'string') throw malformed('Every Description member must be a string.')
  if (typeof description === 'string' && Buffer.byteLength(description) > most.description) {
    throw malformed(`'Description' length is greater than ${most.description}.`)
  }
}

function section(value: Section, name: string): Section {
  const found = value[name]
  if (found === undefined) return {}
  if (!isObject(found)) throw malformed(`[/${name}] ${name} must be an object.`)
  noNulls(found, `/${name}`)
  return found
}

function noNulls(value: unknown, path: string): void {
  if (value === null) throw refuse(`[${path}] 'null' values are not allowed in templates`)
  if (typeof value === 'object') for (const [key, one] of Object.entries(value)) noNulls(one, `${path}/${key}`)
}

function member(kind: string, name: string, value: unknown): Section {
  if (!isObject(value)) throw malformed(`Every ${kind} member must be an object: ${name} is none.`)
  return value
}

function named(kind: string, name: string): void {
  if (!/^[A-Za-z0-9]{1,255}$/.test(name)) throw malformed(`${kind} name ${name} is non alphanumeric.`)
}

const text_ = (value: unknown): string | undefined => (value === undefined ? undefined : asText(value))
const number_ = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value))

function parameter(name: string, value: unknown): ParameterDeclaration {
  named('Parameter', name)
  const one = member('Parameters', name, value)
  const strange = Object.keys(one).find((key) => !parameterMembers.includes(key))
  if (strange !== undefined) throw refuse(`Invalid template parameter property '${strange}'`)
  if (typeof one['Type'] !== 'string') throw malformed('Every Parameters object must contain a Type member.')
  if (parameterType(one['Type']) === null) throw malformed(`Unrecognized parameter type: ${one['Type']}`)
  const {AllowedValues: values} = one
  if (values !== undefined && !Array.isArray(values)) throw malformed('Every AllowedValues member must be a list.')
  if (typeof one['Default'] === 'object') throw malformed('Every Default member must be a string.')
  return {
    type: one['Type'],
    default: text_(one['Default']),
    allowedValues: (values as readonly unknown[] | undefined)?.map(String),
    allowedPattern: text_(one['AllowedPattern']),
    minLength: number_(one['MinLength']),
    maxLength: number_(one['MaxLength']),
    minValue: number_(one['MinValue']),
    maxValue: number_(one['MaxValue']),
    noEcho: text_(one['NoEcho']) === 'true',
    description: text_(one['Description']),
    constraintDescription: text_(one['ConstraintDescription']),
  }
}

const policies: Readonly<Record<string, readonly string[]>> = {
  DeletionPolicy: ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'],
  UpdateReplacePolicy: ['Delete', 'Retain', 'Snapshot'],
}

function resource(logicalId: string, value: unknown): ResourceDeclaration {
  named('Resource', logicalId)
  const one = member('Resources', logicalId, value)
  const strange = Object.keys(one).find((key) => !resourceMembers.includes(key))
  if (strange !== undefined) throw refuse(`Invalid template resource property '${strange}'`)
  const {Type: type, DependsOn: dependsOn} = one
  if (typeof type !== 'string' || type === '') {
    throw malformed(`[/Resources/${logicalId}] Every Resources object must contain a Type member.`)
  }
  if (one['CreationPolicy'] !== undefined) throw notModelled('CreationPolicy')
  for (const [name, allowed] of Object.entries(policies)) {
    if (one[name] !== undefined && !allowed.includes(one[name] as string)) {
      throw malformed(`Unrecognized ${name} ${JSON.stringify(one[name])} for resource ${logicalId}`)
    }
  }
  const object = (name: string): Properties | undefined =>
    one[name] === undefined ? undefined : member(name, `/Resources/${logicalId}/${name}`, one[name])
  return {
    logicalId,
    type,
    properties: object('Properties') ?? {},
    condition: text_(one['Condition']),
    dependsOn: dependsOn === undefined ? [] : Array.isArray(dependsOn) ? dependsOn.map(asText) : [asText(dependsOn)],
    deletionPolicy: text_(one['DeletionPolicy']),
    updateReplacePolicy: text_(one['UpdateReplacePolicy']),
    updatePolicy: object('UpdatePolicy'),
    metadata: object('Metadata'),
  }
}

function output(name: string, value: unknown): TemplateDocument['outputs'][string] {
  named('Output', name)
  const one = member('Outputs', name, value)
  const strange = Object.keys(one).find((key) => !outputMembers.includes(key))
  if (strange !== undefined) throw refuse(`Invalid template output property '${strange}'`)
  if (one['Value'] === undefined) {
    throw malformed(`Output ${name} is malformed. The Value field of every Outputs member must be specified.`)
  }
  return {
    value: one['Value'],
    condition: text_(one['Condition']),
    description: text_(one['Description']),
    exportName: isObject(one['Export']) ? one['Export']['Name'] : undefined,
  }
}
