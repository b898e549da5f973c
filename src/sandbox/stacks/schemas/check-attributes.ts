/** Whether every attribute that a template asks for is one its resource has: checked before anything is made. */
import type {ResourceSchemas, TemplateDocument} from '../contract.ts'
import {references} from '../template/references.ts'
import {refuse} from '../template/template-fault.ts'

export function checkAttributes({resources, outputs}: TemplateDocument, schemas: ResourceSchemas): void {
  const ofResources = [...resources.values()].map(({properties, updatePolicy}) => [properties, updatePolicy])
  const values = [ofResources, Object.values(outputs).map(({value}) => value)]
  for (const {id, attribute, by} of references(values, 'both')) {
    const type = resources.get(id)?.type
    // An attribute that is itself an expression is only known later.
    if (attribute === null || attribute === '' || type === undefined) continue
    const schema = schemas.find(type)
    if (schema === undefined || schema.attributes.includes(attribute)) continue
    if (type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) continue
    throw refuse(`Template error: resource ${id} does not support attribute type ${attribute} in ${by}`)
  }
}
