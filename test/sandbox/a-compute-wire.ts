/**
 * Builder: an account with load balancing, ECS, Auto Scaling, S3, CloudWatch and schedules behind a real wire, a network in two zones,
 * and a launch template whose hosts join the cluster `api`. Time stands still until it is told to leap.
 */
import {AutoScalingClient} from '@aws-sdk/client-auto-scaling'
import {CloudWatchClient} from '@aws-sdk/client-cloudwatch'
import {ECSClient} from '@aws-sdk/client-ecs'
import {ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {S3Client} from '@aws-sdk/client-s3'
import {createPlane} from '../../src/sandbox/plane/plane.ts'
import {createApplicationAutoScaling} from '../../src/sandbox/services/application-autoscaling.ts'
import {createAutoScaling} from '../../src/sandbox/services/autoscaling.ts'
import {createCloudWatch} from '../../src/sandbox/services/cloudwatch.ts'
import {createS3} from '../../src/sandbox/services/s3.ts'
import {createScheduler} from '../../src/sandbox/services/scheduler.ts'
import type {AccountRecord} from '../../src/sandbox/world/contract.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import {aWire} from './a-wire.ts'

export const REGION = 'eu-west-1'
export const START = Date.UTC(2026, 10, 22, 12)
export const SUBNETS = ['subnet-a', 'subnet-b']

export type ComputeWire = Awaited<ReturnType<typeof aComputeWire>>

export async function aComputeWire() {
  const clock = aLeapingClock(START)
  const wire = await aWire([createAutoScaling, createS3, createCloudWatch, createApplicationAutoScaling, createScheduler], {
    clock,
  })
  const {world} = wire
  const plane = createPlane(world)
  for (const service of plane.services) world.register(service)
  const record = (
    type: string,
    id: string,
    properties: AccountRecord['properties'],
    attributes: AccountRecord['attributes'] = {},
    region = REGION,
  ): void => {
    world.records.put({region, type, id, properties, attributes, tags: {}, status: 'available', createdAt: START, stack: null})
  }
  record('AWS::EC2::Subnet', 'subnet-a', {AvailabilityZone: `${REGION}a`, VpcId: 'vpc-1'})
  record('AWS::EC2::Subnet', 'subnet-b', {AvailabilityZone: `${REGION}b`, VpcId: 'vpc-1'})
  record(
    'AWS::EC2::LaunchTemplate',
    'lt-1',
    {LaunchTemplateData: launchTemplateData('api')},
    {LatestVersionNumber: '1', DefaultVersionNumber: '1', LaunchTemplateName: 'hosts'},
  )
  const options = wire.client(REGION)
  return {
    world,
    clock,
    plane,
    record,
    autoScaling: new AutoScalingClient(options),
    ecs: new ECSClient(options),
    elb: new ElasticLoadBalancingV2Client(options),
    cloudWatch: new CloudWatchClient(options),
    s3: (region = REGION) => new S3Client(wire.client(region)),
    seconds: async (count: number): Promise<void> => clock.leap(count * 1000),
    close: async () => {
      await plane.close()
      await wire.close()
    },
  }
}

export const launchTemplateData = (cluster: string) => ({
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 'm7g.large',
  BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {VolumeType: 'gp3', VolumeSize: 50, Encrypted: true}}],
  TagSpecifications: [
    {ResourceType: 'instance', Tags: [{Key: 'Name', Value: 'api-host'}]},
    {ResourceType: 'volume', Tags: [{Key: 'sluice:backup', Value: 'shop-production'}]},
  ],
  UserData: Buffer.from(`#!/bin/bash\necho ECS_CLUSTER=${cluster} >> /etc/ecs/ecs.config\n`).toString('base64'),
})

/** What AWS refused, in its words. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'accepted',
    (error: Error) => `${error.name}: ${error.message}`,
  )
}
