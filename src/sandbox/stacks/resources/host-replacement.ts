/**
 * What becomes of a group's hosts when an update gives the group another launch template: what its update policy says, and
 * nothing when it says nothing, as on AWS. A template that forgets the policy must not look as if it patched its hosts.
 */
import {AwsFault} from '../../world/contract.ts'
import type {Properties} from '../contract.ts'
import {flag, record, withKinds} from './property-values.ts'

const KINDS = {
  numbers: ['MinHealthyPercentage', 'MaxHealthyPercentage', 'InstanceWarmup', 'CheckpointDelay', 'BakeTime'],
  flags: ['SkipMatching', 'AutoRollback'],
}

/** Preferences of the instance refresh that does it; null: the hosts stay what they are. */
export function replacementOf(updatePolicy: Properties | undefined, group: Properties): Properties | null {
  const {
    AutoScalingInstanceRefresh: refresh,
    AutoScalingRollingUpdate: rolling,
    AutoScalingReplacingUpdate: replacing,
  } = updatePolicy ?? {}
  if (flag(record(replacing)['WillReplace']) === true) {
    throw new AwsFault('NotImplemented', "The sandbox doesn't model AutoScalingReplacingUpdate.", 501)
  }
  const {MaxHealthyPercentage, MinHealthyPercentage} = record(group['InstanceMaintenancePolicy'])
  const usual = MaxHealthyPercentage === undefined ? {} : {MaxHealthyPercentage, MinHealthyPercentage}
  if (refresh !== undefined) return withKinds({...usual, ...record(record(refresh)['Preferences'])}, KINDS)
  // CloudFormation takes the hosts away itself then: protection from scale-in doesn't hold it up.
  return rolling === undefined ? null : {...usual, SkipMatching: true, ScaleInProtectedInstances: 'Refresh'}
}
