/**
 * What policies allow, as IAM reads them: patterns of actions and resources, conditions that either hold or don't, a refusal that beats
 * every permission. A condition is a name in here: it holds when the request says so.
 */
interface Said {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: unknown
}

export interface Request {
  readonly action: string
  readonly resource: string
  /** Conditions, as they are written, that this request meets. */
  readonly meets: readonly string[]
}

export const allows = (documents: readonly object[], request: Request): boolean => judgeOf(documents)(request)

/** For many requests to the same policies: each pattern is held against each text once. */
export function judgeOf(documents: readonly object[]): (request: Request) => boolean {
  const said = documents
    .flatMap((document) => (document as {readonly Statement: readonly Said[]}).Statement)
    .map(({Effect, Action, Resource, Condition}) => ({
      Effect,
      acts: anyLike([Action].flat().map((pattern) => pattern.toLowerCase())),
      reaches: anyLike([Resource].flat()),
      under: Condition === undefined ? null : JSON.stringify(Condition),
    }))
  return ({action, resource, meets}) => {
    const about = said.filter(
      ({acts, reaches, under}) => (under === null || meets.includes(under)) && acts(action.toLowerCase()) && reaches(resource),
    )
    return about.some(({Effect}) => Effect === 'Allow') && about.every(({Effect}) => Effect !== 'Deny')
  }
}

/** Something that a pattern reaches: its stars filled in. */
export const oneLike = (pattern: string, star: string): string => pattern.replaceAll('*', star).replaceAll('?', 'q')

export const conditionsIn = (document: object): readonly string[] => [
  ...new Set(
    (document as {readonly Statement: readonly Said[]}).Statement.flatMap(({Condition}) =>
      Condition === undefined ? [] : [JSON.stringify(Condition)],
    ),
  ),
]

function anyLike(patterns: readonly string[]): (text: string) => boolean {
  const one = (pattern: string): string =>
    pattern
      .split(/([*?])/)
      .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}]/g, '\\$&')))
      .join('')
  const whole = new RegExp(`^(?:${patterns.map(one).join('|')})$`, 's')
  const known = new Map<string, boolean>()
  return (text) => {
    const answer = known.get(text) ?? whole.test(text)
    known.set(text, answer)
    return answer
  }
}
