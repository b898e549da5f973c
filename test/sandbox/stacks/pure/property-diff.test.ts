import {describe, expect, it} from 'vitest'
import {hasUnknown, isSame, leafChanges, unknownValue} from '../../../../src/sandbox/stacks/property-diff.ts'

describe('what differs between two values', () => {
  it.each([
    ['a number and its text are the same', 5, '5', []],
    ['a boolean and its text are the same', {a: true}, {a: 'true'}, []],
    [
      'a leaf is told with its way',
      {a: {b: [1, 2]}},
      {a: {b: [1, 3]}},
      [{path: ['a', 'b', '1'], kind: 'Modify', before: 2, after: 3}],
    ],
    ['what is new is one thing, however deep', {}, {a: {b: 1}}, [{path: ['a'], kind: 'Add', before: undefined, after: {b: 1}}]],
    ['what is gone is one thing', {a: [1, 2]}, {a: [1]}, [{path: ['a', '1'], kind: 'Remove', before: 2, after: undefined}]],
    ["a text isn't an object", {a: '1'}, {a: {b: 1}}, [{path: ['a'], kind: 'Modify', before: '1', after: {b: 1}}]],
  ])('%s', (_, before, after, changes) => {
    expect(leafChanges(before, after)).toEqual(changes)
    expect(isSame(before, after)).toBe(changes.length === 0)
  })

  it("what isn't known before it is made differs from everything, itself included", () => {
    expect(isSame(unknownValue, unknownValue)).toBe(false)
    expect(hasUnknown({a: [`arn:${unknownValue}`]})).toBe(true)
    expect(hasUnknown({a: ['arn']})).toBe(false)
  })
})
