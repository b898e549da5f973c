/**
 * Whether one pattern of a policy reaches everything that another one does. Where that isn't certain the answer is no: whoever drops
 * what is covered must never take a right away. Pure.
 */

/** `${*}` and the like stand for the character itself, `${aws:…}` for what only a request knows: each is taken as one letter. */
const lettersOf = (pattern: string): readonly string[] => pattern.match(/\$\{[^}]*\}|[^]/g) ?? []

/** IAM doesn't tell upper from lower case in actions. */
export const actionCovers = (wide: string, narrow: string): boolean => matches(wide.toLowerCase(), narrow.toLowerCase())

/** A `*` inside one of the first five parts of an ARN stays inside that part. */
export function resourceCovers(wide: string, narrow: string): boolean {
  if (wide === '*' || wide === narrow) return true
  const [wides, narrows] = [partsOf(wide), partsOf(narrow)]
  return wides.length === 6 && narrows.length === 6 && wides.every((part, index) => matches(part, narrows[index] ?? ''))
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length < 6 ? [] : [...parts.slice(0, 5), parts.slice(5).join(':')]
}

/** `narrow` letter by letter: a `*` in it is only ever reached by a `*`, a `?` by either. */
function matches(wide: string, narrow: string): boolean {
  if (!/[*?]/.test(wide)) return wide === narrow
  const [pattern, text] = [lettersOf(wide), lettersOf(narrow)]
  let reached = new Set([0])
  for (const letter of pattern) {
    const next = new Set<number>()
    for (const at of reached) {
      if (letter === '*') for (let to = at; to <= text.length; to += 1) next.add(to)
      else if (at < text.length && (letter === '?' ? text[at] !== '*' : letter === text[at])) next.add(at + 1)
    }
    reached = next
  }
  return reached.has(text.length)
}
