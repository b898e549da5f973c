/** Every state of a stack has its way on. */
import {describe, expect, it} from 'vitest'
import {isComplete, wayOn} from '../../src/runbooks/provision/way-on.ts'
import type {StackStatus} from '../../src/runbooks/provision/ports.ts'

const rows: readonly (readonly [StackStatus | null, string, string])[] = [
  [null, 'create', "a stack that isn't there is created"],
  ['DELETE_COMPLETE', 'create', 'one that was deleted is created anew'],
  ['REVIEW_IN_PROGRESS', 'delete-shell', 'the empty shell of a change set goes'],
  ['CREATE_IN_PROGRESS', 'wait', 'a creation under way is attached to'],
  ['ROLLBACK_IN_PROGRESS', 'wait', 'so is its rollback'],
  ['DELETE_IN_PROGRESS', 'wait', 'and a deletion'],
  ['UPDATE_IN_PROGRESS', 'wait', 'and an update'],
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'wait', 'and what an update cleans up'],
  ['UPDATE_ROLLBACK_IN_PROGRESS', 'wait', 'and an update that is taken back'],
  ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'wait', 'and what that cleans up'],
  ['IMPORT_IN_PROGRESS', 'wait', "and somebody's import"],
  ['IMPORT_ROLLBACK_IN_PROGRESS', 'wait', 'and its rollback'],
  ['CREATE_COMPLETE', 'stands', 'a created stack stands'],
  ['UPDATE_COMPLETE', 'stands', 'so does an updated one'],
  ['UPDATE_ROLLBACK_COMPLETE', 'stands', 'and one whose update was taken back'],
  ['IMPORT_COMPLETE', 'stands', 'and one that imported'],
  ['IMPORT_ROLLBACK_COMPLETE', 'stands', "and one that didn't"],
  ['CREATE_FAILED', 'update-again', 'a failed creation goes on from what is there'],
  ['UPDATE_FAILED', 'update-again', 'so does a failed update'],
  ['UPDATE_ROLLBACK_FAILED', 'continue-rollback', 'a rollback that got stuck is continued, never deleted'],
  ['ROLLBACK_COMPLETE', 'delete-and-create', 'a creation that was taken back has to go first, with consent'],
  ['ROLLBACK_FAILED', 'delete-and-create', 'so has one that got stuck being taken back'],
  ['DELETE_FAILED', 'blocked', "a half deleted stack is a person's to decide"],
  ['IMPORT_ROLLBACK_FAILED', 'blocked', 'and so is a half imported one'],
]

describe('the way on', () => {
  it.each(rows)('%s: %s (%s)', (status, kind) => {
    expect(wayOn(status, 'shop-production-main', 'eu-west-1').kind).toBe(kind)
  })

  it('blocked says why and what to do', () => {
    for (const status of ['DELETE_FAILED', 'IMPORT_ROLLBACK_FAILED'] as const) {
      const way = wayOn(status, 'shop-production-main', 'eu-west-1')
      expect(way.kind === 'blocked' && way.because.includes('shop-production-main') && way.suggestions.length > 0).toBe(true)
    }
  })

  it('others may be built on a stack that stands or only cleans up', () => {
    const complete = rows.flatMap(([status]) => (status !== null && isComplete(status) ? [status] : []))
    expect(complete).toEqual([
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'CREATE_COMPLETE',
      'UPDATE_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
      'IMPORT_COMPLETE',
      'IMPORT_ROLLBACK_COMPLETE',
    ])
  })
})
