/** Keys and their aliases. A key's policy must leave somebody able to change it, and an alias names one key of its Region. */
import {keyOf} from '../../services/kms-keys.ts'
import {bag, text} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, recordHandler, refuseTaken} from './record-handler.ts'
import {uuid} from '../../world/uuid.ts'

export const kmsHandlers: ResourceHandlers = {
  'AWS::KMS::Key': recordHandler({check: checkPolicy, make: makeKey}),
  'AWS::KMS::Alias': recordHandler({
    check: checkAlias,
    make: (request) => ({physicalId: text(request.properties, 'AliasName') ?? '', attributes: {}}),
  }),
}

function checkPolicy(request: ResourceRequest): void {
  const policy = bag(request.properties, 'KeyPolicy')
  if (Object.keys(policy).length > 0 && !Array.isArray(policy['Statement'])) {
    throw new AwsFault('MalformedPolicyDocumentException', 'Policy contains a statement with one or more invalid principals.')
  }
}

function makeKey(request: ResourceRequest): Made {
  const id = uuid(request.world)
  return {physicalId: id, attributes: {KeyId: id, Arn: arn(request, 'kms', `key/${id}`)}}
}

function checkAlias(request: ResourceRequest): void {
  const name = text(request.properties, 'AliasName') ?? ''
  if (!name.startsWith('alias/')) {
    throw new AwsFault('ValidationException', `Invalid alias: ${name}. Aliases must begin with alias/`)
  }
  if (name.startsWith('alias/aws/')) throw new AwsFault('NotAuthorizedException', `Alias ${name} is reserved for AWS.`)
  refuseTaken(request, name, 'AlreadyExistsException', `An alias with the name ${arn(request, 'kms', name)} already exists`)
  const target = text(request.properties, 'TargetKeyId') ?? ''
  if (keyOf(request.world, request.region, target) === undefined) {
    throw new AwsFault('NotFoundException', `Key '${target}' does not exist`)
  }
}
