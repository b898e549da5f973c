/**
 * Whether everything a template names is in it: what Ref, GetAtt and Sub name, conditions, mappings, DependsOn; and that no
 * resource waits for itself whatever the conditions. It looks at both branches of an If: a name must be declared even unused.
 */
import type {TemplateDocument} from '../contract.ts'
import {circle} from './circle.ts'
import {functionCall, isObject} from './functions.ts'
import {references} from './references.ts'
import {malformed, refuse} from './template-fault.ts'

export const isPseudo = (name: string): boolean => pseudo.has(name)
const pseudo = new Set([
  'AWS::AccountId',
  'AWS::NotificationARNs',
  'AWS::NoValue',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
])

export function checkReferences(document: TemplateDocument): void {
  const {parameters, resources, conditions, rules, outputs} = document
  const isParameter = (id: string): boolean => parameters.has(id) || isPseudo(id)

  const inConditions = unknown([conditions, rules], isParameter)
  if (inConditions.length > 0) {
    throw malformed(
      `Unresolved dependencies [${inConditions.join(', ')}]. Cannot reference resources in the Conditions block of the template`,
    )
  }
  const ofResources = [...resources.values()].map(({properties, updatePolicy, metadata}) => [properties, updatePolicy, metadata])
  for (const [block, value] of [
    ['Resources', ofResources],
    ['Outputs', outputs],
  ] as const)
    checkBlock(document, block, value)

  for (const {logicalId, condition, dependsOn} of resources.values()) {
    defined(document, condition)
    const strange = dependsOn.filter((id) => !resources.has(id))
    if (strange.length > 0) {
      throw malformed(`Unresolved resource dependencies [${strange.join(', ')}] in the Resources block of the template`)
    }
    if (dependsOn.includes(logicalId)) throw refuse(`Circular dependency between resources: [${logicalId}]`)
  }
  for (const {condition} of Object.values(outputs)) defined(document, condition)
  checkNames(document, conditions, 'in conditions')
  checkNames(document, [ofResources, Object.values(outputs)], 'elsewhere')

  // Whatever isn't behind an If of its own and belongs to no condition is always there.
  const always = [...resources.values()].filter(({condition}) => condition === undefined)
  const ids = new Set(always.map(({logicalId}) => logicalId))
  const waits = new Map(
    always.map(({logicalId, properties, dependsOn}) => {
      const used = [...references(properties, 'neither')].map(({id}) => id)
      return [logicalId, new Set([...dependsOn, ...used].filter((id) => ids.has(id)))] as const
    }),
  )
  const round = circle(waits)
  if (round !== null) throw refuse(`Circular dependency between resources: [${round.join(', ')}]`)
}

function unknown(value: unknown, isKnown: (id: string) => boolean): readonly string[] {
  return [...new Set([...references(value, 'both')].map(({id}) => id).filter((id) => !isKnown(id)))]
}

function checkBlock({parameters, resources}: TemplateDocument, block: 'Resources' | 'Outputs', value: unknown): void {
  for (const {id, attribute, by} of references(value, 'both')) {
    if (by === 'Fn::GetAtt' && !resources.has(id)) {
      throw refuse(`Template error: instance of Fn::GetAtt references undefined resource ${id}`)
    }
    if (by === 'Fn::Sub' && attribute !== null && !resources.has(id)) {
      throw refuse(`Template error: instance of Fn::Sub references invalid resource attribute ${id}.${attribute}`)
    }
  }
  const strange = unknown(value, (id) => parameters.has(id) || resources.has(id) || isPseudo(id))
  if (strange.length > 0) {
    throw malformed(`Unresolved resource dependencies [${strange.join(', ')}] in the ${block} block of the template`)
  }
}

function defined({conditions}: TemplateDocument, condition: string | undefined): void {
  if (condition !== undefined && !Object.hasOwn(conditions, condition)) throw malformed(`Condition ${condition} is not defined.`)
}

/** Names of conditions in If (and, among conditions, in Condition), and of mappings. */
function checkNames(document: TemplateDocument, value: unknown, where: 'in conditions' | 'elsewhere'): void {
  if (Array.isArray(value)) {
    for (const one of value) checkNames(document, one, where)
    return
  }
  if (!isObject(value)) return
  const call = functionCall(value)
  if (call?.name === 'Fn::If' && Array.isArray(call.argument)) {
    const [condition] = call.argument as readonly unknown[]
    if (typeof condition === 'string' && !Object.hasOwn(document.conditions, condition)) {
      throw refuse(`Template error: unresolved condition dependency ${condition} in Fn::If`)
    }
  }
  if (call?.name === 'Fn::FindInMap' && Array.isArray(call.argument)) {
    const [mapping] = call.argument as readonly unknown[]
    if (typeof mapping === 'string' && !Object.hasOwn(document.mappings, mapping)) {
      throw refuse(`Template error: Mapping named '${mapping}' is not present in the 'Mappings' section of template.`)
    }
  }
  if (where === 'in conditions' && typeof value['Condition'] === 'string' && Object.keys(value).length === 1)
    defined(document, value['Condition'])
  for (const one of Object.values(value)) checkNames(document, one, where)
}
