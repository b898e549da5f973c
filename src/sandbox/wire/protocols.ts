/**
 * One codec per protocol family. Given a service's model, it says which operation a request means, reads its input, and writes
 * the answer or the error so that the SDK throws the right class. It knows no service's behaviour.
 */
import type {AwsFault} from '../world/contract.ts'
import type {ProtocolKind} from './catalogue.ts'
import {fromJson, toJson} from './json-shapes.ts'
import type {Members, OperationModel, ServiceModel} from './model.ts'
import {fromQuery} from './query-shapes.ts'
import {findRoute} from './rest-routes.ts'
import {fromRest, parseJson, toRest} from './rest-shapes.ts'
import type {BodyFormat} from './rest-shapes.ts'
import type {WireAnswer, WireRequest} from './wire-request.ts'
import {toXml} from './xml-shapes.ts'
import {escapeXml} from './xml.ts'

export interface Decoded {
  readonly operation: OperationModel
  readonly input: Members
}

export interface Protocol {
  /** A string instead of an operation: the name of what was asked for and no model knows. */
  decode(model: ServiceModel, request: WireRequest, isModelled: (operation: string) => boolean): Decoded | string
  answer(model: ServiceModel, operation: OperationModel, output: Members, requestId: string): WireAnswer
  error(model: ServiceModel, fault: AwsFault, requestId: string): WireAnswer
}

export function protocolOf(kind: ProtocolKind): Protocol {
  switch (kind) {
    case 'query':
      return query
    case 'ec2':
      return ec2
    case 'json-1.0':
      return jsonRpc('application/x-amz-json-1.0')
    case 'json-1.1':
      return jsonRpc('application/x-amz-json-1.1')
    case 'rest-json':
      return rest('json')
    case 'rest-xml':
      return rest('xml')
  }
}

const query: Protocol = {
  decode: (model, request) => {
    const parameters = new URLSearchParams(request.body.toString('utf8'))
    const name = parameters.get('Action') ?? request.query.get('Action') ?? '(no Action)'
    const operation = model.operations.get(name)
    const dialect = model.entry.protocol === 'ec2' ? 'ec2' : 'query'
    return operation === undefined ? name : {operation, input: fromQuery(operation.input, parameters, dialect)}
  },
  answer: (model, {name, output: shape}, output, requestId) => {
    const result = shape.isStructSchema() ? toXml(shape, output, `${name}Result`) : ''
    const body = `<${name}Response xmlns="${model.entry.xmlNamespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`
    return {status: 200, headers: {'content-type': 'text/xml'}, body}
  },
  error: (model, fault, requestId) => {
    const known = model.errors.get(fault.code)
    const status = statusOf(fault, known?.status)
    const code = escapeXml(known?.queryCode ?? fault.code)
    const inner = `<Error><Type>${status >= 500 ? 'Receiver' : 'Sender'}</Type><Code>${code}</Code><Message>${escapeXml(fault.message)}</Message>${fieldsXml(fault)}</Error>`
    const body = `<ErrorResponse xmlns="${model.entry.xmlNamespace}">${inner}<RequestId>${requestId}</RequestId></ErrorResponse>`
    return {status, headers: {'content-type': 'text/xml'}, body}
  },
}

/** EC2 wraps nothing: members stand right in the response, and errors in a list of their own. */
const ec2: Protocol = {
  decode: (model, request, isModelled) => query.decode(model, request, isModelled),
  answer: (model, {name, output: shape}, output, requestId) => {
    const inner = shape.isStructSchema() ? (/^<r>([^]*)<\/r>$/.exec(toXml(shape, output, 'r'))?.[1] ?? '') : ''
    const body = `<${name}Response xmlns="${model.entry.xmlNamespace}"><requestId>${requestId}</requestId>${inner}</${name}Response>`
    return {status: 200, headers: {'content-type': 'text/xml'}, body}
  },
  error: (model, fault, requestId) => {
    const status = statusOf(fault, model.errors.get(fault.code)?.status)
    const inner = `<Error><Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message></Error>`
    const body = `<Response><Errors>${inner}</Errors><RequestID>${requestId}</RequestID></Response>`
    return {status, headers: {'content-type': 'text/xml'}, body}
  },
}

function jsonRpc(contentType: string): Protocol {
  return {
    decode: (model, request) => {
      const name = request.headers['x-amz-target']?.toString().split('.').at(-1) ?? '(no X-Amz-Target)'
      const operation = model.operations.get(name)
      if (operation === undefined) return name
      const body = parseJson(request.body.toString('utf8'))
      return {operation, input: (fromJson(operation.input, body) ?? {}) as Members}
    },
    answer: (_model, operation, output) => {
      const body = JSON.stringify((operation.output.isStructSchema() ? toJson(operation.output, output) : undefined) ?? {})
      return {status: 200, headers: {'content-type': contentType}, body}
    },
    error: (model, fault) => jsonError(model, fault, contentType),
  }
}

function jsonError(model: ServiceModel, fault: AwsFault, contentType: string): WireAnswer {
  const known = model.errors.get(fault.code)
  const shape = known?.shape ?? fault.code
  const status = statusOf(fault, known?.status)
  const message = known?.members.includes('Message') ? {Message: fault.message} : {message: fault.message}
  const headers: Record<string, string> = {'content-type': contentType, 'x-amzn-errortype': shape}
  // CloudWatch came from awsQuery: its clients read the old code from this header.
  if (model.entry.name === 'monitoring')
    headers['x-amzn-query-error'] = `${known?.queryCode ?? fault.code};${status >= 500 ? 'Receiver' : 'Sender'}`
  return {status, headers, body: JSON.stringify({__type: shape, ...message, ...fault.fields})}
}

function rest(format: BodyFormat): Protocol {
  return {
    decode: (model, request, isModelled) => {
      const route = findRoute(model, request, isModelled)
      if (route === undefined) return `${request.method} ${request.path}`
      return {operation: route.operation, input: fromRest(route, request, format)}
    },
    answer: (model, operation, output) => toRest(operation, output, format, model.entry.xmlNamespace),
    error: (model, fault, requestId) => {
      if (format === 'json') return jsonError(model, fault, 'application/json')
      const status = statusOf(fault, model.errors.get(fault.code)?.status)
      const inner = `<Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message>${fieldsXml(fault)}<RequestId>${requestId}</RequestId>`
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`
      return {status, headers: {'content-type': 'application/xml'}, body}
    },
  }
}

/** A service that named no status of its own gets the model's. */
function statusOf(fault: AwsFault, modelled: number | null | undefined): number {
  return fault.status === 400 ? (modelled ?? 400) : fault.status
}

function fieldsXml(fault: AwsFault): string {
  return Object.entries(fault.fields)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join('')
}
