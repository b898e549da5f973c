/** A planned change in the SDK's shape: action, replacement, scope, and each property with its value before and after. Pure. */
import type * as C from '@aws-sdk/client-cloudformation'
import type {ChangeSet} from '../stacks/change-set-shelf.ts'
import type {PlannedChange, PlannedLeaf} from '../stacks/change-plan.ts'
import type {StackResource} from '../stacks/stack-state.ts'

export function shownChange(changeSet: ChangeSet, change: PlannedChange, withValues: boolean): C.Change {
  const {action, logicalId, type, before, after, replacement, leaves} = change
  const policy = policyAction(change)
  const nested = changeSet.nested.get(logicalId)
  const scope = [...new Set(leaves.map((one) => one.attribute))]
  return {
    Type: 'Resource',
    ResourceChange: {
      ...(policy !== undefined && {PolicyAction: policy}),
      Action: action,
      LogicalResourceId: logicalId,
      ResourceType: type,
      ...(before !== null && before.physicalId !== '' && {PhysicalResourceId: before.physicalId}),
      ...(replacement !== null && {Replacement: replacement}),
      Scope: action === 'Modify' && scope.length === 0 ? ['Properties'] : scope,
      Details: details(change, withValues),
      ...(nested !== undefined && {ChangeSetId: nested}),
      ...(withValues && before !== null && {BeforeContext: JSON.stringify(context(before))}),
      ...(withValues && after !== null && {AfterContext: JSON.stringify(context(after))}),
    },
  }
}

function details({action, leaves, nested}: PlannedChange, withValues: boolean): C.ResourceChangeDetail[] {
  if (action !== 'Modify') return []
  const shown = leaves.map((leaf) => detail(leaf, withValues))
  // What is in a nested stack changes it without a property of its own.
  const isAutomatic = leaves.length === 0 || (nested?.changes.length ?? 0) > 0
  return isAutomatic && (nested !== null || leaves.length === 0)
    ? [
        ...shown,
        {Target: {Attribute: 'Properties', RequiresRecreation: 'Never'}, Evaluation: 'Dynamic', ChangeSource: 'Automatic'},
      ]
    : shown
}

function detail(leaf: PlannedLeaf, withValues: boolean): C.ResourceChangeDetail {
  const {attribute, path, kind, before, after, recreation, evaluation, source, cause} = leaf
  return {
    Target: {
      Attribute: attribute,
      RequiresRecreation: recreation,
      ...(attribute === 'Properties' && path[0] !== undefined && {Name: path[0]}),
      Path: `/${[attribute, ...path].map((one) => one.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
      AttributeChangeType: kind,
      ...(withValues && before !== undefined && {BeforeValue: shownValue(before)}),
      ...(withValues && after !== undefined && {AfterValue: shownValue(after)}),
    },
    Evaluation: evaluation,
    ChangeSource: source,
    ...(cause !== null && {CausingEntity: cause}),
  }
}

const shownValue = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

const context = ({properties, metadata}: Pick<StackResource, 'properties' | 'metadata'>): object => ({
  Properties: texts(properties),
  ...(metadata !== undefined && {Metadata: metadata}),
})

/** CloudFormation shows every scalar as a text. */
function texts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(texts)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, texts(one)]))
  }
  return String(value)
}

function policyAction({action, before, replacement}: PlannedChange): C.PolicyAction | undefined {
  if (before === null) return undefined
  if (action === 'Remove') return kept(before.deletionPolicy) ?? 'Delete'
  if (replacement !== 'True') return undefined
  const keeps = kept(before.updateReplacePolicy)
  return keeps === undefined ? 'ReplaceAndDelete' : keeps === 'Retain' ? 'ReplaceAndRetain' : 'ReplaceAndSnapshot'
}

function kept(policy: string): 'Retain' | 'Snapshot' | undefined {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate' ? 'Retain' : policy === 'Snapshot' ? 'Snapshot' : undefined
}
