/**
 * Universal targets: which operation a target's ARN means, and whether AWS would take it. Reading operations are refused. The
 * input keeps the API's own casing; a member the API doesn't have makes the delivery fail, which is how a wrongly cased
 * dead-man's switch would be noticed.
 */
import {AwsFault} from '../world/contract.ts'
import {entryByName} from '../wire/catalogue.ts'
import {fromJson} from '../wire/json-shapes.ts'
import {missingMembers, serviceModel} from '../wire/model.ts'
import type {Members, OperationModel, ServiceModel} from '../wire/model.ts'

/** The prefixes AWS lists as unsupported for universal targets. */
const READING =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized|invokeModel)/

export interface UniversalTarget {
  readonly model: ServiceModel
  readonly operation: OperationModel
}

export async function universalTarget(arn: string): Promise<UniversalTarget> {
  const [, service = '', operation = ''] = /^arn:aws[a-z-]*:scheduler:::aws-sdk:([a-z0-9-]+):([a-zA-Z0-9]+)$/.exec(arn) ?? []
  if (service === '') {
    throw new AwsFault(
      'ValidationException',
      `Provided Arn is not in correct format, or is a target the sandbox doesn't model: ${arn}`,
    )
  }
  if (READING.test(operation)) {
    throw new AwsFault('ValidationException', `${operation} only reads; it can't be a universal target.`)
  }
  const entry = entryByName(service)
  const model = entry === undefined ? undefined : await serviceModel(entry)
  const name = `${operation.charAt(0).toUpperCase()}${operation.slice(1)}`
  const known = model?.operations.get(name)
  if (model === undefined || known === undefined) throw new AwsFault('ValidationException', `${arn} is not a supported target.`)
  return {model, operation: known}
}

/** The operation's typed input, or a sentence about why AWS would not take it. */
export function universalInput(target: UniversalTarget, json: string): Members | string {
  const unknownPaths: string[] = []
  const input = fromJson(target.operation.input, JSON.parse(json), unknownPaths) as Members
  if (unknownPaths.length > 0) return `${target.operation.name} has no member ${unknownPaths.join(', ')}`
  const missing = missingMembers(target.operation.input, input)
  return missing.length > 0 ? `${target.operation.name} needs ${missing.join(', ')}` : input
}
