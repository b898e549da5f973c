/**
 * Which operation a REST request means. The SDK names most of S3's in `x-id`; other clients don't, so the literal query and the
 * query's own keys decide then, and an operation the sandbox models wins over one it doesn't.
 */
import type {HttpBinding, OperationModel, ServiceModel} from './model.ts'
import type {WireRequest} from './wire-request.ts'

export interface Route {
  readonly operation: OperationModel
  readonly labels: Readonly<Record<string, string>>
}

export function findRoute(
  model: ServiceModel,
  request: WireRequest,
  isModelled: (operation: string) => boolean,
): Route | undefined {
  let best: (Route & {readonly score: number}) | undefined
  for (const operation of model.operations.values()) {
    const {http} = operation
    if (http === null || http.method !== request.method) continue
    const labels = matchPath(http.path, request.path)
    const literals = literalScore(http, request.query)
    if (labels === undefined || literals === undefined) continue
    if (needsBucket(operation) !== (request.bucket !== undefined) && model.entry.name === 's3') continue
    const score = literals * 4 + (knowsEveryKey(operation, request.query) ? 2 : 0) + (isModelled(operation.name) ? 1 : 0)
    if (best === undefined || score > best.score) best = {operation, labels, score}
  }
  return best
}

function needsBucket(operation: OperationModel): boolean {
  return operation.input.isStructSchema() && Object.hasOwn(operation.input.getMemberSchemas(), 'Bucket')
}

/** undefined: a literal of the pattern is missing. `x-id` may be left out. */
function literalScore(http: HttpBinding, query: URLSearchParams): number | undefined {
  let score = 0
  for (const [key, value] of http.literals) {
    const given = query.get(key)
    if (given === null && key === 'x-id') continue
    if (given === null || (value !== '' && given !== value)) return undefined
    score += 1
  }
  return score
}

function knowsEveryKey(operation: OperationModel, query: URLSearchParams): boolean {
  const names = new Set(operation.http?.literals.keys())
  if (operation.input.isStructSchema()) {
    for (const [, member] of operation.input.structIterator()) {
      const {httpQuery, httpQueryParams} = member.getMergedTraits()
      if (httpQueryParams !== undefined) return true
      if (httpQuery !== undefined) names.add(httpQuery)
    }
  }
  return [...query.keys()].every((key) => names.has(key) || key === 'x-id' || key.toLowerCase().startsWith('x-amz-'))
}

/** `{Key+}` takes the rest of the path, slashes included, and must not be empty. */
function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const expected = pattern.split('/').slice(1)
  const given = path.split('/').slice(1)
  const labels: Record<string, string> = {}
  for (const [index, part] of expected.entries()) {
    const segment = given[index]
    if (segment === undefined) return undefined
    if (part.endsWith('+}')) {
      const rest = given.slice(index).join('/')
      if (rest === '') return undefined
      labels[part.slice(1, -2)] = decodeURIComponent(rest)
      return labels
    }
    if (part.startsWith('{')) {
      if (segment === '') return undefined
      labels[part.slice(1, -1)] = decodeURIComponent(segment)
    } else if (part !== segment) {
      return undefined
    }
  }
  return expected.length === given.length ? labels : undefined
}
