/**
 * The templates as an environment gets them: parameters filled in, conditions decided, branches that aren't taken left out. Guard
 * and checkov don't follow a `Ref` to a parameter, so they are shown these. References between resources stay as they are.
 */
import {conditionHolds, known, parameterValues, unknown, valueOf} from '../../src/infra/stack/conditions.ts'
import type {Values} from '../../src/infra/stack/conditions.ts'
import type {Deployment} from '../../src/infra/stack/deployments.ts'
import {parseTemplate} from '../../src/infra/stack/templates.ts'
import type {Files, Template} from '../../src/infra/stack/templates.ts'

/** An ARN, an id or a name that looks like what the account would hold: some rules look at the form. */
const samples: Readonly<Record<string, string>> = {
  DataKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
  LogsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-666666666666',
  SiteKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-777777777777',
}
/** Names that only the Region knows, too. */
const names: Readonly<Record<string, string>> = {LogBucket: 'shop-production-logs-111122223333-eu-west-1'}
const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'shop-production-main',
}

/** File name (nested ones by their path of logical ids) → filled template, as JSON. */
export function filledTemplates(deployment: Deployment, files: Files): ReadonlyMap<string, object> {
  const filled = new Map<string, object>()
  const given = {...deployment.parameters, ...deployment.then}
  fill(
    deployment.kind,
    deployment.template,
    new Map(Object.entries(given).map(([name, value]) => [name, known(value)])),
    deployment.region,
    files,
    filled,
  )
  return filled
}

function fill(path: string, file: string, given: Values, region: string, files: Files, into: Map<string, object>): void {
  const template = parseTemplate(files.get(file) ?? '')
  const values = new Map(parameterValues(template, given))
  for (const [name, value] of Object.entries({...pseudo, 'AWS::Region': region, ...samples, ...names})) {
    if (values.get(name)?.kind !== 'known') values.set(name, known(value))
  }
  const taken = (condition: string | undefined): boolean =>
    condition === undefined || (conditionHolds(condition, template, values) ?? true)
  // A bucket's name is known beforehand, and rules about its policy look for it.
  for (const [name, {Type, Properties = {}}] of Object.entries(template.Resources)) {
    if (Type !== 'AWS::S3::Bucket') continue
    const given = (Properties['BucketName'] as {readonly 'Fn::Sub'?: string} | undefined)?.['Fn::Sub']
    const called = substituted(given ?? `shop-production-main-${name.toLowerCase()}-1a2b3c4d5e6f`, values)
    if (typeof called === 'string') values.set(name, known(called)).set(`${name}.Arn`, known(`arn:aws:s3:::${called}`))
  }
  const context = {template, values, taken}
  const resources = Object.entries(template.Resources).filter(([, {Condition}]) => taken(Condition))
  into.set(path, {
    AWSTemplateFormatVersion: '2010-09-09',
    Parameters: template.Parameters ?? {},
    Resources: Object.fromEntries(resources.map(([name, {Condition: _, ...resource}]) => [name, filledIn(resource, context)])),
  })
  for (const [name, {Type, Properties = {}}] of resources) {
    if (Type !== 'AWS::CloudFormation::Stack') continue
    const parameters = Object.entries((Properties['Parameters'] ?? {}) as Record<string, unknown>)
    const passed = new Map(parameters.map(([key, value]) => [key, passedOn(value, context)]))
    fill(`${path}-${name}`, String(Properties['TemplateURL']), passed, region, files, into)
  }
}

interface Context {
  readonly template: Template
  readonly values: Values
  readonly taken: (condition: string) => boolean
}

const passedOn = (value: unknown, {template, values}: Context): ReturnType<typeof valueOf> => {
  const told = valueOf(value, template, values)
  return told.kind === 'known' ? told : unknown
}

const absent = Symbol('AWS::NoValue')

function filledIn(value: unknown, context: Context): unknown {
  if (Array.isArray(value)) return value.map((one) => filledIn(one, context)).filter((one) => one !== absent)
  if (typeof value !== 'object' || value === null) return value
  const [entry, ...others] = Object.entries(value)
  if (entry !== undefined && others.length === 0) {
    const answer = asFunction(entry[0], entry[1], context)
    if (answer !== undefined) return answer
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => [name, filledIn(one, context)])
      .filter(([, one]) => one !== absent),
  )
}

/** undefined: not a function, or one about other resources. */
function asFunction(name: string, argument: unknown, context: Context): unknown {
  switch (name) {
    case 'Ref':
      if (argument === 'AWS::NoValue') return absent
      return typed(textOf(context.values.get(String(argument))))
    case 'Fn::GetAtt':
      return textOf(context.values.get((argument as readonly string[]).join('.')))
    case 'Fn::FindInMap':
      return textOf(valueOf({[name]: argument}, context.template, context.values))
    case 'Fn::If': {
      const [condition, yes, no] = argument as readonly unknown[]
      return filledIn(context.taken(String(condition)) ? yes : no, context)
    }
    case 'Fn::Sub':
      return typeof argument === 'string' ? substituted(argument, context.values) : undefined
    case 'Fn::Split': {
      const [by, text] = argument as readonly [string, unknown]
      const told = filledIn(text, context)
      return typeof told === 'string' ? told.split(by) : undefined
    }
    default:
      return undefined
  }
}

const textOf = (value: ReturnType<typeof valueOf> | undefined): string | undefined =>
  value?.kind === 'known' ? value.text : undefined

/** Rules compare numbers and truth values, and CloudFormation's parameters are texts. */
const typed = (text: string | undefined): string | number | boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : text

/** A text when everything in it is known, else what is left of the function. */
function substituted(text: string, values: Values): unknown {
  const left = text.replaceAll(/\$\{([^!}][^}]*)\}/g, (whole, name: string) => textOf(values.get(name)) ?? whole)
  return /\$\{[^!]/.test(left) ? {'Fn::Sub': left} : left
}
