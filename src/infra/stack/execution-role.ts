/**
 * The policies of the role that CloudFormation works with, as the foundation's template has them, with names filled in: what
 * `sluice iam policy --role execution` prints. The template is the truth; nothing is added here. Pure.
 */
import type {Files} from './templates.ts'
import {parseTemplate} from './templates.ts'

interface Where {
  readonly partition: string
  readonly account: string
  readonly regions: readonly string[]
  readonly service: string
  readonly environment: string
}

interface PolicyDocument {
  readonly Version: string
  readonly Statement: readonly object[]
}

/** Of the role in peace; all its inline policies in one document. */
export function executionPolicy(templates: Files, where: Where): PolicyDocument {
  const {Resources} = parseTemplate(templates.get('foundation.yaml') ?? '')
  const role = Resources['ExecutionRole']?.Properties as {readonly Policies?: readonly {readonly PolicyDocument: unknown}[]} | undefined
  if (role?.Policies === undefined) throw new Error('foundation.yaml has no ExecutionRole with policies')
  const documents = role.Policies.map((policy) => filledIn(policy.PolicyDocument, values(where)) as PolicyDocument)
  return {Version: '2012-10-17', Statement: documents.flatMap(({Statement}) => Statement)}
}

function values({partition, account, regions, service, environment}: Where): ReadonlyMap<string, string> {
  return new Map(Object.entries({
    'AWS::Partition': partition, 'AWS::AccountId': account, 'AWS::Region': regions[0] ?? '', 'AWS::URLSuffix': partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
    Service: service, Environment: environment, PeerRegion: regions[1] ?? '',
  }))
}

const nothing = Symbol('AWS::NoValue')

/** Only what the role's policies use: `Ref`, `Sub`, and `If` on whether there is a peer. */
function filledIn(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => filledIn(one, known)).filter((one) => one !== nothing)
  if (typeof value !== 'object' || value === null) return value
  const [[name, argument] = ['', null]] = Object.entries(value)
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? nothing : named(String(argument), known)
    case 'Fn::Sub':
      return String(argument).replaceAll(/\$\{([^}]+)\}/g, (_, key: string) => named(key, known))
    case 'Fn::If': {
      const [condition, then, otherwise] = argument as readonly [string, unknown, unknown]
      if (condition !== 'HasPeer') throw new Error(`the execution role depends on the condition ${condition}, which isn't known here`)
      return filledIn(known.get('PeerRegion') === '' ? otherwise : then, known)
    }
    default:
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one, known)]).filter(([, one]) => one !== nothing))
  }
}

function named(name: string, known: ReadonlyMap<string, string>): string {
  const value = known.get(name)
  if (value === undefined) throw new Error(`the execution role names ${name}, which isn't known here`)
  return value
}
