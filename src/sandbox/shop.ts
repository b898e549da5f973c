/**
 * The world `shop`, built through the services' own operations, so that nothing in it could not have been made by a client: per
 * service a load balancer, two slots, the live rule, and version 1.8.2 running in slot `a`. The recovery Region holds a smaller
 * copy of each service. It must know nothing of how the tool works but the names it looks for.
 */
import type {World} from './world/contract.ts'
import {CAPACITY_PROVIDER, CLUSTER, loadBalancerName} from './shop-names.ts'
import type {ShopService} from './shop-names.ts'
import {shopRecovery, shopService} from './shop-service.ts'

export async function buildShop(world: World, services: readonly string[]): Promise<readonly ShopService[]> {
  const [primary = '', ...others] = world.regions
  for (const region of world.regions) {
    await stateBucket(world, region)
    await world.invoke('ecs', 'CreateCluster', {clusterName: CLUSTER, capacityProviders: [CAPACITY_PROVIDER]}, region)
  }
  const built: ShopService[] = []
  for (const service of services) {
    built.push(await shopService(world, service, loadBalancerName(service, services), primary))
    for (const region of others) await shopRecovery(world, service, region)
  }
  return built
}

async function stateBucket(world: World, region: string): Promise<void> {
  const Bucket = `sluice-state-${world.account}-${region}`
  const CreateBucketConfiguration = region === 'us-east-1' ? undefined : {LocationConstraint: region}
  await world.invoke('s3', 'CreateBucket', {Bucket, CreateBucketConfiguration}, region)
  await world.invoke('s3', 'PutBucketVersioning', {Bucket, VersioningConfiguration: {Status: 'Enabled'}}, region)
  const rule = {ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'AES256'}}
  await world.invoke('s3', 'PutBucketEncryption', {Bucket, ServerSideEncryptionConfiguration: {Rules: [rule]}}, region)
  const all = {BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}
  await world.invoke('s3', 'PutPublicAccessBlock', {Bucket, PublicAccessBlockConfiguration: all}, region)
}

const HEALTHY_WITHIN_VIRTUAL_MS = 10 * 60_000

/** Resolves once slot `a` of every service has its two healthy targets. */
export async function stableIsHealthy(world: World, services: readonly ShopService[]): Promise<void> {
  const deadline = world.clock.now() + Math.max(HEALTHY_WITHIN_VIRTUAL_MS, 60_000 * world.clock.speed)
  for (const {service, targetGroups} of services) {
    while ((await healthyTargets(world, targetGroups.a)) < 2) {
      if (world.clock.now() > deadline) throw new Error(`The shop's stable tasks of ${service} didn't become healthy.`)
      await new Promise<void>((resolve) => {
        world.clock.at(world.clock.now() + 1000, resolve)
      })
    }
  }
}

async function healthyTargets(world: World, TargetGroupArn: string): Promise<number> {
  const answer = (await world.invoke(
    'elasticloadbalancingv2',
    'DescribeTargetHealth',
    {TargetGroupArn},
    world.regions[0] ?? '',
  )) as {
    readonly TargetHealthDescriptions?: readonly {readonly TargetHealth?: {readonly State?: string}}[]
  }
  return (answer.TargetHealthDescriptions ?? []).filter((one) => one.TargetHealth?.State === 'healthy').length
}
