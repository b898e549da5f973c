import {describe, expect, test} from 'vitest'
import {leastLoopbackMs, realBound} from '../../../src/infra/aws/real-bound.ts'

describe('how long a real wait may be', () => {
  test.each([
    ['at the speed of the world a bound is what it says', 1, 30_000, undefined, 30_000],
    ['a fast clock shrinks it', 10, 30_000, undefined, 3000],
    ['never below what loopback takes on a busy machine', 60, 5000, undefined, leastLoopbackMs],
    ['nor below a least that is given', 60, 30_000, 900, 900],
    ['a least that is given may be below the usual one, too', 60, 60_000, 900, 1000],
    ['whole milliseconds, and not one too few', 7, 30_000, undefined, 4286],
  ])('%s', (_, speed, boundMs, leastMs, real) => {
    expect(realBound({speed}, boundMs, leastMs)).toBe(real)
  })
})
