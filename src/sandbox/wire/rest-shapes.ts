/** HTTP bindings of restJson and restXml: labels, query, headers, payload and body into the input, and the output back. */
import {fromJson, toJson} from './json-shapes.ts'
import type {Members, OperationModel, Shape} from './model.ts'
import type {Route} from './rest-routes.ts'
import {scalarFromText, scalarToText} from './scalars.ts'
import type {WireAnswer, WireRequest} from './wire-request.ts'
import {fromXml, toXml} from './xml-shapes.ts'
import {parseXml} from './xml.ts'

export type BodyFormat = 'json' | 'xml'

export function fromRest(route: Route, request: WireRequest, format: BodyFormat): Members {
  const {input} = route.operation
  if (!input.isStructSchema()) return {}
  const out: Members = {}
  const inBody = new Set<string>()
  for (const [name, member] of input.structIterator()) {
    const bound = boundValue(name, member, route, request)
    if (bound === 'in-body') inBody.add(name)
    else if (bound !== undefined) out[name] = member.getMergedTraits().httpPayload ? payload(member, request.body, format) : bound
  }
  if (inBody.size > 0 && request.body.length > 0) {
    const body = bodyMembers(input, request.body, format)
    for (const name of inBody) if (body[name] !== undefined) out[name] = body[name]
  }
  return out
}

function boundValue(name: string, member: Shape, route: Route, request: WireRequest): unknown {
  const traits = member.getMergedTraits()
  if (traits.httpLabel) return route.labels[name] ?? (name === 'Bucket' ? request.bucket : undefined)
  if (traits.httpQuery !== undefined) {
    const given = request.query.getAll(traits.httpQuery)
    if (given.length === 0) return undefined
    return member.isListSchema()
      ? given.map((one) => scalarFromText(member.getValueSchema(), one, 'date-time'))
      : scalarFromText(member, given[0] ?? '', 'date-time')
  }
  if (traits.httpHeader !== undefined) return headerValue(member, request.headers[traits.httpHeader.toLowerCase()])
  if (traits.httpPrefixHeaders !== undefined) {
    const prefix = traits.httpPrefixHeaders.toLowerCase()
    const found = Object.entries(request.headers).filter(([key]) => key.startsWith(prefix))
    return found.length === 0
      ? undefined
      : Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), String(value)]))
  }
  if (traits.httpPayload) return request.body.length > 0 || member.isBlobSchema() ? request.body : undefined
  return 'in-body'
}

function headerValue(member: Shape, given: string | string[] | undefined): unknown {
  if (given === undefined) return undefined
  const text = Array.isArray(given) ? given.join(',') : given
  if (member.isListSchema()) return text.split(',').map((one) => one.trim())
  return scalarFromText(member, text, 'http-date')
}

function payload(member: Shape, body: Buffer, format: BodyFormat): unknown {
  if (member.isBlobSchema()) return body
  if (member.isStringSchema()) return body.toString('utf8')
  return bodyMembers(member, body, format)
}

/** A body that can't be read is the caller's error; the wire answers it as such. */
export class UnreadableBody extends Error {}

function bodyMembers(shape: Shape, body: Buffer, format: BodyFormat): Members {
  const text = body.toString('utf8')
  if (format === 'json') return fromJson(shape, parseJson(text)) as Members
  const root = parseXml(text)
  if (root === null) throw new UnreadableBody('The XML is not well-formed.')
  return fromXml(shape, root) as Members
}

export function parseJson(text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    throw new UnreadableBody('The body is not JSON.')
  }
}

export function toRest(operation: OperationModel, output: Members, format: BodyFormat, xmlNamespace: string): WireAnswer {
  const shape = operation.output
  const headers: Record<string, string> = {}
  const inBody = new Set<string>()
  let body: Buffer | string = ''
  if (shape.isStructSchema()) {
    for (const [name, member] of shape.structIterator()) {
      const value = output[name]
      const traits = member.getMergedTraits()
      if (traits.httpHeader !== undefined) {
        if (value !== undefined) headers[traits.httpHeader.toLowerCase()] = scalarToText(member, value, 'http-date')
      } else if (traits.httpPrefixHeaders !== undefined) {
        for (const [key, one] of Object.entries(value ?? {}))
          headers[`${traits.httpPrefixHeaders.toLowerCase()}${key}`] = String(one)
      } else if (traits.httpPayload) {
        body = member.isBlobSchema()
          ? Buffer.from((value ?? []) as Uint8Array)
          : encodeBody(member, value, format, xmlNamespace, () => true)
      } else {
        inBody.add(name)
      }
    }
    if (inBody.size > 0) body = encodeBody(shape, output, format, xmlNamespace, (name) => inBody.has(name))
  }
  if (typeof body === 'string' && body !== '')
    headers['content-type'] ??= format === 'json' ? 'application/json' : 'application/xml'
  return {status: operation.http?.status ?? 200, headers, body}
}

function encodeBody(
  shape: Shape,
  value: unknown,
  format: BodyFormat,
  xmlNamespace: string,
  only: (name: string) => boolean,
): string {
  if (value === undefined) return ''
  if (format === 'json') return JSON.stringify(toJson(shape, value) ?? {})
  const tag = shape.getMergedTraits().xmlName ?? shape.getName() ?? 'Result'
  const xml = toXml(shape, value, tag, only)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${tag} xmlns="${xmlNamespace}"${xml.slice(tag.length + 1)}`
}
