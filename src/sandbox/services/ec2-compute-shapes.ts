/** Hosts, volumes, launch templates and images in EC2's shapes. Who makes hosts is Auto Scaling; here they are only told. */
import type * as E from '@aws-sdk/client-ec2'
import type {AccountRecord, World} from '../world/contract.ts'
import type {Kind} from './ec2-network-shapes.ts'
import {digest} from './records/digest.ts'
import {attribute, recordOf, recordsOf, tagList} from './records/lookup.ts'
import {bag, flag, number, text} from './records/properties.ts'

const STATE_CODES: Readonly<Record<string, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

function vpcOfSubnet(world: World, record: AccountRecord): string | undefined {
  return text(
    recordOf(world, 'AWS::EC2::Subnet', record.region, text(record.properties, 'SubnetId') ?? '')?.properties ?? {},
    'VpcId',
  )
}

function zoneOf(record: AccountRecord): string {
  return text(record.properties, 'AvailabilityZone') ?? attribute(record, 'AvailabilityZone')
}

export const instances: Kind<E.Instance> = {
  type: 'AWS::EC2::Instance',
  missing: ['InvalidInstanceID.NotFound', 'instance ID'],
  filters: (world, record) => ({
    'instance-id': [record.id],
    'instance-state-name': [record.status],
    'instance-type': [text(record.properties, 'InstanceType')],
    'image-id': [text(record.properties, 'ImageId')],
    'subnet-id': [text(record.properties, 'SubnetId')],
    'vpc-id': [vpcOfSubnet(world, record)],
    'availability-zone': [zoneOf(record)],
  }),
  shape: (world, record) => {
    const bytes = digest(record.id, 6)
    return {
      InstanceId: record.id,
      InstanceType: text(record.properties, 'InstanceType') as E._InstanceType,
      ImageId: text(record.properties, 'ImageId'),
      State: {
        Code: STATE_CODES[record.status] ?? 16,
        Name: (record.status in STATE_CODES ? record.status : 'running') as E.InstanceStateName,
      },
      SubnetId: text(record.properties, 'SubnetId'),
      VpcId: vpcOfSubnet(world, record),
      PrivateIpAddress: `10.${[0, 2, 4].map((at) => Number.parseInt(bytes.slice(at, at + 2), 16)).join('.')}`,
      PublicIpAddress: text(record.properties, 'PublicIp'),
      Placement: {AvailabilityZone: zoneOf(record), Tenancy: 'default'},
      LaunchTime: new Date(record.createdAt),
      Architecture: /^[a-z]+\d+g/.test(text(record.properties, 'InstanceType') ?? '') ? 'arm64' : 'x86_64',
      Tags: tagList(record),
    }
  },
}

export const volumes: Kind<E.Volume> = {
  type: 'AWS::EC2::Volume',
  missing: ['InvalidVolume.NotFound', 'volume'],
  filters: (_world, record) => ({
    'volume-id': [record.id],
    'availability-zone': [zoneOf(record)],
    status: [volumeState(record)],
    encrypted: [String(flag(record.properties, 'Encrypted'))],
    'volume-type': [text(record.properties, 'VolumeType') ?? 'gp3'],
    size: [text(record.properties, 'Size')],
  }),
  shape: (_world, record) => ({
    VolumeId: record.id,
    Size: number(record.properties, 'Size'),
    VolumeType: (text(record.properties, 'VolumeType') ?? 'gp3') as E.VolumeType,
    State: volumeState(record),
    AvailabilityZone: zoneOf(record),
    Encrypted: flag(record.properties, 'Encrypted'),
    KmsKeyId: text(record.properties, 'KmsKeyId'),
    Iops: number(record.properties, 'Iops') ?? 3000,
    Throughput: number(record.properties, 'Throughput') ?? 125,
    CreateTime: new Date(record.createdAt),
    Tags: tagList(record),
  }),
}

function volumeState({status}: AccountRecord): E.VolumeState {
  return status === 'creating' || status === 'in-use' ? status : 'available'
}

export const launchTemplates: Kind<E.LaunchTemplate> = {
  type: 'AWS::EC2::LaunchTemplate',
  missing: ['InvalidLaunchTemplateId.NotFound', 'specified launch template, with template ID'],
  filters: (_world, record) => ({'launch-template-name': [templateName(record)]}),
  shape: (world, record) => ({
    LaunchTemplateId: record.id,
    LaunchTemplateName: templateName(record),
    CreateTime: new Date(record.createdAt),
    CreatedBy: `arn:aws:iam::${world.account}:user/sandbox`,
    DefaultVersionNumber: number(record.attributes, 'DefaultVersionNumber') ?? 1,
    LatestVersionNumber: number(record.attributes, 'LatestVersionNumber') ?? 1,
    Tags: tagList(record),
  }),
}

export function templateName(record: AccountRecord): string {
  return text(record.properties, 'LaunchTemplateName') ?? attribute(record, 'LaunchTemplateName')
}

/** Only the present version's data is kept; whatever version is asked for, that is what there is. */
export function templateVersion(record: AccountRecord): E.LaunchTemplateVersion {
  return {
    LaunchTemplateId: record.id,
    LaunchTemplateName: templateName(record),
    VersionNumber: number(record.attributes, 'LatestVersionNumber') ?? 1,
    DefaultVersion: number(record.attributes, 'DefaultVersionNumber') === number(record.attributes, 'LatestVersionNumber'),
    CreateTime: new Date(record.createdAt),
    LaunchTemplateData: bag(record.properties, 'LaunchTemplateData'),
  }
}

/** Any well-formed image id is an image of Amazon's; what a pipeline of the account built is the account's. */
export function imageShape(world: World, region: string, id: string): E.Image {
  const own = recordsOf(world, 'AWS::EC2::Image', region).find((one) => one.id === id)
  return {
    ImageId: id,
    State: 'available',
    OwnerId: own === undefined ? '591542846629' : world.account,
    Architecture: 'arm64',
    ImageType: 'machine',
    Public: own === undefined,
    Name: text(own?.properties ?? {}, 'Name') ?? `al2023-ami-ecs-hvm-${id.slice(4, 12)}-kernel-6.1-arm64`,
    CreationDate: '2026-11-01T00:00:00.000Z',
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    RootDeviceName: '/dev/xvda',
    EnaSupport: true,
  }
}
