/**
 * What a person should see of a change set: real changes with their dangers first, and a count of what only follows from them.
 * Pure. It may hush what changes nothing by itself; it must never hush a replacement or a removal.
 */
import type {JudgedChange} from './infra-plan.ts'
import type {PropertyChange, ResourceChange} from './ports.ts'
import {opensNetwork, widensPermissions} from './widens.ts'

const stackType = 'AWS::CloudFormation::Stack'

/** What holds data, or an address that others know. */
const stateful = new Set([
  'AWS::Backup::BackupVault',
  'AWS::CloudFront::Distribution',
  'AWS::ECR::Repository',
  'AWS::EC2::Volume',
  'AWS::EC2::VPC',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
])

export function judgeChanges(changes: readonly ResourceChange[]): {
  readonly changes: readonly JudgedChange[]
  readonly quiet: number
} {
  const judged = changes.map((change): JudgedChange => {
    const told = {...change, properties: change.properties.filter((one) => !isNothing(one))}
    return {...told, dangers: dangersOf(told)}
  })
  const loud = judged.filter((change) => change.dangers.length > 0 || isLoud(change, changes))
  return {changes: loud.toSorted((x, y) => weight(y) - weight(x)), quiet: changes.length - loud.length}
}

/** A danger that no one may come upon unprepared: something with data goes, or is made anew. */
export const isDestructive = ({dangers}: JudgedChange): boolean =>
  dangers.includes('stateful') && dangers.some((one) => one === 'removed' || one === 'replaced')

function dangersOf(change: ResourceChange): JudgedChange['dangers'] {
  const {action, replacement, type} = change
  const removed = action === 'remove'
  const replaced = action === 'modify' && replacement === 'yes'
  // A replacement that merely may follow from somewhere is the rule in nested change sets: only what would hurt is told.
  const maybe =
    action === 'modify'
    && replacement === 'maybe'
    && (stateful.has(type) || change.properties.some((one) => one.replaces !== 'no' && !one.follows))
  return [
    ...(removed ? ['removed' as const] : []),
    ...(replaced ? ['replaced' as const] : []),
    ...(maybe ? ['maybe-replaced' as const] : []),
    ...((removed || replaced || maybe) && stateful.has(type) ? ['stateful' as const] : []),
    ...(widensPermissions(change) ? ['widens-permissions' as const] : []),
    ...(opensNetwork(change) ? ['opens-network' as const] : []),
  ]
}

function isLoud(change: ResourceChange, all: readonly ResourceChange[]): boolean {
  const {action, type, path} = change
  if (action === 'dynamic') return false
  // Nested stacks always look modified: what is changed in them is told by itself.
  if (type === stackType) return action !== 'modify' && !all.some((one) => one.path.startsWith(`${path}/`))
  if (action !== 'modify') return true
  return change.properties.some((one) => !one.follows && !isTag(one) && !one.path.startsWith('Metadata'))
}

const isTag = ({path}: PropertyChange): boolean => /(^|\/)Tags(\/|$)/.test(path)
const isNothing = ({before, after, follows}: PropertyChange): boolean => !follows && before !== null && before === after

const order: Readonly<Record<JudgedChange['dangers'][number], number>> = {
  stateful: 32,
  removed: 16,
  replaced: 16,
  'widens-permissions': 8,
  'opens-network': 8,
  'maybe-replaced': 4,
}
const weight = ({dangers}: JudgedChange): number => dangers.reduce((sum, danger) => sum + order[danger], 0)
