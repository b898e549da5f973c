/**
 * The known words nearest to one that isn't known, for "did you mean". A leaf: commands, configuration and main share it.
 * It only proposes; nobody may act on its answer without asking.
 */
export function nearest(word: string, known: readonly string[], limit = 3): readonly string[] {
  const lower = word.toLowerCase()
  const allowed = Math.max(1, Math.floor(word.length / 3))
  return known
    .map((candidate) => ({candidate, distance: distanceTo(lower, candidate.toLowerCase(), allowed)}))
    .filter(({distance}) => distance <= allowed)
    .sort((one, other) => one.distance - other.distance || one.candidate.localeCompare(other.candidate))
    .slice(0, limit)
    .map(({candidate}) => candidate)
}

/** A word that begins the other counts as one edit: people abbreviate. */
function distanceTo(word: string, candidate: string, allowed: number): number {
  if (word.length >= 2 && candidate.startsWith(word)) return Math.min(1, allowed)
  return editDistance(word, candidate)
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(one: string, other: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({length: other.length + 1}, (_, j) => j)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      let least = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      if (swapped) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[other.length] ?? 0
}
