/**
 * Which resources each resource waits for, once it is known which conditions hold. A reference to a left-out resource is refused,
 * as CloudFormation does; only a DependsOn on one is forgotten.
 */
import type {TemplateDocument, TemplateLanguage} from '../contract.ts'
import {isPseudo} from './check-references.ts'
import {circle} from './circle.ts'
import {references} from './references.ts'
import {malformed, refuse} from './template-fault.ts'

export const dependencies: TemplateLanguage['dependencies'] = (document, conditions) => {
  const holds = (condition: string): boolean => conditions[condition] ?? false
  const kept = [...document.resources.values()].filter(({condition}) => condition === undefined || holds(condition))
  const present = new Set(kept.map(({logicalId}) => logicalId))
  const waits = new Map(
    kept.map((resource) => {
      const used = resourcesIn(document, [resource.properties, resource.updatePolicy, resource.metadata], holds)
      refuseAbsent(used, present, 'Resources')
      return [resource.logicalId, new Set([...used, ...resource.dependsOn.filter((id) => present.has(id))])] as const
    }),
  )
  const outputs = Object.values(document.outputs).filter(({condition}) => condition === undefined || holds(condition))
  refuseAbsent(
    resourcesIn(
      document,
      outputs.map(({value, exportName}) => [value, exportName]),
      holds,
    ),
    present,
    'Outputs',
  )

  const round = circle(waits)
  if (round !== null) throw refuse(`Circular dependency between resources: [${round.join(', ')}]`)
  return waits
}

const resourcesIn = (
  {parameters}: TemplateDocument,
  value: unknown,
  holds: (condition: string) => boolean,
): readonly string[] => [
  ...new Set([...references(value, holds)].map(({id}) => id).filter((id) => !parameters.has(id) && !isPseudo(id))),
]

function refuseAbsent(used: readonly string[], present: ReadonlySet<string>, block: 'Resources' | 'Outputs'): void {
  const absent = used.filter((id) => !present.has(id))
  if (absent.length > 0) {
    throw malformed(`Unresolved resource dependencies [${absent.join(', ')}] in the ${block} block of the template`)
  }
}
