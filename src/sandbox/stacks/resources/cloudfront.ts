/**
 * CloudFront: distributions and what they name. An alias belongs to one distribution in the world, and the certificate behind it
 * must be issued, cover the alias and live in us-east-1. What a distribution uses can't be deleted.
 */
import {checkCertificate, deploying, refuseTakenAliases} from '../../services/cloudfront-distributions.ts'
import {recordsOf} from '../../services/records/lookup.ts'
import {bag, bags, text, texts} from '../../services/records/properties.ts'
import type {Bag} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {capitals, recordHandler} from './record-handler.ts'
import {uuid} from '../../world/uuid.ts'

export const cloudFrontHandlers: ResourceHandlers = {
  'AWS::CloudFront::Distribution': recordHandler({check: checkDistribution, make: makeDistribution, change: changeDistribution}),
  'AWS::CloudFront::OriginAccessControl': recordHandler({
    check: (request) => {
      refuseName(
        request,
        'OriginAccessControlConfig',
        'OriginAccessControlAlreadyExists',
        'An origin access control with the same name already exists.',
      )
    },
    make: (request) => named(`E${capitals(request, 13)}`),
    release: (request) => {
      refuseUsed(
        request,
        'OriginAccessControlInUse',
        'Cannot delete the origin access control because it is in use.',
        ({origins}) => origins.some((one) => text(one, 'OriginAccessControlId') === request.physicalId),
      )
    },
  }),
  'AWS::CloudFront::ResponseHeadersPolicy': recordHandler({
    check: (request) => {
      refuseName(
        request,
        'ResponseHeadersPolicyConfig',
        'ResponseHeadersPolicyAlreadyExists',
        'A response headers policy with the same name already exists.',
      )
    },
    make: (request) => {
      const id = uuid(request.world)
      return {physicalId: id, attributes: {Id: id, LastModifiedTime: new Date(request.world.clock.now()).toISOString()}}
    },
    release: (request) => {
      refuseUsed(
        request,
        'ResponseHeadersPolicyInUse',
        'Cannot delete the response headers policy because it is attached to one or more cache behaviors.',
        ({behaviours}) => behaviours.some((one) => text(one, 'ResponseHeadersPolicyId') === request.physicalId),
      )
    },
  }),
}

function named(id: string): Made {
  return {physicalId: id, attributes: {Id: id}}
}

function refuseName(request: ResourceRequest, member: string, code: string, message: string): void {
  const name = text(bag(request.properties, member), 'Name')
  if (
    recordsOf(request.world, request.type, request.region).some(({properties}) => text(bag(properties, member), 'Name') === name)
  ) {
    throw new AwsFault(code, message, 409)
  }
}

interface Parts {
  readonly origins: readonly Bag[]
  readonly behaviours: readonly Bag[]
}

function partsOf({properties}: AccountRecord): Parts {
  const config = bag(properties, 'DistributionConfig')
  return {origins: bags(config, 'Origins'), behaviours: [bag(config, 'DefaultCacheBehavior'), ...bags(config, 'CacheBehaviors')]}
}

function refuseUsed(request: ChangeRequest, code: string, message: string, uses: (parts: Parts) => boolean): void {
  if (recordsOf(request.world, 'AWS::CloudFront::Distribution', request.region).some((one) => uses(partsOf(one)))) {
    throw new AwsFault(code, message, 409)
  }
}

function checkDistribution(request: ResourceRequest, self?: string): void {
  const config = bag(request.properties, 'DistributionConfig')
  const aliases = texts(config, 'Aliases')
  refuseTakenAliases(request.world, aliases, self)
  checkCertificate(request.world, config, aliases)
  const origins = new Set([
    ...bags(config, 'Origins').map((one) => text(one, 'Id')),
    ...bags(bag(config, 'OriginGroups'), 'Items').map((one) => text(one, 'Id')),
  ])
  const target = text(bag(config, 'DefaultCacheBehavior'), 'TargetOriginId')
  if (!origins.has(target)) throw new AwsFault('NoSuchOrigin', `One or more of your origins or origin groups do not exist.`, 404)
}

function makeDistribution(request: ResourceRequest): Made {
  const id = `E${capitals(request, 13)}`
  return {
    physicalId: id,
    attributes: {Id: id, DomainName: `d${request.world.hex(13)}.cloudfront.net`, ...deploying(request.world, undefined)},
  }
}

function changeDistribution(request: ChangeRequest, known: AccountRecord | undefined): Made {
  checkDistribution(request, request.physicalId)
  return {physicalId: request.physicalId, attributes: {...known?.attributes, ...deploying(request.world, known)}}
}
