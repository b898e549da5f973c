/** Secrets of stacks: generated once, replicated to where the template says, and gone at once when they are deleted. */
import {recordOf} from '../../services/records/lookup.ts'
import {text} from '../../services/records/properties.ts'
import {dropValue, firstValue, keepReplicas, secretOf, writeValue} from '../../services/secret-values.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, generatedName, recordHandler} from './record-handler.ts'

export const secretHandlers: ResourceHandlers = {
  'AWS::SecretsManager::Secret': recordHandler({
    check: checkSecret,
    make: makeSecret,
    change: changeSecret,
    release: releaseSecret,
  }),
}

function checkSecret(request: ResourceRequest): void {
  const {properties, world, region} = request
  if (properties['SecretString'] !== undefined && properties['GenerateSecretString'] !== undefined) {
    throw new AwsFault('InvalidRequestException', "You can't specify both SecretString and GenerateSecretString.")
  }
  const name = text(properties, 'Name')
  if (name !== undefined && secretOf(world, region, name) !== undefined) {
    throw new AwsFault('ResourceExistsException', `The operation failed because the secret ${name} already exists.`)
  }
}

function makeSecret(request: ResourceRequest): Made {
  const {world, region, properties} = request
  const name = text(properties, 'Name') ?? generatedName(request, 64)
  const id = arn(request, 'secretsmanager', `secret:${name}-${world.hex(6)}`)
  const value = firstValue(world, properties)
  keepReplicas(world, id, name, properties)
  if (value !== null) writeValue(world, region, id, value)
  return {physicalId: id, attributes: {Id: id, Name: name}}
}

/** A generated value changes only when the rule that made it does. */
function changeSecret(request: ChangeRequest): Made {
  const {world, region, properties, previous, physicalId} = request
  const known = recordOf(world, request.type, region, physicalId)
  const name = text(known?.attributes ?? {}, 'Name') ?? text(properties, 'Name') ?? ''
  keepReplicas(world, physicalId, name, properties)
  const rule = (from: Readonly<Record<string, unknown>>): string =>
    JSON.stringify([from['SecretString'], from['GenerateSecretString']])
  const value = rule(properties) === rule(previous) ? null : firstValue(world, properties)
  if (value !== null) writeValue(world, region, physicalId, value)
  return {physicalId, attributes: {Id: physicalId, Name: name}}
}

function releaseSecret(request: ChangeRequest): void {
  keepReplicas(request.world, request.physicalId, '', {})
  dropValue(request.world, request.region, request.physicalId)
}
