/**
 * The same rights in fewer characters: statements that differ in one thing only become one, and what another statement allows anyway is
 * left out. Nothing is ever widened: a `*` that nobody wrote isn't written here, and a condition stays with every right that had it. Pure.
 */
import {actionCovers, resourceCovers} from './covers.ts'
import type {Statement} from './policy-document.ts'

type Covers = (wide: string, narrow: string) => boolean

export function shortened(statements: readonly Statement[]): readonly Statement[] {
  let now: readonly Statement[] = statements.map(without)
  for (;;) {
    const before = JSON.stringify(now)
    now = merged(merged(uncovered(now), 'Resource', 'Action'), 'Action', 'Resource')
    if (JSON.stringify(now) === before) return now
  }
}

/** Patterns that no other one in the list covers; of two that cover each other, the first. */
function widest(patterns: readonly string[], covers: Covers): readonly string[] {
  const once = [...new Set(patterns)]
  return once.filter(
    (one, index) => !once.some((other, place) => place !== index && covers(other, one) && (!covers(one, other) || place < index)),
  )
}

const without = (statement: Statement): Statement => ({
  ...statement,
  Action: widest(statement.Action, actionCovers),
  Resource: widest(statement.Resource, resourceCovers),
})

/** What stands behind the same `same` and the same condition is put into one statement, at the place of the first. */
function merged(
  statements: readonly Statement[],
  same: 'Action' | 'Resource',
  joined: 'Action' | 'Resource',
): readonly Statement[] {
  const groups = new Map<string, Statement[]>()
  for (const statement of statements) {
    const key = JSON.stringify([statement.Effect, statement[same].toSorted(), conditionOf(statement)])
    groups.set(key, [...(groups.get(key) ?? []), statement])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined || group.length === 1) return group
    const all = group.flatMap((one) => one[joined])
    return [without({...first, Sid: nameOf(first), [joined]: joined === 'Action' ? all.toSorted() : all})]
  })
}

/** Reads of this and that aren't any one of them. */
const nameOf = ({Sid, Resource}: Statement): string => (Resource.length === 1 && Resource[0] === '*' ? 'Everything' : Sid)

/** The rest of each statement once what others allow is gone: first whole actions, then whole resources. */
function uncovered(statements: readonly Statement[]): readonly Statement[] {
  return statements.reduce<readonly Statement[]>((left, statement) => {
    const others = left.filter((one) => one !== statement && allowsAsMuch(one, statement))
    const coveredBy = (action: string, resource: string): boolean =>
      others.some(
        (one) =>
          one.Action.some((wide) => actionCovers(wide, action)) && one.Resource.some((wide) => resourceCovers(wide, resource)),
      )
    const Action = statement.Action.filter((action) => !statement.Resource.every((resource) => coveredBy(action, resource)))
    const Resource = statement.Resource.filter((resource) => !Action.every((action) => coveredBy(action, resource)))
    if (Action.length === statement.Action.length && Resource.length === statement.Resource.length) return left
    return left.flatMap((one) => (one !== statement ? [one] : Action.length === 0 ? [] : [{...statement, Action, Resource}]))
  }, statements)
}

/** Under no other condition than the one it is compared with, or under none. What is denied is left alone. */
const allowsAsMuch = (wide: Statement, narrow: Statement): boolean =>
  wide.Effect === 'Allow'
  && narrow.Effect === 'Allow'
  && (wide.Condition === undefined || conditionOf(wide) === conditionOf(narrow))

const conditionOf = ({Condition}: Statement): string => JSON.stringify(Condition ?? null)
