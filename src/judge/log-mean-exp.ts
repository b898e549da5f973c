/**
 * The logarithm of the mean of evidences given as logarithms. Evidence passes 10^308 within a minute of heavy traffic, so
 * nothing in this room ever leaves logarithms; the largest term is taken out first and -Infinity (a factor of 0) is a term.
 */
export function logMeanExp(logs: readonly number[]): number {
  const largest = Math.max(...logs)
  if (largest === -Infinity) return -Infinity
  let total = 0
  for (const log of logs) total += Math.exp(log - largest)
  return largest + Math.log(total / logs.length)
}

/** A loop, because it runs for every minute of a week and a spread costs more than the comparison. */
export function largestOf(logs: Float64Array): number {
  let largest = -Infinity
  for (let i = 0; i < logs.length; i++) if (logs[i]! > largest) largest = logs[i]!
  return largest
}
