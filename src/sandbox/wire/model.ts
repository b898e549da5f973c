/**
 * A service's operations and errors as its SDK client exports them (`CreateRule$`, `RuleNotFoundException$`). These exports are
 * young: the versions are pinned and a test walks every modelled operation. It reads tuples; it never calls the client.
 */
import {NormalizedSchema} from '@smithy/core/schema'
import type {CatalogueEntry} from './catalogue.ts'

export type Shape = NormalizedSchema
/** Members by name; the SDK's own shapes are unknown to this layer. */
export type Members = Record<string, unknown>

export interface HttpBinding {
  readonly method: string
  /** Without the query: `/schedules/{Name}`. */
  readonly path: string
  /** The literal query of the pattern: `list-type=2`, `versioning`. */
  readonly literals: ReadonlyMap<string, string>
  readonly status: number
}
export interface OperationModel {
  readonly name: string
  readonly input: Shape
  readonly output: Shape
  readonly http: HttpBinding | null
}
export interface ErrorModel {
  readonly shape: string
  /** What awsQuery services put on the wire instead of the shape's name. */
  readonly queryCode: string | null
  readonly status: number | null
  readonly members: readonly string[]
}
export interface ServiceModel {
  readonly entry: CatalogueEntry
  readonly operations: ReadonlyMap<string, OperationModel>
  /** By shape name and by query code. */
  readonly errors: ReadonlyMap<string, ErrorModel>
}

const OPERATION = 9
const ERROR = -3
type SchemaTuple = readonly [number, string, string, unknown, ...(readonly unknown[])]
type SchemaRef = Parameters<typeof NormalizedSchema.of>[0]

const loaded = new Map<string, Promise<ServiceModel>>()

export function serviceModel(entry: CatalogueEntry): Promise<ServiceModel> {
  const known = loaded.get(entry.name)
  if (known !== undefined) return known
  const loading = entry.load().then((module) => readModel(entry, module))
  loaded.set(entry.name, loading)
  return loading
}

function readModel(entry: CatalogueEntry, module: object): ServiceModel {
  const operations = new Map<string, OperationModel>()
  const errors = new Map<string, ErrorModel>()
  for (const [key, value] of Object.entries(module)) {
    if (!key.endsWith('$') || !Array.isArray(value)) continue
    const tuple = value as unknown as SchemaTuple
    if (tuple[0] === OPERATION) operations.set(tuple[2], readOperation(tuple))
    if (tuple[0] !== ERROR) continue
    const error = readError(tuple)
    errors.set(error.shape, error)
    if (error.queryCode !== null) errors.set(error.queryCode, error)
  }
  return {entry, operations, errors}
}

function readOperation(tuple: SchemaTuple): OperationModel {
  const traits = (typeof tuple[3] === 'object' && tuple[3] !== null ? tuple[3] : {}) as {
    readonly http?: readonly [string, string, number]
  }
  const [, , name, , input, output] = tuple
  return {
    name,
    input: NormalizedSchema.of(input as SchemaRef),
    output: NormalizedSchema.of(output as SchemaRef),
    http: traits.http === undefined ? null : readBinding(traits.http),
  }
}

function readBinding([method, uri, status]: readonly [string, string, number]): HttpBinding {
  const [path = '/', query = ''] = uri.split('?')
  return {method, path, literals: new Map(new URLSearchParams(query)), status}
}

function readError(tuple: SchemaTuple): ErrorModel {
  const traits = (typeof tuple[3] === 'object' && tuple[3] !== null ? tuple[3] : {}) as {
    readonly awsQueryError?: readonly [string, number]
    readonly httpError?: number
  }
  return {
    shape: tuple[2],
    queryCode: traits.awsQueryError?.[0] ?? null,
    status: traits.awsQueryError?.[1] ?? traits.httpError ?? null,
    members: (tuple[4] ?? []) as readonly string[],
  }
}

/** Names of members that the model requires and the input lacks. */
export function missingMembers(shape: Shape, input: Members): readonly string[] {
  const tuple = shape.getSchema() as unknown as readonly unknown[]
  const required = Array.isArray(tuple) && typeof tuple[6] === 'number' ? tuple[6] : 0
  return [...shape.structIterator()]
    .slice(0, required)
    .map(([name]) => name)
    .filter((name) => input[name] === undefined)
}
