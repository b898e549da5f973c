/**
 * The published schemas of the resource types that the sandbox's CloudFormation knows: what a type is made of, whether properties
 * fit it, and what a change of one does. Read once, when the first is asked for. A type that isn't in the file doesn't exist.
 */
import {readFileSync} from 'node:fs'
import type {PropertySchema, PropertyShape, ResourceSchema, ResourceSchemas} from '../contract.ts'
import {coerced} from './coerced.ts'
import {misfits} from './misfits.ts'
import type {StoredProperty, StoredSchemas, StoredShape} from './stored-schemas.ts'

let stored: StoredSchemas | undefined
const file = new URL('resource-schemas.json', import.meta.url)
const schemas = (): StoredSchemas => (stored ??= JSON.parse(readFileSync(file, 'utf8')) as StoredSchemas)

const types = new Map<string, ResourceSchema>()
const objects = new Map<string, PropertyShape>()

function find(type: string): ResourceSchema | undefined {
  const known = types.get(type)
  if (known !== undefined) return known
  if (!Object.hasOwn(schemas().types, type)) return undefined
  const {attributes = [], primaryIdentifier = [], tagProperty, properties = {}} = schemas().types[type] ?? {}
  const schema = {type, attributes, primaryIdentifier, tagProperty, properties: inFull(properties)}
  types.set(type, schema)
  return schema
}

const inFull = (properties: Readonly<Record<string, StoredProperty>>): Readonly<Record<string, PropertySchema>> =>
  Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, propertyInFull(property)]))

function propertyInFull(property: StoredProperty): PropertySchema {
  if (typeof property === 'string' || !('shape' in property))
    return {required: false, replaces: 'no', shape: shapeInFull(property)}
  return {required: property.required ?? false, replaces: property.replaces ?? 'no', shape: shapeInFull(property.shape)}
}

function shapeInFull(shape: StoredShape): PropertyShape {
  if (typeof shape === 'string') return {kind: shape}
  if ('list' in shape) return {kind: 'list', of: shapeInFull(shape.list)}
  if ('map' in shape) return {kind: 'map', of: shapeInFull(shape.map)}
  if ('either' in shape) return {kind: 'either', of: shape.either.map(shapeInFull)}
  return objectInFull(shape.object)
}

function objectInFull(name: string): PropertyShape {
  const known = objects.get(name)
  if (known !== undefined) return known
  // Known before its members are: some objects contain themselves.
  const properties: Record<string, PropertySchema> = {}
  const shape: PropertyShape = {kind: 'object', name, properties}
  objects.set(name, shape)
  Object.assign(properties, inFull(schemas().objects[name] ?? {}))
  return shape
}

function replaces(type: string, path: readonly string[]): 'no' | 'maybe' | 'yes' {
  const schema = find(type)
  let shape: PropertyShape | undefined =
    schema === undefined ? undefined : {kind: 'object', name: type, properties: schema.properties}
  let strongest: 'no' | 'maybe' | 'yes' = 'no'
  for (const step of path) {
    if (shape?.kind === 'list' || shape?.kind === 'map') {
      shape = shape.of
      continue
    }
    const property: PropertySchema | undefined = shape?.kind === 'object' ? shape.properties[step] : undefined
    if (property === undefined) break
    if (property.replaces === 'yes' || (property.replaces === 'maybe' && strongest === 'no')) strongest = property.replaces
    shape = property.shape
  }
  return strongest
}

export const resourceSchemas: ResourceSchemas = {
  find,
  replaces,
  check: (type, properties) => {
    const schema = find(type)
    return schema === undefined ? [`Unrecognized resource types: [${type}]`] : misfits(schema, properties)
  },
  coerce: (type, properties) => {
    const schema = find(type)
    return schema === undefined ? properties : coerced(schema, properties)
  },
}
