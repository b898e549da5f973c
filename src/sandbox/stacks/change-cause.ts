/** Why a property changes: the template says something else, or something it refers to does. Pure. */
import {references} from './template/references.ts'

export interface LeafCause {
  /** Dynamic: whether it changes is known only when it is carried out. */
  readonly evaluation: 'Static' | 'Dynamic'
  readonly source: 'DirectModification' | 'ParameterReference' | 'ResourceReference' | 'ResourceAttribute' | 'Automatic'
  /** `Name`, or `Resource.Attribute`. */
  readonly cause: string | null
}

/** Whether what has this name changes. */
export type Moved = (name: string) => 'parameter' | 'resource' | null

/** `written`: the properties as the templates write them, before and after. */
export function leafCauses(
  written: {readonly before: unknown; readonly after: unknown},
  path: readonly string[],
  unknown: boolean,
  moved: Moved,
): LeafCause {
  const declared = {before: along(written.before, path), after: along(written.after, path)}
  const evaluation = unknown ? 'Dynamic' : 'Static'
  const found = [...references(declared.after, 'both')].map((one) => ({...one, kind: moved(one.id)}))
  const resource = found.find((one) => one.kind === 'resource')
  if (unknown && resource !== undefined) {
    return resource.attribute === null
      ? {evaluation, source: 'ResourceReference', cause: resource.id}
      : {evaluation, source: 'ResourceAttribute', cause: `${resource.id}.${resource.attribute}`}
  }
  const parameter = found.find((one) => one.kind === 'parameter')
  const rewritten = JSON.stringify(declared.before) !== JSON.stringify(declared.after)
  if (parameter !== undefined && !rewritten) return {evaluation, source: 'ParameterReference', cause: parameter.id}
  if (resource !== undefined && !rewritten && resource.attribute !== null) {
    return {evaluation, source: 'ResourceAttribute', cause: `${resource.id}.${resource.attribute}`}
  }
  return {evaluation, source: 'DirectModification', cause: null}
}

/** The expression that makes the leaf: as deep as it is written out, up to the first function. */
function along(value: unknown, path: readonly string[]): unknown {
  let one = value
  for (const part of path) {
    if (typeof one !== 'object' || one === null) return one
    const members = one as Readonly<Record<string, unknown>>
    if (!(part in members)) {
      return Object.keys(members).some((name) => name === 'Ref' || name.startsWith('Fn::')) ? one : undefined
    }
    one = members[part]
  }
  return one
}
