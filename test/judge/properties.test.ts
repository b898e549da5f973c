/** What must hold for any counts at all. */
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Count, PairedMinute} from '../../src/judge/counts.ts'
import type {GateSettings} from '../../src/judge/settings.ts'
import {judgeGate} from '../../src/judge/judge-gate.ts'
import {logWithinBudget, noWorse} from '../../src/judge/fitness.ts'
import {bettingEvidence} from '../../src/judge/betting-evidence.ts'
import {temperedEvidence} from '../../src/judge/tempered-evidence.ts'
import {count, emptyMinute, settings} from './minutes.ts'

const counts = (most: number): fc.Arbitrary<Count> =>
  fc
    .nat(most)
    .chain((requests) =>
      fc.oneof(fc.nat(Math.min(requests, 20)), fc.nat(requests)).map((bad) => count(requests, Math.min(bad, requests))),
    )
const pairs = (most: number): fc.Arbitrary<PairedMinute> => fc.record({canary: counts(most), stable: counts(most)})
const inside = fc.double({min: 1e-9, max: 1 - 1e-9, noNaN: true})
const anySettings: fc.Arbitrary<GateSettings> = fc.record({
  method: fc.constantFrom('mixed', 'betting', 'pooled'),
  budget: inside,
  tolerance: fc.double({min: 1, max: 100, noNaN: true}),
  ratio: fc.double({min: 1.26, max: 1000, noNaN: true}),
  floor: fc.double({min: 0, max: 0.999, noNaN: true}),
  ceiling: inside,
  alpha: inside,
  beta: inside,
  minMinutes: fc.integer({min: 1, max: 20}),
})

describe('for any input that is accepted', () => {
  test.each([[100], [10_000_000], [Number.MAX_SAFE_INTEGER]])(
    'every number is a number, with up to %d requests a minute',
    (most) => {
      fc.assert(
        fc.property(
          anySettings,
          fc.array(counts(most), {maxLength: 12}),
          fc.array(pairs(most), {maxLength: 12}),
          (given, history, minutes) => {
            const verdict = judgeGate(given, history, minutes)
            for (const key of ['logHarm', 'logWithinBudget', 'logNoWorse', 'dispersion'] as const)
              expect(verdict[key], key).toSatisfy(Number.isFinite)
            expect(verdict.reason).not.toMatch(/NaN|undefined|Infinity/)
            expect(verdict.eta === null || Number.isSafeInteger(verdict.eta.minutes)).toBe(true)
          },
        ),
      )
    },
  )

  test('once a prefix fails, every longer list fails at the same minute', () => {
    fc.assert(
      fc.property(
        fc.array(counts(500), {maxLength: 8}),
        fc.array(pairs(200), {minLength: 1, maxLength: 12}),
        fc.nat(11),
        (history, minutes, cut) => {
          const {failedAt} = judgeGate(settings(), history, minutes.slice(0, cut + 1))
          if (failedAt !== null) expect(judgeGate(settings(), history, minutes).failedAt).toBe(failedAt)
        },
      ),
    )
  })

  test('a minute without traffic changes no evidence of betting and fitness, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(pairs(1000), {maxLength: 8}), fc.nat(8), (minutes, at) => {
        const given = settings({method: 'betting'})
        const [without, withOne] = [minutes, minutes.toSpliced(at, 0, emptyMinute)].map((list) => judgeGate(given, [], list))
        for (const key of ['logHarm', 'logWithinBudget', 'logNoWorse'] as const) expect(withOne?.[key]).toBe(without?.[key])
      }),
    )
  })

  test("betting and fitness don't care for the order of minutes", () => {
    fc.assert(
      fc.property(fc.array(pairs(1000), {maxLength: 8}), (minutes) => {
        const given = settings({method: 'betting'})
        const [there, back] = [minutes, minutes.toReversed()].map((list) => judgeGate(given, [], list))
        for (const key of ['logHarm', 'logWithinBudget', 'logNoWorse'] as const)
          expect(back?.[key]).toBeCloseTo(there?.[key] ?? NaN, 8)
      }),
    )
  })

  test('one more bad canary request is never less harm by betting, one more of stable never more', () => {
    fc.assert(
      fc.property(pairs(1000), ({canary, stable}) => {
        const harm = (one: PairedMinute): number => {
          const evidence = bettingEvidence(1.25)
          evidence.add(one)
          return evidence.log()
        }
        const now = harm({canary, stable})
        expect(harm({canary: count(canary.requests + 1, canary.bad + 1), stable: count(stable.requests, stable.bad)})).toSatisfy(
          Number.isFinite,
        )
        if (canary.bad < canary.requests)
          expect(harm({canary: count(canary.requests, canary.bad + 1), stable})).toBeGreaterThanOrEqual(now - 1e-12)
        if (stable.bad < stable.requests)
          expect(harm({canary, stable: count(stable.requests, stable.bad + 1)})).toBeLessThanOrEqual(now + 1e-12)
      }),
    )
  })

  test('one more bad canary request is never more fitness', () => {
    fc.assert(
      fc.property(inside, counts(100_000), (budget, canary) => {
        if (canary.bad < canary.requests) {
          expect(logWithinBudget(budget, count(canary.requests, canary.bad + 1))).toBeLessThanOrEqual(
            logWithinBudget(budget, canary) + 1e-9,
          )
        }
      }),
    )
  })
})

/** Σ over how `bad` bad requests may fall, when each is the canary's with chance `share`, of chance × e^log. */
function expectation(bad: number, share: number, log: (canaryBad: number) => number): number {
  let total = 0
  let choose = 1
  for (let k = 0; k <= bad; k++) {
    total += choose * share ** k * (1 - share) ** (bad - k) * Math.exp(log(k))
    choose *= (bad - k) / (k + 1)
  }
  return total
}

describe('the guarantee: where the null just holds, a minute multiplies the evidence by 1 on average', () => {
  const requests = fc.integer({min: 1, max: 5000})
  const bad = fc.integer({min: 1, max: 25})
  const after = (evidence: {add(minute: PairedMinute): void}, n: number, m: number, k: number, of: number): void =>
    evidence.add({canary: count(n, k), stable: count(m, of - k)})

  test('betting', () => {
    fc.assert(
      fc.property(requests, requests, bad, (n, m, of) => {
        expect(
          expectation(of, (1.25 * n) / (1.25 * n + m), (k) => {
            const evidence = bettingEvidence(1.25)
            after(evidence, n, m, k, of)
            return evidence.log()
          }),
        ).toBeCloseTo(1, 8)
      }),
    )
  })
  test('tempered, undispersed', () => {
    fc.assert(
      fc.property(requests, requests, bad, (n, m, of) => {
        expect(
          expectation(of, (1.25 * n) / (1.25 * n + m), (k) => {
            const evidence = temperedEvidence(1.25)
            after(evidence, n, m, k, of)
            return evidence.log(1)
          }),
        ).toBeCloseTo(1, 8)
      }),
    )
  })
  test('no worse', () => {
    fc.assert(
      fc.property(requests, requests, bad, (n, m, of) => {
        expect(
          expectation(of, (2.5 * n) / (2.5 * n + m), (k) => {
            const evidence = noWorse(2.5)
            after(evidence, n, m, k, of)
            return evidence.log()
          }),
        ).toBeCloseTo(1, 8)
      }),
    )
  })
  test('within budget', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 25}), inside, (n, budget) => {
        expect(expectation(n, budget, (k) => logWithinBudget(budget, count(n, k)))).toBeCloseTo(1, 6)
      }),
    )
  })
})
