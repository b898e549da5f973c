/**
 * One host: where it is put, what it is made of, and the records EC2 answers from, of the instance of its volumes and of its
 * network interface. When hosts come and go is decided elsewhere.
 */
import type {World} from '../world/contract.ts'
import {present, resourceId} from './autoscaling-state.ts'
import type {Group, Host} from './autoscaling-state.ts'
import {hostTags} from './autoscaling-template.ts'
import type {HostSpec} from './autoscaling-template.ts'
import {zoneOf} from './zones.ts'

export const INSTANCE = 'AWS::EC2::Instance'
export const VOLUME = 'AWS::EC2::Volume'
export const INTERFACE = 'AWS::EC2::NetworkInterface'

export interface Place {
  readonly zone: string
  readonly subnet: string
}

export const subnetsOf = (group: Pick<Group, 'settings'>): readonly string[] =>
  (group.settings.VPCZoneIdentifier ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

export function placeFor(world: World, group: Group): Place {
  const subnets = subnetsOf(group)
  const places =
    subnets.length > 0
      ? subnets.map((subnet, turn) => ({subnet, zone: zoneOf(world, group.region, subnet, turn)}))
      : (group.settings.AvailabilityZones ?? [`${group.region}a`]).map((zone) => ({subnet: '', zone}))
  const used = (zone: string): number => present(group).filter((host) => host.zone === zone).length
  return places.reduce((best, one) => (used(one.zone) < used(best.zone) ? one : best), places[0] as Place)
}

export function newHost(world: World, group: Group, spec: HostSpec, place: Place): Host {
  return {
    ...place,
    id: resourceId(world, 'i'),
    type: spec.type,
    imageId: spec.imageId,
    template: spec.template,
    volumes: spec.volumes.map(() => resourceId(world, 'vol')),
    networkInterface: resourceId(world, 'eni'),
    publicIp: (spec.publicAddress ?? givesAddresses(world, group.region, place.subnet)) ? anAddress(world) : null,
    launchedAt: world.clock.now(),
    lifecycle: 'Pending',
    protected: group.settings.NewInstancesProtectedFromScaleIn ?? false,
    containerInstance: null,
  }
}

const givesAddresses = (world: World, region: string, subnet: string): boolean =>
  [true, 'true'].some((yes) => world.records.get(region, 'AWS::EC2::Subnet', subnet)?.properties['MapPublicIpOnLaunch'] === yes)

function anAddress(world: World): string {
  const byte = (): number => Number.parseInt(world.hex(2), 16)
  return `18.${byte()}.${byte()}.${byte()}`
}

export function putRecords(world: World, group: Group, spec: HostSpec, host: Host): void {
  const {region} = group
  const base = {region, createdAt: world.clock.now(), stack: null}
  world.records.put({
    ...base,
    type: INSTANCE,
    id: host.id,
    status: 'pending',
    attributes: {},
    tags: hostTags(group, spec),
    properties: {
      InstanceType: host.type,
      ImageId: host.imageId,
      SubnetId: host.subnet,
      AvailabilityZone: host.zone,
      ...(host.publicIp !== null && {PublicIp: host.publicIp}),
    },
  })
  world.records.put({
    ...base,
    type: INTERFACE,
    id: host.networkInterface,
    status: 'in-use',
    attributes: {},
    tags: spec.interfaceTags,
    properties: {SubnetId: host.subnet, AvailabilityZone: host.zone, InstanceId: host.id},
  })
  for (const [index, id] of host.volumes.entries()) {
    const {VolumeType, VolumeSize, Encrypted, KmsKeyId} = spec.volumes[index] ?? {}
    world.records.put({
      ...base,
      type: VOLUME,
      id,
      status: 'in-use',
      attributes: {VolumeId: id},
      tags: spec.volumeTags,
      properties: {AvailabilityZone: host.zone, VolumeType, Size: VolumeSize, Encrypted, KmsKeyId},
    })
  }
}

export const detailsOf = ({subnet, zone}: Place): object => ({'Subnet ID': subnet, 'Availability Zone': zone})

/** AWS's sentence, word by word. */
export function noCapacity(world: World, group: Group, type: string, zone: string): string {
  const others = subnetsOf(group)
    .map((subnet, turn) => zoneOf(world, group.region, subnet, turn))
    .filter((one) => one !== zone)
  return (
    `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Our system `
    + `will be working on provisioning additional capacity. You can currently get ${type} capacity by not specifying an `
    + 'Availability Zone in your request'
    + `${others.length === 0 ? '' : ` or choosing ${others.join(', ')}`}. Launching EC2 instance failed.`
  )
}
