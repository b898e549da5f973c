/** Whether a stack stands as it was planned, with nothing of an earlier try left beside it. Reads only. */
import {CloudControlClient, ListResourcesCommand} from '@aws-sdk/client-cloudcontrol'
import {DescribeServicesCommand, ECSClient} from '@aws-sdk/client-ecs'
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {InfraAccount} from './e2e-infra.ts'
import {away, home} from './e2e-infra.ts'

/** What was planned for an empty account: resources by stack, `main@eu-west-1`. */
export type Planned = Readonly<Record<string, number>>

export async function plannedFor(account: InfraAccount): Promise<Planned> {
  const ran = await account.sluice('infra', 'plan', '--json')
  const {stacks} = ran.json() as {
    readonly stacks: readonly {readonly id: string; readonly verdict: {readonly resources?: number}}[]
  }
  return Object.fromEntries(stacks.map(({id, verdict}) => [id, verdict.resources ?? 0]))
}

export interface Standing {
  /** Resources that are complete, by stack. */
  readonly resources: Planned
  /** `Path STATUS` of what isn't. */
  readonly unfinished: readonly string[]
  /** How much there is of what no stack knows, by Region and type, of types that the stacks have. */
  readonly strays: Readonly<Record<string, number>>
  /** Live rules and slots by Region. */
  readonly slots: Readonly<
    Record<
      string,
      {readonly rules: number; readonly weights: readonly (number | undefined)[]; readonly tasks: readonly (number | undefined)[]}
    >
  >
}

/** Everything once, slot a serving, and nothing beside it but what AWS makes of its own accord. */
export const whole = (planned: Planned): Standing => ({
  resources: planned,
  unfinished: [],
  strays: {
    // Of hosts; and what a VPC comes with.
    [`${home} AWS::EC2::Volume`]: 5,
    [`${home} AWS::EC2::SecurityGroup`]: 1,
    [`${home} AWS::EC2::RouteTable`]: 1,
    [`${home} AWS::EC2::NetworkAcl`]: 1,
    [`${away} AWS::EC2::Volume`]: 3,
    [`${away} AWS::EC2::SecurityGroup`]: 1,
    [`${away} AWS::EC2::RouteTable`]: 1,
    [`${away} AWS::EC2::NetworkAcl`]: 1,
    // The database's secret, replicated.
    [`${away} AWS::SecretsManager::Secret`]: 1,
  },
  slots: {[home]: {rules: 1, weights: [100, 0], tasks: [4, 0]}, [away]: {rules: 1, weights: [100, 0], tasks: [2, 0]}},
})

/** Of `shop-production`. `plan` names the stacks. */
export async function standing(account: InfraAccount, planned: Planned): Promise<Standing> {
  const trees = await Promise.all(
    Object.keys(planned).map(async (id) => {
      const [kind = '', region = ''] = id.split('@')
      return {id, region, tree: await account.tree(`shop-production-${kind}`, region).catch(() => new Map<string, never>())}
    }),
  )
  const all = trees.flatMap(({region, tree}) => [...tree].map(([path, resource]) => ({path, region, ...resource})))
  return {
    resources: Object.fromEntries(trees.map(({id, tree}) => [id, [...tree.values()].filter(isComplete).length])),
    unfinished: all
      .filter((one) => !isComplete(one))
      .map(({path, region, ResourceStatus}) => `${region} ${path} ${ResourceStatus}`),
    strays: Object.assign(
      {},
      ...(await Promise.all([home, away].map((region) => straysIn(account, region, all)))),
    ) as Standing['strays'],
    slots: Object.fromEntries(
      await Promise.all([home, away].map(async (region) => [region, await slotsIn(account, region)] as const)),
    ),
  }
}

const isComplete = ({ResourceStatus}: {readonly ResourceStatus?: string | undefined}): boolean =>
  /^(CREATE|UPDATE)_COMPLETE$/.test(ResourceStatus ?? '')

interface Known {
  readonly region: string
  readonly ResourceType?: string | undefined
  readonly PhysicalResourceId?: string | undefined
}

/** Made by the tool or by AWS beside the stacks. */
const beside =
  /^AWS::S3::Bucket sluice-state-|^AWS::IAM::Role .*AWSServiceRoleFor|^AWS::ECS::(Service|TaskDefinition) .*shop-production-(a|b|api)\b|^AWS::ElasticLoadBalancingV2::ListenerRule /
const elsewhere = /^AWS::(CloudFormation::Stack$|IAM::|Route53::|CloudFront::)/

async function straysIn(account: InfraAccount, region: string, known: readonly Known[]): Promise<Standing['strays']> {
  const ids = new Set(known.map(({PhysicalResourceId}) => PhysicalResourceId))
  const types = [
    ...new Set(
      known.flatMap((one) => (one.region === region && !elsewhere.test(one.ResourceType ?? '') ? [one.ResourceType ?? ''] : [])),
    ),
  ]
  const found = await Promise.all(
    types.map(async (TypeName) => {
      const {ResourceDescriptions = []} = await account
        .client(CloudControlClient, region)
        .send(new ListResourcesCommand({TypeName}))
      return ResourceDescriptions.filter(({Identifier}) => !ids.has(Identifier)).map(
        ({Identifier}) => `${TypeName} ${Identifier}`,
      )
    }),
  )
  const strays = Map.groupBy(
    found.flat().filter((one) => !beside.test(one)),
    (one) => `${region} ${one.split(' ')[0] ?? ''}`,
  )
  return Object.fromEntries([...strays].map(([type, some]) => [type, some.length]))
}

async function slotsIn(account: InfraAccount, region: string): Promise<Standing['slots'][string]> {
  const {LoadBalancerArn, ClusterName} = await account.outputs('shop-production-main', region)
  if (LoadBalancerArn === undefined) return {rules: 0, weights: [], tasks: []}
  const elb = account.client(ElasticLoadBalancingV2Client, region)
  const {Listeners = []} = await elb.send(new DescribeListenersCommand({LoadBalancerArn}))
  const {Rules = []} = await elb.send(
    new DescribeRulesCommand({ListenerArn: Listeners.find(({Port}) => Port === 443)?.ListenerArn}),
  )
  const live = Rules.filter(({Priority}) => Priority === '40000')
  const {services = []} = await account
    .client(ECSClient, region)
    .send(new DescribeServicesCommand({cluster: ClusterName, services: ['shop-production-a', 'shop-production-b']}))
  return {
    rules: live.length,
    weights: live[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({Weight}) => Weight) ?? [],
    tasks: services.map(({runningCount}) => runningCount),
  }
}
