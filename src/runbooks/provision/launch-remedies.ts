/**
 * What a person can do about launches that fail: exact commands of AWS's own tool with their Region, or one short instruction. They are
 * shown and never run. Pure.
 */
import {imageIn, vcpuLimitIn} from './launch-failure.ts'
import type {LaunchFailure} from './launch-failure.ts'
import {vcpusOf} from './preflight-quotas.ts'

interface Short {
  readonly region: string
  /** Name of the Auto Scaling group. */
  readonly group: string
  /** Hosts that are missing. */
  readonly missing: number
  /** What the group starts, where AWS named no type. */
  readonly types: readonly string[]
}

/** Families that the quota of Standard On-Demand instances counts. */
const standard = /^[acdhimrtz]\d/
const standardQuota = 'L-1216C47A'

/** Exact commands, or one short instruction each; the first is what most want. */
export function launchRemedies(failure: LaunchFailure, short: Short): readonly string[] {
  const {region, group} = short
  return [
    ...remediesOf(failure, short),
    `aws autoscaling describe-scaling-activities --region ${region} --auto-scaling-group-name ${group} --max-items 10`,
  ]
}

const otherTypes = "name other types (InstanceType, FallbackInstanceType) in the stack's parameters, then sluice infra up"

function remediesOf({kind, type: named, zones, message}: LaunchFailure, {region, missing, types}: Short): readonly string[] {
  const type = named ?? types[0] ?? null
  const count = Math.max(1, missing)
  switch (kind) {
    case 'capacity': {
      const zone = /or choosing ([\w-]+)/.exec(message)?.[1] ?? zones[0] ?? null
      return [
        ...(type === null || zone === null
          ? []
          : [
              `aws ec2 create-capacity-reservation --region ${region} --instance-type ${type} --instance-platform Linux/UNIX --availability-zone ${zone} --instance-count ${count}`,
            ]),
        otherTypes,
      ]
    }
    case 'quota': {
      if (type !== null && !standard.test(type))
        return [`aws service-quotas list-service-quotas --region ${region} --service-code ec2`]
      const limit = vcpuLimitIn(message)
      return limit === null || type === null
        ? [`aws service-quotas get-service-quota --region ${region} --service-code ec2 --quota-code ${standardQuota}`]
        : [
            `aws service-quotas request-service-quota-increase --region ${region} --service-code ec2 --quota-code ${standardQuota} --desired-value ${limit + count * vcpusOf(type)}`,
          ]
    }
    case 'image': {
      const image = imageIn(message)
      return image === null ? [] : [`aws ec2 describe-images --region ${region} --image-ids ${image}`]
    }
    case 'key': {
      const key = /\barn:[\w-]+:kms:\S+?key\/[\w-]+/.exec(message)?.[0]
      return key === undefined ? [] : [`aws kms describe-key --region ${region} --key-id ${key}`]
    }
    case 'template':
      return [`aws ec2 describe-launch-template-versions --region ${region} --versions '$Latest'`]
    case 'addresses':
      return [
        `aws ec2 describe-subnets --region ${region} --query 'Subnets[].[SubnetId,AvailabilityZone,AvailableIpAddressCount]'`,
      ]
    case 'rights':
    case 'other':
      return []
  }
}
