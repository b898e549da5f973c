/**
 * Seeded randomness for forecasts and benches: the same seed gives the same numbers on every machine. Must never decide
 * anything about a release by itself.
 *
 * Sources: xoshiro128** 1.1 and SplitMix-style seeding, Blackman & Vigna (prng.di.unimi.it); Poisson by multiplication for
 * small means (Knuth) and binomial by inversion for small ones (Kachitvichyanukul & Schmeiser 1988); for large ones the
 * transformed rejections PTRS and BTRS of Hörmann (Insurance: Mathematics and Economics 1993; J. Stat. Comput. Simul. 1993).
 */

export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number
  poisson(mean: number): number
  /** How many of `n` succeed with probability `p` each. */
  binomial(n: number, p: number): number
  /** 1, 2, 3 …, with this mean (at least 1): the size of a burst. */
  geometric(mean: number): number
}

export function seededRandom(seed: number): Random {
  const next = xoshiro128(seed)
  const uniform = (): number => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000
  return {
    uniform,
    poisson: (mean) => (mean < 10 ? poissonByProduct(uniform, mean) : poissonByRejection(uniform, mean)),
    binomial: (n, p) => (p > 0.5 ? n - binomial(uniform, n, 1 - p) : binomial(uniform, n, p)),
    geometric: (mean) => (mean <= 1 ? 1 : 1 + Math.floor(Math.log1p(-uniform()) / Math.log1p(-1 / mean))),
  }
}

function xoshiro128(seed: number): () => number {
  let weyl = seed | 0
  const scrambled = (): number => {
    weyl = (weyl + 0x9e3779b9) | 0
    let z = Math.imul(weyl ^ (weyl >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [a, b, c, d] = [scrambled(), scrambled(), scrambled(), scrambled()]
  const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotated(d, 11)
    return result >>> 0
  }
}

function poissonByProduct(uniform: () => number, mean: number): number {
  const limit = Math.exp(-mean)
  let product = uniform()
  let count = 0
  while (product > limit) {
    product *= uniform()
    count++
  }
  return count
}

function poissonByRejection(uniform: () => number, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean)
  const a = -0.059 + 0.02483 * b
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
  const squeeze = 0.9277 - 3.6224 / (b - 2)
  for (;;) {
    const u = uniform() - 0.5
    const v = uniform()
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
    if (us >= 0.07 && v <= squeeze) return k
    if (k < 0 || (us < 0.013 && v > us)) continue
    if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= k * Math.log(mean) - mean - logFactorial(k)) return k
  }
}

function binomial(uniform: () => number, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0
  return n * p < 10 ? binomialByInversion(uniform, n, p) : binomialByRejection(uniform, n, p)
}

function binomialByInversion(uniform: () => number, n: number, p: number): number {
  const odds = p / (1 - p)
  let left = uniform()
  let chance = Math.exp(n * Math.log1p(-p))
  let count = 0
  while (left > chance && count < n) {
    left -= chance
    count++
    chance *= (odds * (n - count + 1)) / count
  }
  return count
}

function binomialByRejection(uniform: () => number, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p))
  const b = 1.15 + 2.53 * spread
  const a = -0.0873 + 0.0248 * b + 0.01 * p
  const centre = n * p + 0.5
  const alpha = (2.83 + 5.1 / b) * spread
  const mode = Math.floor((n + 1) * p)
  const logOdds = Math.log(p / (1 - p))
  const atMode = logFactorial(mode) + logFactorial(n - mode)
  for (;;) {
    const u = uniform() - 0.5
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + centre)
    const v = uniform()
    if (k < 0 || k > n) continue
    if (us >= 0.07 && v <= 0.92 - 4.2 / b) return k
    const logV = Math.log((v * alpha) / (a / (us * us) + b))
    if (logV <= atMode - logFactorial(k) - logFactorial(n - k) + (k - mode) * logOdds) return k
  }
}

const smallFactorials = [1, 1, 2, 6, 24, 120, 720, 5040, 40_320, 362_880].map((factorial) => Math.log(factorial))

/** Stirling's series from 10 on: good to 1e-12. */
function logFactorial(n: number): number {
  const small = smallFactorials[n]
  if (small !== undefined) return small
  const inverse = 1 / (n + 1)
  const series = (1 / 12 - (1 / 360 - (inverse * inverse) / 1260) * inverse * inverse) * inverse
  return (n + 0.5) * Math.log(n + 1) - (n + 1) + 0.9189385332046727 + series
}
