/**
 * Application Auto Scaling, as far as a release touches it: scalable targets and what is suspended. It never moves a desired
 * count: on AWS too, a target's new minimum acts only with the next scaling activity; policies are kept, and scale nothing.
 */
import type {
  DeleteScalingPolicyRequest,
  DeregisterScalableTargetRequest,
  DescribeScalableTargetsRequest,
  DescribeScalableTargetsResponse,
  DescribeScalingPoliciesRequest,
  DescribeScalingPoliciesResponse,
  PutScalingPolicyRequest,
  PutScalingPolicyResponse,
  RegisterScalableTargetRequest,
  RegisterScalableTargetResponse,
  ScalableTarget,
  ScalingPolicy,
  SuspendedState,
} from '@aws-sdk/client-application-auto-scaling'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Service, World} from '../world/contract.ts'
import {page} from './records/page.ts'
import type {Page} from './records/page.ts'
import {uuid} from '../world/uuid.ts'

const LARGEST_PAGE = 50

export function createApplicationAutoScaling(world: World): Service {
  const targets = new Map<string, ScalableTarget>()
  const policies = new Map<string, ScalingPolicy>()
  return {
    name: 'application-autoscaling',
    operations: {
      RegisterScalableTarget: async (
        input: RegisterScalableTargetRequest,
        call: CallContext,
      ): Promise<RegisterScalableTargetResponse> => {
        const key = targetKey(input, call)
        if (!targets.has(key)) await requireService(world, input, call)
        const next = registered(world, targets.get(key), input, call)
        targets.set(key, next)
        return {ScalableTargetARN: next.ScalableTargetARN}
      },
      DescribeScalableTargets: (input: DescribeScalableTargetsRequest, call: CallContext) => describe(targets, input, call),
      DeregisterScalableTarget: (input: DeregisterScalableTargetRequest, call: CallContext) => {
        const key = targetKey(input, call)
        if (!targets.delete(key)) {
          throw new AwsFault('ObjectNotFoundException', `No scalable target registered for ${describeTarget(input)}`)
        }
        for (const policy of policies.keys()) if (policy.startsWith(`${key} `)) policies.delete(policy)
        return {}
      },
      ...policyOperations(world, targets, policies),
    },
  }
}

function policyOperations(world: World, targets: ReadonlyMap<string, ScalableTarget>, policies: Map<string, ScalingPolicy>) {
  return {
    PutScalingPolicy: (input: PutScalingPolicyRequest, call: CallContext): PutScalingPolicyResponse => {
      const target = targetKey(input, call)
      if (!targets.has(target)) {
        throw new AwsFault('ObjectNotFoundException', `No scalable target registered for ${describeTarget(input)}`)
      }
      if (input.PolicyType === 'TargetTrackingScaling' && input.TargetTrackingScalingPolicyConfiguration === undefined) {
        throw new AwsFault(
          'ValidationException',
          'TargetTrackingScalingPolicyConfiguration is required for policy type TargetTrackingScaling',
        )
      }
      const key = `${target} ${input.PolicyName}`
      const known = policies.get(key)
      const arn =
        `arn:aws:autoscaling:${call.region}:${call.account}:scalingPolicy:${uuid(world)}:resource/ecs/`
        + `${input.ResourceId}:policyName/${input.PolicyName}`
      const policy: ScalingPolicy = {
        ...known,
        ...input,
        PolicyARN: known?.PolicyARN ?? arn,
        PolicyName: input.PolicyName,
        ServiceNamespace: input.ServiceNamespace,
        ResourceId: input.ResourceId,
        ScalableDimension: input.ScalableDimension,
        PolicyType: input.PolicyType ?? known?.PolicyType ?? 'StepScaling',
        Alarms: [],
        CreationTime: known?.CreationTime ?? new Date(world.clock.now()),
      }
      policies.set(key, policy)
      return {PolicyARN: policy.PolicyARN ?? '', Alarms: []}
    },
    DescribeScalingPolicies: (input: DescribeScalingPoliciesRequest, call: CallContext): DescribeScalingPoliciesResponse => {
      const found = [...policies]
        .filter(
          ([key, policy]) =>
            key.startsWith(`${call.region}/`)
            && policy.ServiceNamespace === input.ServiceNamespace
            && (input.ResourceId === undefined || policy.ResourceId === input.ResourceId)
            && (input.PolicyNames === undefined || input.PolicyNames.includes(policy.PolicyName ?? '')),
        )
        .map(([, policy]) => policy)
      const page = pageOf(found, input.NextToken, input.MaxResults)
      return {ScalingPolicies: page.items, NextToken: page.next}
    },
    DeleteScalingPolicy: (input: DeleteScalingPolicyRequest, call: CallContext) => {
      if (!policies.delete(`${targetKey(input, call)} ${input.PolicyName}`)) {
        throw new AwsFault(
          'ObjectNotFoundException',
          `No scaling policy found for ${describeTarget(input)}, policy name: ${input.PolicyName}`,
        )
      }
      return {}
    },
  }
}

const pageOf = <T>(items: readonly T[], token: string | undefined, size: number | undefined): Page<T> =>
  page(
    items,
    token,
    Math.min(size ?? LARGEST_PAGE, LARGEST_PAGE),
    () => new AwsFault('InvalidNextTokenException', 'The next token is not valid'),
  )

type Named = Pick<RegisterScalableTargetRequest, 'ServiceNamespace' | 'ResourceId' | 'ScalableDimension'>

function targetKey(input: Named, call: CallContext): string {
  if (input.ServiceNamespace !== 'ecs' || input.ScalableDimension !== 'ecs:service:DesiredCount') {
    throw new AwsFault('ValidationException', `The sandbox scales ecs:service:DesiredCount only, not ${input.ScalableDimension}`)
  }
  return `${call.region}/${input.ResourceId}`
}

function describeTarget(input: Named): string {
  return (
    `service namespace: ${input.ServiceNamespace}, resource ID: ${input.ResourceId}, scalable dimension: `
    + `${input.ScalableDimension}`
  )
}

/** What a partial update leaves out stays as it was. */
function registered(
  world: World,
  known: ScalableTarget | undefined,
  input: RegisterScalableTargetRequest,
  call: CallContext,
): ScalableTarget {
  const min = input.MinCapacity ?? known?.MinCapacity
  const max = input.MaxCapacity ?? known?.MaxCapacity
  if (min === undefined || max === undefined) {
    throw new AwsFault('ValidationException', 'MinCapacity and MaxCapacity are required when registering a new scalable target')
  }
  if (min < 0 || max < 0) throw new AwsFault('ValidationException', 'Minimum and maximum capacity cannot be negative')
  if (min > max) {
    throw new AwsFault('ValidationException', `Maximum capacity cannot be less than minimum capacity (${max} < ${min})`)
  }
  const suspended: SuspendedState = {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: false,
    ...known?.SuspendedState,
    ...input.SuspendedState,
  }
  const arn = `arn:aws:application-autoscaling:${call.region}:${call.account}:scalable-target/${world.hex(24)}`
  return {
    ServiceNamespace: input.ServiceNamespace,
    ResourceId: input.ResourceId,
    ScalableDimension: input.ScalableDimension,
    MinCapacity: min,
    MaxCapacity: max,
    RoleARN: `arn:aws:iam::${call.account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
    CreationTime: known?.CreationTime ?? new Date(world.clock.now()),
    SuspendedState: suspended,
    ScalableTargetARN: known?.ScalableTargetARN ?? arn,
  }
}

/** AWS refuses a target for a service that isn't there. A world without ECS can't say. */
async function requireService(world: World, input: RegisterScalableTargetRequest, call: CallContext): Promise<void> {
  const [kind, cluster, service] = (input.ResourceId ?? '').split('/')
  if (kind !== 'service' || cluster === undefined || service === undefined) {
    throw new AwsFault('ValidationException', 'Unsupported service namespace, resource type or scalable dimension')
  }
  try {
    const answer = (await world.invoke('ecs', 'DescribeServices', {cluster, services: [service]}, call.region)) as {
      readonly services?: readonly {readonly status?: string}[]
    }
    if (answer.services?.some((one) => one.status === 'ACTIVE') === true) return
  } catch (error) {
    if (error instanceof AwsFault && error.code === 'NotImplemented') return
    if (!(error instanceof AwsFault)) throw error
  }
  throw new AwsFault('ValidationException', `ECS service doesn't exist: ${input.ResourceId}`)
}

function describe(
  targets: ReadonlyMap<string, ScalableTarget>,
  input: DescribeScalableTargetsRequest,
  call: CallContext,
): DescribeScalableTargetsResponse {
  const found = [...targets]
    .filter(
      ([key, target]) =>
        key.startsWith(`${call.region}/`)
        && target.ServiceNamespace === input.ServiceNamespace
        && (input.ResourceIds === undefined || input.ResourceIds.includes(target.ResourceId ?? ''))
        && (input.ScalableDimension === undefined || target.ScalableDimension === input.ScalableDimension),
    )
    .map(([, target]) => target)
  const page = pageOf(found, input.NextToken, input.MaxResults)
  return {ScalableTargets: page.items, NextToken: page.next}
}
