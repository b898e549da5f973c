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

/** `declared`: the property as the templates write it, before and after. */
export function leafCauses(declared: {readonly before: unknown; readonly after: unknown}, unknown: boolean, moved: Moved): LeafCause {
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
  if (resource !== undefined && !rewritten && resource.attribute !== null) return {evaluation, source: 'ResourceAttribute', cause: `${resource.id}.${resource.attribute}`}
  return {evaluation, source: 'DirectModification', cause: null}
}
