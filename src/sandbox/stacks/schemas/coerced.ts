/**
 * Properties with every value of the kind its schema names: parameters are texts, and a port made of one is a number when it
 * reaches its service. What doesn't fit stays as it is; misfits.ts tells. Inside JSON-typed properties nothing is touched. Pure.
 */
import type {Properties, PropertySchema, PropertyShape, ResourceSchema} from '../contract.ts'

export const coerced = ({properties: known}: ResourceSchema, properties: Properties): Properties => members(known, properties)

const members = (known: Readonly<Record<string, PropertySchema>>, given: Properties): Properties =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const property = Object.hasOwn(known, name) ? known[name] : undefined
      return [name, property === undefined ? value : coerce(property.shape, value)]
    }),
  )

function coerce(shape: PropertyShape, value: unknown): unknown {
  switch (shape.kind) {
    case 'json':
    case 'any':
    case 'either':
      return value
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
    case 'number':
    case 'integer':
      return typeof value === 'string' && readsAsNumber(value) ? Number(value) : value
    case 'boolean':
      return typeof value === 'string' && /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value
    case 'list':
      return Array.isArray(value) ? value.map((one) => coerce(shape.of, one)) : value
    case 'map':
      return isMap(value) ? ofMap(shape.of, value) : value
    case 'object':
      return isMap(value) ? members(shape.properties, value) : value
  }
}

const ofMap = (of: PropertyShape, value: Properties): Properties =>
  Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coerce(of, one)]))
const readsAsNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text))
const isMap = (value: unknown): value is Properties => typeof value === 'object' && value !== null && !Array.isArray(value)
