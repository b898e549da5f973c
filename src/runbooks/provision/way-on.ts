/**
 * What can be done with a stack in each of CloudFormation's states. A pure table: every state has its way on, and none of them
 * deletes anything that a person hasn't agreed to. Whether the stack is as it shall be is somebody else's question.
 */
import type {StackStatus} from './ports.ts'

export type WayOn =
  | {readonly kind: 'create'}
  /** An operation is under way: attach to it. */
  | {readonly kind: 'wait'}
  /** It stands; whatever differs is an update. */
  | {readonly kind: 'stands'}
  /** An empty shell that a change set left: nothing is in it. */
  | {readonly kind: 'delete-shell'}
  /** Only what failed and what is missing is made; what is there stays. */
  | {readonly kind: 'update-again'}
  | {readonly kind: 'continue-rollback'}
  /** Its first creation was undone: it can't be updated, and holds nothing but what was retained. Asks first. */
  | {readonly kind: 'delete-and-create'}
  | {readonly kind: 'blocked'; readonly because: string; readonly suggestions: readonly string[]}

/** null: there is no such stack. `name` is for the words only. */
export function wayOn(status: StackStatus | null, name: string, region: string): WayOn {
  switch (status) {
    case null:
    case 'DELETE_COMPLETE':
      return {kind: 'create'}
    case 'REVIEW_IN_PROGRESS':
      return {kind: 'delete-shell'}
    case 'CREATE_IN_PROGRESS':
    case 'ROLLBACK_IN_PROGRESS':
    case 'DELETE_IN_PROGRESS':
    case 'UPDATE_IN_PROGRESS':
    case 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS':
    case 'UPDATE_ROLLBACK_IN_PROGRESS':
    case 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS':
    case 'IMPORT_IN_PROGRESS':
    case 'IMPORT_ROLLBACK_IN_PROGRESS':
      return {kind: 'wait'}
    case 'CREATE_COMPLETE':
    case 'UPDATE_COMPLETE':
    case 'UPDATE_ROLLBACK_COMPLETE':
    case 'IMPORT_COMPLETE':
    case 'IMPORT_ROLLBACK_COMPLETE':
      return {kind: 'stands'}
    case 'CREATE_FAILED':
    case 'UPDATE_FAILED':
      return {kind: 'update-again'}
    case 'UPDATE_ROLLBACK_FAILED':
      return {kind: 'continue-rollback'}
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED':
      return {kind: 'delete-and-create'}
    case 'DELETE_FAILED':
      return {
        kind: 'blocked',
        because: `${name} in ${region} is half deleted: something in it refused to go`,
        suggestions: ['sluice infra down', `aws cloudformation describe-stack-events --region ${region} --stack-name ${name}`],
      }
    case 'IMPORT_ROLLBACK_FAILED':
      return {
        kind: 'blocked',
        because: `${name} in ${region} was left half way by an import that somebody else began`,
        suggestions: [`aws cloudformation continue-update-rollback --region ${region} --stack-name ${name}`],
      }
  }
}

/** Whether its resources are all there: a stack that something else may be built on. */
export function isComplete(status: StackStatus): boolean {
  return wayOn(status, '', '').kind === 'stands' || status.endsWith('_COMPLETE_CLEANUP_IN_PROGRESS')
}

/** How an operation that went wrong leaves a stack, what CloudFormation took back included. */
export const hasFailed = (status: StackStatus): boolean =>
  status.endsWith('_FAILED') || status === 'ROLLBACK_COMPLETE' || status === 'UPDATE_ROLLBACK_COMPLETE'
