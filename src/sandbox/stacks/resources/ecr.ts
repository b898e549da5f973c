/** Registries: repositories that stay while they hold images, and the registry's own settings, of which each Region has one. */
import {imagesOf} from '../../services/ecr-images.ts'
import {text} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, generatedName, recordHandler, refuseTaken} from './record-handler.ts'

export const ecrHandlers: ResourceHandlers = {
  'AWS::ECR::Repository': recordHandler({check: checkRepository, make: makeRepository, release: releaseRepository}),
  'AWS::ECR::ReplicationConfiguration': settings('replication configuration'),
  'AWS::ECR::RegistryScanningConfiguration': settings('scanning configuration'),
  'AWS::ECR::RegistryPolicy': settings('registry policy'),
  'AWS::ECR::PullThroughCacheRule': recordHandler({
    check: (request) => {
      const prefix = prefixOf(request)
      refuseTaken(
        request,
        prefix,
        'PullThroughCacheRuleAlreadyExistsException',
        `A pull through cache rule with ecrRepositoryPrefix '${prefix}' already exists in the registry with id `
          + `'${request.world.account}'`,
      )
    },
    make: (request) => ({physicalId: prefixOf(request), attributes: {}}),
  }),
  'AWS::ECR::RepositoryCreationTemplate': recordHandler({
    check: (request) => {
      const prefix = prefixOf(request)
      refuseTaken(request, prefix, 'TemplateAlreadyExistsException', `A template already exists for the prefix '${prefix}'`)
    },
    make: (request) => {
      const at = new Date(request.world.clock.now()).toISOString()
      return {physicalId: prefixOf(request), attributes: {CreatedAt: at, UpdatedAt: at}}
    },
  }),
}

function prefixOf({properties}: ResourceRequest): string {
  return text(properties, 'EcrRepositoryPrefix') ?? text(properties, 'Prefix') ?? ''
}

function checkRepository(request: ResourceRequest): void {
  const name = text(request.properties, 'RepositoryName')
  if (name === undefined) return
  refuseTaken(
    request,
    name,
    'RepositoryAlreadyExistsException',
    `The repository with name '${name}' already exists in the registry with id '${request.world.account}'`,
  )
}

function makeRepository(request: ResourceRequest): Made {
  const name = text(request.properties, 'RepositoryName') ?? generatedName(request, 200).toLowerCase()
  return {
    physicalId: name,
    attributes: {
      Arn: arn(request, 'ecr', `repository/${name}`),
      RepositoryUri: `${request.world.account}.dkr.ecr.${request.region}.amazonaws.com/${name}`,
    },
  }
}

function releaseRepository(request: ChangeRequest): void {
  const {world, region, physicalId, properties} = request
  if (imagesOf(world, region, physicalId).length === 0 || text(properties, 'EmptyOnDelete') === 'true') return
  throw new AwsFault(
    'RepositoryNotEmptyException',
    `The repository with name '${physicalId}' in registry with id '${world.account}' cannot be deleted because it still `
      + 'contains images',
  )
}

/** One per registry: a second stack can't own it too. */
function settings(noun: string): ResourceHandler {
  return recordHandler({
    check: (request) => {
      refuseTaken(
        request,
        request.world.account,
        'AlreadyExists',
        `The registry '${request.world.account}' has a ${noun} already.`,
      )
    },
    make: ({world}) => ({physicalId: world.account, attributes: {RegistryId: world.account}}),
  })
}
