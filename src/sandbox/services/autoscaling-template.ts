/** What a group's hosts are made of: its launch template's data as the account's record of the template has it. Reads only. */
import type * as A from '@aws-sdk/client-auto-scaling'
import type {AccountRecord, World} from '../world/contract.ts'
import {validation} from './autoscaling-state.ts'
import type {Group} from './autoscaling-state.ts'

export interface HostSpec {
  readonly template: {readonly id: string; readonly name: string; readonly version: string}
  readonly type: string
  readonly imageId: string
  /** ECS cluster that user data names; null: none. */
  readonly cluster: string | null
  readonly instanceTags: Readonly<Record<string, string>>
  readonly volumeTags: Readonly<Record<string, string>>
  readonly volumes: readonly VolumeSpec[]
  readonly interfaceTags: Readonly<Record<string, string>>
  /** null: as the subnet has it. */
  readonly publicAddress: boolean | null
}

interface VolumeSpec {
  readonly VolumeType?: string
  readonly VolumeSize?: number
  readonly Encrypted?: boolean
  readonly KmsKeyId?: string
}
interface LaunchTemplateData {
  readonly ImageId?: string
  readonly InstanceType?: string
  readonly UserData?: string
  readonly NetworkInterfaces?: readonly {readonly AssociatePublicIpAddress?: boolean | string}[]
  readonly BlockDeviceMappings?: readonly {readonly Ebs?: VolumeSpec}[]
  readonly TagSpecifications?: readonly TagSpecification[]
}
interface TagSpecification {
  readonly ResourceType?: string
  readonly Tags?: readonly {readonly Key?: string; readonly Value?: string}[]
}

const TYPE = 'AWS::EC2::LaunchTemplate'

type Settings = Pick<A.CreateAutoScalingGroupType, 'LaunchTemplate' | 'MixedInstancesPolicy'>

/** Throws what AWS says of a group whose launch template isn't there or can't start anything. */
export function hostSpec(world: World, region: string, settings: Settings): HostSpec {
  const named = settings.LaunchTemplate ?? settings.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification
  if (named === undefined) {
    throw validation(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or '
        + 'MixedInstancesPolicy parameter.',
    )
  }
  const record = findTemplate(world, region, named)
  if (record === undefined) {
    const {LaunchTemplateId: id, LaunchTemplateName: name = ''} = named
    const which = id === undefined ? `template name ${name}` : `template ID ${id}`
    throw validation(
      `You must use a valid fully-formed launch template. The specified launch template, with ${which}, does ` + `not exist.`,
    )
  }
  const data = (record.properties['LaunchTemplateData'] ?? {}) as LaunchTemplateData
  const type = settings.MixedInstancesPolicy?.LaunchTemplate?.Overrides?.[0]?.InstanceType ?? data.InstanceType
  if (data.ImageId === undefined) throw incomplete('ImageId')
  if (type === undefined) throw incomplete('InstanceType')
  const version = versionOf(record, named.Version)
  return {
    template: {
      id: record.id,
      name: textOf(record.attributes['LaunchTemplateName'] ?? record.properties['LaunchTemplateName']),
      version,
    },
    type,
    imageId: data.ImageId,
    cluster: clusterIn(data.UserData),
    instanceTags: tagsFor(data, 'instance'),
    volumeTags: tagsFor(data, 'volume'),
    volumes: (data.BlockDeviceMappings ?? []).flatMap((one) => one.Ebs ?? []),
    interfaceTags: tagsFor(data, 'network-interface'),
    publicAddress: flagOf(data.NetworkInterfaces?.[0]?.AssociatePublicIpAddress),
  }
}

function findTemplate(world: World, region: string, named: A.LaunchTemplateSpecification): AccountRecord | undefined {
  if (named.LaunchTemplateId !== undefined) return world.records.get(region, TYPE, named.LaunchTemplateId)
  return world.records
    .list(region, TYPE)
    .find(
      (one) => textOf(one.attributes['LaunchTemplateName'] ?? one.properties['LaunchTemplateName']) === named.LaunchTemplateName,
    )
}

function versionOf(record: AccountRecord, asked: string | undefined): string {
  const latest = textOf(record.attributes['LatestVersionNumber'] ?? '1')
  if (asked === undefined || asked === '$Latest' || asked === '$Default') {
    return asked === '$Latest' ? latest : textOf(record.attributes['DefaultVersionNumber'] ?? '1')
  }
  if (Number(asked) > Number(latest)) {
    throw validation(`You must use a valid fully-formed launch template. Could not find launch template version ${asked}.`)
  }
  return String(asked)
}

/** A group's own tags that reach its hosts, over those of the template. */
export function hostTags(group: Group, spec: HostSpec): Readonly<Record<string, string>> {
  const own = [...group.tags].filter(([, tag]) => tag.atLaunch).map(([key, tag]): [string, string] => [key, tag.value])
  return {...spec.instanceTags, ...Object.fromEntries(own), 'aws:autoscaling:groupName': group.name}
}

function tagsFor(data: LaunchTemplateData, kind: string): Readonly<Record<string, string>> {
  const tags = (data.TagSpecifications ?? []).filter((one) => one.ResourceType === kind).flatMap((one) => one.Tags ?? [])
  return Object.fromEntries(tags.map(({Key, Value}) => [Key ?? '', Value ?? '']))
}

/** `ECS_CLUSTER=name` in a host's ecs.config is how its agent knows where it belongs. */
function clusterIn(userData: string | undefined): string | null {
  if (userData === undefined) return null
  return /ECS_CLUSTER=([^\s'"]+)/.exec(Buffer.from(userData, 'base64').toString('utf8'))?.[1] ?? null
}

const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const flagOf = (value: boolean | string | undefined): boolean | null => (value === undefined ? null : String(value) === 'true')

const incomplete = (member: string) =>
  validation(`You must use a valid fully-formed launch template. The request must contain the parameter ${member}`)
