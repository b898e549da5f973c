/**
 * Image Builder: everything is named by ARN, recipes and components by version too; a version that exists can't be made again.
 */
import {text} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {Made, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, recordHandler, refuseTaken} from './record-handler.ts'

export const imageBuilderHandlers: ResourceHandlers = {
  'AWS::ImageBuilder::Component': builder('component', (name, version) => `component/${name}/${version}/1`),
  'AWS::ImageBuilder::ImageRecipe': builder('image recipe', (name, version) => `image-recipe/${name}/${version}`),
  'AWS::ImageBuilder::ImagePipeline': builder('image pipeline', (name) => `image-pipeline/${name}`),
  'AWS::ImageBuilder::InfrastructureConfiguration': builder(
    'infrastructure configuration',
    (name) => `infrastructure-configuration/${name}`,
  ),
  'AWS::ImageBuilder::DistributionConfiguration': builder(
    'distribution configuration',
    (name) => `distribution-configuration/${name}`,
  ),
  'AWS::ImageBuilder::LifecyclePolicy': builder('lifecycle policy', (name) => `lifecycle-policy/${name}`),
}

function builder(noun: string, path: (name: string, version: string) => string): ResourceHandler {
  const idOf = (request: ResourceRequest): string => {
    const name = (text(request.properties, 'Name') ?? '').toLowerCase().replaceAll(/[ _]/g, '-')
    return arn(request, 'imagebuilder', path(name, text(request.properties, 'Version') ?? '1.0.0'))
  }
  return recordHandler({
    check: (request) => {
      const version = text(request.properties, 'Version')
      if (version !== undefined && !/^\d+\.\d+\.\d+$/.test(version)) {
        throw new AwsFault('InvalidVersionNumberException', `The version ${version} must have the form major.minor.patch`)
      }
      refuseTaken(
        request,
        idOf(request),
        'ResourceAlreadyExistsException',
        `The following ${noun} already exists: '${idOf(request)}'.`,
      )
    },
    make: (request): Made => {
      const id = idOf(request)
      return {
        physicalId: id,
        attributes: {
          Arn: id,
          Name: text(request.properties, 'Name') ?? '',
          ...(noun === 'component' && {Type: 'BUILD', Encrypted: true}),
        },
      }
    },
  })
}
