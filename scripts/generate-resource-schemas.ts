/**
 * Reduces the published resource schemas (@aws-cdk/aws-service-spec) to the types our templates use and to what the sandbox needs
 * of them: property names and kinds, what is required, what replaces, attributes, identifiers. No texts, nothing of our own making.
 */
import {loadAwsServiceSpec} from '@aws-cdk/aws-service-spec'
import type {Property, PropertyType, Resource, SpecDatabase} from '@aws-cdk/service-spec-types'
import {parseTemplate, readTemplates} from '../src/infra/stack/templates.ts'
import type {StoredProperty, StoredSchemas, StoredShape, StoredType} from '../src/sandbox/stacks/schemas/stored-schemas.ts'

/** Types no template of ours uses (yet): what tests of the sandbox and hand-written templates begin with. */
const further = [
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::CloudFormation::WaitConditionHandle',
  'AWS::ECS::Daemon',
  'AWS::EC2::Instance',
  'AWS::ElastiCache::CacheCluster',
  'AWS::IAM::Policy',
  'AWS::Logs::MetricFilter',
  'AWS::RDS::DBCluster',
  'AWS::Route53::HostedZone',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::SecretTargetAttachment',
]

export async function resourceSchemasJson(): Promise<string> {
  const files = await readTemplates()
  const templates = [...files].filter(([name]) => name.endsWith('.yaml')).map(([, text]) => parseTemplate(text))
  const used = templates.flatMap(({Resources}) => Object.values(Resources).map(({Type}) => Type))
  const db = await loadAwsServiceSpec()
  const objects = new Map<string, Readonly<Record<string, StoredProperty>>>()
  const types = [...new Set([...used, ...further])].sort().map((type) => [type, storedType(db, type, objects)] as const)
  return text({types: Object.fromEntries(types), objects: Object.fromEntries([...objects].sort(byName))})
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number => (one < other ? -1 : 1)

/** One line per type and per object: a change of the spec is a change of a few lines. */
function text(schemas: StoredSchemas): string {
  const lines = (entries: object): string =>
    Object.entries(entries)
      .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(',\n')
  const section = (name: string, entries: object): string => `"${name}": {\n${lines(entries)}\n}`
  return `{\n${section('types', schemas.types)},\n${section('objects', schemas.objects)}\n}\n`
}

type Objects = Map<string, Readonly<Record<string, StoredProperty>>>

function storedType(db: SpecDatabase, type: string, objects: Objects): StoredType {
  const resource: Resource | undefined = db.lookup('resource', 'cloudFormationType', 'equals', type)[0]
  if (resource === undefined) throw new Error(`${type}: the spec doesn't know it`)
  if (resource.additionalReplacementProperties !== undefined) {
    throw new Error(`${type}: has replacement properties beside its schema, which nothing here reads yet`)
  }
  return {
    attributes: Object.keys(resource.attributes).sort(),
    // What Ref answers, where that isn't Cloud Control's identifier.
    primaryIdentifier: resource.cfnRefIdentifier ?? resource.primaryIdentifier ?? [],
    ...(resource.tagInformation === undefined ? {} : {tagProperty: resource.tagInformation.tagPropertyName}),
    properties: storedProperties(db, type, resource.properties, objects),
  }
}

type StoredProperties = Readonly<Record<string, StoredProperty>>

function storedProperties(
  db: SpecDatabase,
  owner: string,
  properties: Readonly<Record<string, Property>>,
  objects: Objects,
): StoredProperties {
  const stored = Object.entries(properties)
    .sort(byName)
    .map(([name, {type, required, causesReplacement}]): readonly [string, StoredProperty] => {
      const shape = storedShape(db, owner, type, objects)
      const replaces = causesReplacement === 'yes' || causesReplacement === 'maybe' ? causesReplacement : undefined
      if (required !== true && replaces === undefined) return [name, shape]
      return [name, {shape, ...(required === true ? {required} : {}), ...(replaces === undefined ? {} : {replaces})}]
    })
  return Object.fromEntries(stored)
}

function storedShape(db: SpecDatabase, owner: string, type: PropertyType, objects: Objects): StoredShape {
  switch (type.type) {
    case 'string':
    case 'date-time':
      return 'string'
    case 'number':
    case 'integer':
    case 'boolean':
    case 'json':
      return type.type
    case 'null':
      return 'any'
    case 'tag': {
      objects.set('Tag', {Key: {shape: 'string', required: true}, Value: {shape: 'string', required: true}})
      return {object: 'Tag'}
    }
    case 'array':
      return {list: storedShape(db, owner, type.element, objects)}
    case 'map':
      return {map: storedShape(db, owner, type.element, objects)}
    case 'union': {
      const all = type.types.map((one) => storedShape(db, owner, one, objects))
      // A policy as an object or as its text: anything, then.
      return all.includes('json') ? 'json' : {either: all}
    }
    case 'ref': {
      const definition = db.get('typeDefinition', type.reference.$ref)
      const name = `${owner}.${definition.name}`
      if (!objects.has(name)) {
        // Before its properties: some contain themselves.
        objects.set(name, {})
        objects.set(name, storedProperties(db, owner, definition.properties, objects))
      }
      return {object: name}
    }
  }
}
