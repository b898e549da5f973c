/**
 * ECR: repositories, what their tags name, and the registry's settings. An image is its manifest's digest; layers aren't kept.
 */
import {createHash} from 'node:crypto'
import type {
  BatchDeleteImageRequest,
  BatchDeleteImageResponse,
  DeleteRepositoryRequest,
  DeleteRepositoryResponse,
  DescribeImagesRequest,
  DescribeImagesResponse,
  DescribePullThroughCacheRulesRequest,
  DescribePullThroughCacheRulesResponse,
  DescribeRegistryResponse,
  DescribeRepositoriesRequest,
  DescribeRepositoriesResponse,
  GetLifecyclePolicyRequest,
  GetLifecyclePolicyResponse,
  GetRegistryPolicyResponse,
  GetRegistryScanningConfigurationResponse,
  PutImageRequest,
  PutImageResponse,
  Repository,
} from '@aws-sdk/client-ecr'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {IMAGE, imagesOf} from './ecr-images.ts'
import {attribute, putRecord, recordOf, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import {bag, bags, flag, text, texts} from './records/properties.ts'

const REPOSITORY = 'AWS::ECR::Repository'

export function createEcr(world: World): Service {
  const find = (call: CallContext, name: string | undefined): AccountRecord => {
    const found = recordOf(world, REPOSITORY, call.region, name ?? '')
    if (found === undefined) {
      throw new AwsFault(
        'RepositoryNotFoundException',
        `The repository with name '${name ?? ''}' does not exist in the registry with id '${call.account}'`,
      )
    }
    return found
  }
  const setting = (type: string, call: CallContext): AccountRecord | undefined => recordsOf(world, type, call.region)[0]
  return {
    name: 'ecr',
    operations: {
      DescribeRepositories: (input: DescribeRepositoriesRequest, call: CallContext): DescribeRepositoriesResponse => {
        const found = input.repositoryNames?.map((name) => find(call, name)) ?? recordsOf(world, REPOSITORY, call.region)
        const {items, next} = page(found, input.nextToken, input.maxResults ?? 100)
        return {repositories: items.map((one) => repositoryShape(one, call)), nextToken: next}
      },
      DeleteRepository: ({repositoryName, force}: DeleteRepositoryRequest, call: CallContext): DeleteRepositoryResponse => {
        const found = find(call, repositoryName)
        const images = imagesOf(world, call.region, found.id)
        if (images.length > 0 && force !== true) {
          throw new AwsFault(
            'RepositoryNotEmptyException',
            `The repository with name '${found.id}' in registry with id '${call.account}' cannot be deleted because it `
              + 'still contains images',
          )
        }
        for (const one of images) world.records.remove(call.region, IMAGE, one.id)
        world.records.remove(call.region, REPOSITORY, found.id)
        return {repository: repositoryShape(found, call)}
      },
      DescribeImages: (input: DescribeImagesRequest, call: CallContext): DescribeImagesResponse => {
        const found = imagesOf(world, call.region, find(call, input.repositoryName).id)
        const wanted = input.imageIds
        return {
          imageDetails: found
            .filter(
              (one) =>
                wanted === undefined
                || wanted.some(
                  ({imageDigest, imageTag}) =>
                    imageDigest === digestOf(one) || texts(one.properties, 'tags').includes(imageTag ?? '-'),
                ),
            )
            .map((one) => ({
              registryId: call.account,
              repositoryName: input.repositoryName,
              imageDigest: digestOf(one),
              imageTags: [...texts(one.properties, 'tags')],
              imagePushedAt: new Date(one.createdAt),
            })),
        }
      },
      PutImage: (input: PutImageRequest, call: CallContext) => putImage(world, find(call, input.repositoryName), input, call),
      BatchDeleteImage: (input: BatchDeleteImageRequest, call: CallContext): BatchDeleteImageResponse => {
        const images = imagesOf(world, call.region, find(call, input.repositoryName).id)
        const gone = images.filter((one) =>
          (input.imageIds ?? []).some(
            ({imageDigest, imageTag}) => imageDigest === digestOf(one) || texts(one.properties, 'tags').includes(imageTag ?? '-'),
          ),
        )
        for (const one of gone) world.records.remove(call.region, IMAGE, one.id)
        return {imageIds: gone.map((one) => ({imageDigest: digestOf(one)})), failures: []}
      },
      GetLifecyclePolicy: ({repositoryName}: GetLifecyclePolicyRequest, call: CallContext): GetLifecyclePolicyResponse => {
        const policy = text(bag(find(call, repositoryName).properties, 'LifecyclePolicy'), 'LifecyclePolicyText')
        if (policy === undefined) {
          throw new AwsFault(
            'LifecyclePolicyNotFoundException',
            `Lifecycle policy does not exist for the repository with name '${repositoryName ?? ''}' in the registry with `
              + `id '${call.account}'`,
          )
        }
        return {registryId: call.account, repositoryName, lifecyclePolicyText: policy}
      },
      DescribeRegistry: (_input: object, call: CallContext): DescribeRegistryResponse => {
        const rules = bags(
          bag(setting('AWS::ECR::ReplicationConfiguration', call)?.properties ?? {}, 'ReplicationConfiguration'),
          'Rules',
        )
        return {
          registryId: call.account,
          replicationConfiguration: {
            rules: rules.map((rule) => ({
              destinations: bags(rule, 'Destinations').map((one) => ({
                region: text(one, 'Region'),
                registryId: text(one, 'RegistryId'),
              })),
              repositoryFilters: bags(rule, 'RepositoryFilters').map((one) => ({
                filter: text(one, 'Filter'),
                filterType: 'PREFIX_MATCH',
              })),
            })),
          },
        }
      },
      GetRegistryScanningConfiguration: (_input: object, call: CallContext): GetRegistryScanningConfigurationResponse => {
        const properties = setting('AWS::ECR::RegistryScanningConfiguration', call)?.properties ?? {}
        return {
          registryId: call.account,
          scanningConfiguration: {
            scanType: (text(properties, 'ScanType') ?? 'BASIC') as 'BASIC',
            rules: bags(properties, 'Rules').map((rule) => ({
              scanFrequency: text(rule, 'ScanFrequency') as 'CONTINUOUS_SCAN',
              repositoryFilters: bags(rule, 'RepositoryFilters').map((one) => ({
                filter: text(one, 'Filter'),
                filterType: 'WILDCARD',
              })),
            })),
          },
        }
      },
      GetRegistryPolicy: (_input: object, call: CallContext): GetRegistryPolicyResponse => {
        const policy = setting('AWS::ECR::RegistryPolicy', call)
        if (policy === undefined) {
          throw new AwsFault(
            'RegistryPolicyNotFoundException',
            `Registry policy does not exist in the registry with id '${call.account}'`,
          )
        }
        return {registryId: call.account, policyText: JSON.stringify(policy.properties['PolicyText'])}
      },
      DescribePullThroughCacheRules: (
        input: DescribePullThroughCacheRulesRequest,
        call: CallContext,
      ): DescribePullThroughCacheRulesResponse => ({
        pullThroughCacheRules: recordsOf(world, 'AWS::ECR::PullThroughCacheRule', call.region)
          .filter(({id}) => input.ecrRepositoryPrefixes?.includes(id) ?? true)
          .map(({id, properties, createdAt}) => ({
            ecrRepositoryPrefix: id,
            upstreamRegistryUrl: text(properties, 'UpstreamRegistryUrl'),
            upstreamRegistry: text(properties, 'UpstreamRegistry') as 'ecr-public',
            registryId: call.account,
            createdAt: new Date(createdAt),
          })),
      }),
    },
  }
}

function digestOf(image: AccountRecord): string {
  return attribute(image, 'Digest')
}

function repositoryShape(record: AccountRecord, call: CallContext): Repository {
  const encryption = bag(record.properties, 'EncryptionConfiguration')
  return {
    registryId: call.account,
    repositoryName: record.id,
    repositoryArn: attribute(record, 'Arn'),
    repositoryUri: attribute(record, 'RepositoryUri'),
    createdAt: new Date(record.createdAt),
    imageTagMutability: (text(record.properties, 'ImageTagMutability') ?? 'MUTABLE') as 'MUTABLE',
    imageScanningConfiguration: {scanOnPush: flag(bag(record.properties, 'ImageScanningConfiguration'), 'ScanOnPush')},
    encryptionConfiguration: {
      encryptionType: (text(encryption, 'EncryptionType') ?? 'AES256') as 'KMS',
      kmsKey: text(encryption, 'KmsKey'),
    },
  }
}

/** A tag moves to the newest image that claims it, unless the repository's tags are immutable. */
function putImage(world: World, repository: AccountRecord, input: PutImageRequest, call: CallContext): PutImageResponse {
  const manifest = input.imageManifest ?? ''
  const imageDigest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`
  const {imageTag} = input
  const images = imagesOf(world, call.region, repository.id)
  const holder = images.find((one) => texts(one.properties, 'tags').includes(imageTag ?? '-'))
  if (holder !== undefined && digestOf(holder) !== imageDigest) {
    if (text(repository.properties, 'ImageTagMutability') === 'IMMUTABLE') {
      throw new AwsFault(
        'ImageTagAlreadyExistsException',
        `The image tag '${imageTag ?? ''}' already exists in the '${repository.id}' repository and cannot be overwritten `
          + 'because the repository is immutable.',
      )
    }
    world.records.change(call.region, IMAGE, holder.id, {
      properties: {...holder.properties, tags: texts(holder.properties, 'tags').filter((tag) => tag !== imageTag)},
    })
  }
  const known = images.find((one) => digestOf(one) === imageDigest)
  const tags = [...new Set([...texts(known?.properties ?? {}, 'tags'), ...(imageTag === undefined ? [] : [imageTag])])]
  putRecord(world, {
    type: IMAGE,
    region: call.region,
    id: `${repository.id}@${imageDigest}`,
    properties: {RepositoryName: repository.id, tags},
    attributes: {Digest: imageDigest},
  })
  return {
    image: {registryId: call.account, repositoryName: repository.id, imageId: {imageDigest, imageTag}, imageManifest: manifest},
  }
}
