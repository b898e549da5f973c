/** Scalable targets and their policies, for stacks that have them; slot services get theirs from the tool. */
import type {Made, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {only, text, withKinds} from './property-values.ts'
import {generatedName} from './record-handler.ts'
import {call, unlessMissing} from './service-call.ts'

const KINDS = {
  numbers: ['MinCapacity', 'MaxCapacity', 'TargetValue', 'ScaleInCooldown', 'ScaleOutCooldown'],
  flags: ['DisableScaleIn'],
}
const TARGET = ['ServiceNamespace', 'ResourceId', 'ScalableDimension']

const scaling = async <Output>(request: ResourceRequest, operation: string, input: object): Promise<Output> =>
  call<Output>(request, 'application-autoscaling', operation, input)

/** A target's physical id holds all three parts of its name, as CloudFormation writes it. */
const targetId = (properties: ResourceRequest['properties']): string =>
  [properties['ResourceId'], properties['ScalableDimension'], properties['ServiceNamespace']]
    .map((part) => text(part) ?? '')
    .join('|')

const target: ResourceHandler = {
  create: async (request) => register(request),
  update: async (request) => register(request),
  remove: async (request) => {
    await unlessMissing(
      async () => scaling(request, 'DeregisterScalableTarget', only(request.properties, TARGET)),
      ['ObjectNotFoundException'],
    )
  },
}

async function register(request: ResourceRequest): Promise<Made> {
  const input = withKinds(only(request.properties, [...TARGET, 'MinCapacity', 'MaxCapacity', 'SuspendedState']), KINDS)
  await scaling(request, 'RegisterScalableTarget', input)
  const Id = targetId(request.properties)
  return {physicalId: Id, attributes: {Id}}
}

const policy: ResourceHandler = {
  create: async (request) => put(request, text(request.properties['PolicyName']) ?? generatedName(request, 255)),
  update: async (request) => put(request, policyName(request.physicalId)),
  remove: async (request) => {
    await unlessMissing(
      async () => scaling(request, 'DeleteScalingPolicy', {...named(request), PolicyName: policyName(request.physicalId)}),
      ['ObjectNotFoundException'],
    )
  },
}

const policyName = (arn: string): string => arn.split(':policyName/').at(-1) ?? arn

/** A policy names its target in three parts, or by the target's id. */
function named({properties}: ResourceRequest): object {
  const id = text(properties['ScalingTargetId'])
  if (id === undefined) return only(properties, TARGET)
  const [ResourceId, ScalableDimension, ServiceNamespace] = id.split('|')
  return {ResourceId, ScalableDimension, ServiceNamespace}
}

async function put(request: ResourceRequest, PolicyName: string): Promise<Made> {
  const {TargetTrackingScalingPolicyConfiguration, StepScalingPolicyConfiguration, PolicyType} = withKinds(
    request.properties,
    KINDS,
  )
  const answer = await scaling<{readonly PolicyARN?: string}>(request, 'PutScalingPolicy', {
    ...named(request),
    PolicyName,
    PolicyType,
    TargetTrackingScalingPolicyConfiguration,
    StepScalingPolicyConfiguration,
  })
  return {physicalId: answer.PolicyARN ?? '', attributes: {Arn: answer.PolicyARN}}
}

export const appScalingHandlers: ResourceHandlers = {
  'AWS::ApplicationAutoScaling::ScalableTarget': target,
  'AWS::ApplicationAutoScaling::ScalingPolicy': policy,
}
