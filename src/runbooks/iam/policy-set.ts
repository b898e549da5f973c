/**
 * A policy as managed policies that IAM takes: one as it is when it fits, otherwise shortened and put into as few as it goes into, the
 * same way each time. No statement loses its condition, and one that is too long by itself is cut along its actions or its resources,
 * never widened. Pure.
 */
import {fewestBins} from './fewest-bins.ts'
import {charactersOf, documentOf, longestPolicy, withLists} from './policy-document.ts'
import type {Statement} from './policy-document.ts'
import {shortened} from './shortened.ts'

export interface ManagedPolicy {
  readonly name: string
  readonly document: object
  /** As IAM counts. */
  readonly characters: number
}

/** AWS attaches no more to a role unless its quota is raised. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const mostPerRole = 10

/** `document`: with lists, or as a template has it. `longest` in characters. */
export function policySet(document: object, name: string, longest = longestPolicy): readonly ManagedPolicy[] {
  if (charactersOf(document) <= longest) return [managed(document, name)]
  const room = longest - charactersOf(documentOf([]))
  const whole = named(shortened(withLists(document).Statement).flatMap((statement) => pieces(statement, room)))
  const documents = packed(whole, room).map(documentOf)
  return documents.map((one, index) => managed(one, documents.length === 1 ? name : `${name}-${index + 1}`))
}

const managed = (document: object, name: string): ManagedPolicy => ({name, document, characters: charactersOf(document)})

/** The longest names that statements are told apart with have two digits. */
const numberRoom = 2

/** A statement in as many as it needs to fit; its condition is in each. */
function pieces(statement: Statement, room: number): readonly Statement[] {
  if (charactersOf(statement) + numberRoom <= room) return [statement]
  const [long, short] =
    charactersOf(statement.Action) >= charactersOf(statement.Resource)
      ? (['Action', 'Resource'] as const)
      : (['Resource', 'Action'] as const)
  const member = statement[long].length > 1 ? long : short
  const all = statement[member]
  if (all.length < 2) throw new Error(`${statement.Sid} with one action and one resource is longer than a managed policy`)
  const most = fitting(statement, member, room)
  return [
    ...pieces({...statement, [member]: all.slice(0, most)}, room),
    ...pieces({...statement, [member]: all.slice(most)}, room),
  ]
}

/** How many of the list go into one statement; half of them where not even one does, because the other list is too long as well. */
function fitting(statement: Statement, member: 'Action' | 'Resource', room: number): number {
  const all = statement[member]
  const fits = (count: number): boolean => charactersOf({...statement, [member]: all.slice(0, count)}) + numberRoom <= room
  for (let count = all.length - 1; count > 0; count -= 1) if (fits(count)) return count
  return Math.ceil(all.length / 2)
}

/** No two with the same name: a piece, or one that was put together, has a number. */
function named(statements: readonly Statement[]): readonly Statement[] {
  const taken = new Set<string>()
  return statements.map((statement) => {
    let Sid = statement.Sid
    for (let number = 2; taken.has(Sid); number += 1) Sid = `${statement.Sid}${number}`
    taken.add(Sid)
    return {...statement, Sid}
  })
}

/** In the order of the statements, within a policy and of the policies. Each has a comma after it, but the last of a policy. */
function packed(statements: readonly Statement[], room: number): readonly (readonly Statement[])[] {
  const sizes = statements.map((statement) => charactersOf(statement) + 1)
  return fewestBins(sizes, room + 1).map((bin) => bin.flatMap((index) => statements[index] ?? []))
}
