/**
 * The rights that CloudFormation works with: the policy of a role in the foundation, as the template has it, with this
 * environment's names filled in. Pure. What only an account can tell is left as a `*`,
 * and a function it doesn't know is a bug of ours.
 */
import {parseTemplate} from './templates.ts'

export interface PolicyPlace {
  readonly partition: string
  readonly account: string
  readonly region: string
  readonly service: string
  readonly environment: string
}

export type ExecutionRole = 'ExecutionRole' | 'RecoveryExecutionRole'

/** `foundation`: text of foundation.yaml. */
export function executionPolicy(foundation: string, role: ExecutionRole, place: PolicyPlace): object {
  const policies = parseTemplate(foundation).Resources[role]?.Properties?.['Policies']
  const document = Array.isArray(policies) ? (policies[0] as {readonly PolicyDocument?: unknown}).PolicyDocument : undefined
  if (document === undefined) throw new Error(`foundation.yaml has no policy of ${role}`)
  return filled(document, place) as object
}

function filled(value: unknown, place: PolicyPlace): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, place))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as Readonly<Record<string, unknown>>)
  const [name, argument] = entries[0] ?? ['', undefined]
  if (entries.length === 1 && name === 'Ref') return variable(String(argument), place)
  if (entries.length === 1 && name === 'Fn::GetAtt' && Array.isArray(argument)) return variable(argument.join('.'), place)
  if (entries.length === 1 && name === 'Fn::Sub' && typeof argument === 'string')
    return argument.replace(/\$\{([\w:.]+)\}/g, (_, of: string) => variable(of, place))
  if (entries.length === 1 && name.startsWith('Fn::'))
    throw new Error(`a policy of foundation.yaml has ${name}, which can't be printed`)
  return Object.fromEntries(entries.map(([key, item]) => [key, filled(item, place)]))
}

function variable(name: string, {partition, account, region, service, environment}: PolicyPlace): string {
  const known: Readonly<Record<string, string>> = {
    'AWS::Partition': partition,
    'AWS::AccountId': account,
    'AWS::Region': region,
    Service: service,
    Environment: environment,
  }
  // Which key it is only the stack knows.
  if (name.endsWith('Key.Arn')) return `arn:${partition}:kms:${region}:${account}:key/*`
  return known[name] ?? '*'
}
