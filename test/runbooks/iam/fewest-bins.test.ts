import fc from 'fast-check'
import {expect, test} from 'vitest'
import {fewestBins} from '../../../src/runbooks/iam/fewest-bins.ts'

const filled = (sizes: readonly number[], bins: readonly (readonly number[])[]): readonly number[] =>
  bins.map((bin) => bin.reduce((sum, index) => sum + (sizes[index] ?? 0), 0))

test('where putting the longest first would need three, two are found', () => {
  const sizes = [3, 3, 3, 3, 2, 2, 2, 2]
  expect(filled(sizes, fewestBins(sizes, 10))).toEqual([10, 10])
})

test('nothing needs no bin', () => {
  expect(fewestBins([], 10)).toEqual([])
})

test('everything is in one bin, in order, none is too full, and the same sizes are put the same way', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 1, max: 10}), {maxLength: 30}), (sizes) => {
      const bins = fewestBins(sizes, 10)
      expect(bins.flat().toSorted((one, other) => one - other)).toEqual(sizes.map((_, index) => index))
      expect(bins.filter((bin) => bin.some((index, place) => place > 0 && index < (bin[place - 1] ?? 0)))).toEqual([])
      expect(Math.max(0, ...filled(sizes, bins))).toBeLessThanOrEqual(10)
      expect(fewestBins(sizes, 10)).toEqual(bins)
    }),
    {numRuns: 100},
  )
})
