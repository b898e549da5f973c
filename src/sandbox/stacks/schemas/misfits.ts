/**
 * Where properties don't fit their type's schema, in CloudFormation's words and with the path. What is `undefined` isn't known
 * yet and fits everything; texts that read like a number or a truth value pass for one, as on AWS. Pure.
 */
import type {Properties, PropertySchema, PropertyShape, ResourceSchema} from '../contract.ts'

export function misfits({properties: known}: ResourceSchema, properties: Properties): readonly string[] {
  const strange = strangeTo(known, properties).map((name) => `Encountered unsupported property ${name}`)
  const missing = missingFrom(known, properties).map((name) => `Property ${name} cannot be empty.`)
  return [...strange, ...missing, ...ofMembers(known, properties, '#')]
}

type Known = Readonly<Record<string, PropertySchema>>

const strangeTo = (known: Known, given: Properties): readonly string[] =>
  Object.keys(given).filter((name) => !Object.hasOwn(known, name))
const missingFrom = (known: Known, given: Properties): readonly string[] =>
  Object.entries(known)
    .filter(([name, {required}]) => required && !Object.hasOwn(given, name))
    .map(([name]) => name)

const ofMembers = (known: Known, given: Properties, path: string): readonly string[] =>
  Object.entries(given).flatMap(([name, value]) => {
    const property = Object.hasOwn(known, name) ? known[name] : undefined
    return property === undefined ? [] : misfit(property.shape, value, `${path}/${name}`)
  })

function misfit(shape: PropertyShape, value: unknown, path: string): readonly string[] {
  if (value === undefined) return []
  switch (shape.kind) {
    case 'json':
    case 'any':
      return []
    case 'string':
      return isScalar(value) ? [] : expected('String', value, path)
    case 'number':
      return isNumber(value) ? [] : expected('Number', value, path)
    case 'integer':
      return isNumber(value) && Number.isInteger(Number(value)) ? [] : expected('Integer', value, path)
    case 'boolean':
      return isTruthValue(value) ? [] : expected('Boolean', value, path)
    case 'list':
      return Array.isArray(value) ? eachOf(shape.of, value, path) : expected('JSONArray', value, path)
    case 'map':
      return isMap(value) ? eachOf(shape.of, value, path) : expected('JSONObject', value, path)
    case 'object':
      return isMap(value) ? ofObject(shape.properties, value, path) : expected('JSONObject', value, path)
    case 'either': {
      const all = shape.of.map((one) => misfit(one, value, path))
      return all.some((problems) => problems.length === 0) ? [] : (all[0] ?? [])
    }
  }
}

const eachOf = (of: PropertyShape, value: Properties | readonly unknown[], path: string): readonly string[] =>
  Object.entries(value).flatMap(([key, one]) => misfit(of, one, `${path}/${key}`))

function ofObject(known: Known, value: Properties, path: string): readonly string[] {
  const strange = strangeTo(known, value).map((name) => `${path}: extraneous key [${name}] is not permitted`)
  const missing = missingFrom(known, value).map((name) => `${path}: required key [${name}] not found`)
  return [...strange, ...missing, ...ofMembers(known, value, path)]
}

const isMap = (value: unknown): value is Properties => typeof value === 'object' && value !== null && !Array.isArray(value)
const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)
const isTruthValue = (value: unknown): boolean =>
  typeof value === 'boolean' || (typeof value === 'string' && /^(true|false)$/i.test(value))
const isNumber = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))

const expected = (kind: string, value: unknown, path: string): readonly string[] => [
  `${path}: expected type: ${kind}, found: ${found(value)}`,
]
function found(value: unknown): string {
  if (value === null) return 'Null'
  if (Array.isArray(value)) return 'JSONArray'
  switch (typeof value) {
    case 'object':
      return 'JSONObject'
    case 'number':
      return Number.isInteger(value) ? 'Integer' : 'Number'
    case 'boolean':
      return 'Boolean'
    default:
      return 'String'
  }
}
