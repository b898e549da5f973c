/**
 * What a stack is while the sandbox lives: its recipe (template and parameters), its resources, events and operations. Values
 * that history needs (a resource, a recipe, a snapshot) are never changed, only replaced, so that a rollback can go back to them.
 */
import type {ParameterValue, Properties, TemplateDocument} from './contract.ts'

export type StackStatus =
  | 'REVIEW_IN_PROGRESS'
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_FAILED'
  | 'CREATE_COMPLETE'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_FAILED'
  | 'ROLLBACK_COMPLETE'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_FAILED'
  | 'DELETE_COMPLETE'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'IMPORT_IN_PROGRESS'
  | 'IMPORT_COMPLETE'

/** What a stack is to be made of. */
export interface Recipe {
  /** As it was given. */
  readonly text: string
  readonly document: TemplateDocument
  readonly parameters: ReadonlyMap<string, ParameterValue>
  readonly conditions: Readonly<Record<string, boolean>>
  readonly tags: Readonly<Record<string, string>>
  readonly capabilities: readonly string[]
  readonly notificationArns: readonly string[]
}

export interface StackResource {
  readonly logicalId: string
  readonly type: string
  /** Empty until there is one. */
  readonly physicalId: string
  readonly status: string
  readonly reason: string | null
  readonly changedAt: number
  /** Resolved, but for dynamic references, which stay as text: secrets aren't kept. */
  readonly properties: Properties
  readonly attributes: Readonly<Record<string, unknown>>
  readonly tags: Readonly<Record<string, string>>
  readonly metadata: Properties | undefined
  readonly deletionPolicy: string
  readonly updateReplacePolicy: string
  /** Logical ids it waited for. */
  readonly needs: ReadonlySet<string>
  /** Id of the operation that made it; null once that ended well. */
  readonly madeBy: string | null
}

export interface Output {
  readonly key: string
  readonly value: string
  readonly description: string | undefined
  readonly exportName: string | undefined
}

/** A state to go back to. */
export interface Snapshot {
  readonly recipe: Recipe
  readonly resources: ReadonlyMap<string, StackResource>
  readonly outputs: readonly Output[]
}

export interface StackEvent {
  readonly id: string
  readonly at: number
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason: string | null
  readonly properties: string | null
  readonly operation: string
  readonly token: string | null
}

export type OperationKind =
  'CREATE_STACK' | 'UPDATE_STACK' | 'DELETE_STACK' | 'ROLLBACK' | 'CONTINUE_ROLLBACK' | 'CREATE_CHANGESET'

/** One request to change a stack, with everything that is decided once for all of it, nested stacks included. */
export interface Operation {
  readonly id: string
  readonly kind: OperationKind
  readonly token: string | null
  readonly startedAt: number
  readonly disableRollback: boolean
  readonly retainExceptOnCreate: boolean
  /** Ends the waiting of everything under way; the reason says in which words. */
  readonly cancel: AbortController
}

export interface Stack {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly createdAt: number
  readonly parent: Stack | null
  readonly root: Stack | null
  /** Logical ids from the root's resources down to this stack; empty for a root. */
  readonly path: readonly string[]
  status: StackStatus
  reason: string | null
  updatedAt: number | null
  deletedAt: number | null
  recipe: Recipe | null
  /** By logical id, in the order of their making. */
  resources: Map<string, StackResource>
  outputs: readonly Output[]
  /** Where a rollback goes; null: there never was a state that held. */
  stable: Snapshot | null
  /** Things that were replaced, or made by what is being rolled back: removed when the operation has succeeded. */
  leftOver: readonly StackResource[]
  /** Oldest first. */
  readonly events: StackEvent[]
  /** Newest last; ends are told by events. */
  readonly operations: Operation[]
  protected: boolean
  policy: string | null
  onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING'
  role: string | null
  timeoutMinutes: number | null
  /** Id of the change set it was last brought forward by. */
  changeSet: string | null
  /** Its last forward way is neither cleaned up after nor taken back yet. */
  unsettled: boolean
  /** Ends when the newest operation has ended. */
  running: Promise<void>
  drift: {readonly status: 'NOT_CHECKED' | 'IN_SYNC' | 'DRIFTED'; readonly at: number | null}
}

export const stackType = 'AWS::CloudFormation::Stack'

export const protectedRoot = (stack: Stack): boolean => (stack.root ?? stack).protected

export function snapshotOf(stack: Stack): Snapshot | null {
  return stack.recipe === null ? null : {recipe: stack.recipe, resources: new Map(stack.resources), outputs: stack.outputs}
}
