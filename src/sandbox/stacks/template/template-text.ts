/**
 * A template's text, YAML with short tags or JSON, as plain data with functions in their long form. It knows the notation only,
 * not what a template is made of.
 */
import {isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar} from 'yaml'
import type {Node} from 'yaml'
import {getAtt} from './references.ts'
import {malformed, refuse} from './template-fault.ts'

export function templateValue(text: string): unknown {
  return text.trimStart().startsWith('{') ? fromJson(text) : fromYaml(text)
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const [, line, column] = /line (\d+) column (\d+)/.exec((error as Error).message) ?? []
    // A flow mapping in YAML begins with a brace, too.
    const document = parseDocument(text, {logLevel: 'silent'})
    if (document.errors.length === 0) return fromYaml(text)
    throw malformed(`JSON not well-formed.${line === undefined ? '' : ` (line ${line}, column ${column})`}`)
  }
}

function fromYaml(text: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {version: '1.2', schema: 'core', logLevel: 'silent', lineCounter, merge: false})
  const [error] = document.errors
  if (error !== undefined) {
    const at = lineCounter.linePos(error.pos[0])
    throw malformed(`YAML not well-formed. (line ${at.line}, column ${at.col})`)
  }
  return document.contents === null ? null : plain(document.contents)
}

function plain(node: unknown): unknown {
  if (node === null || node === undefined) return null
  if (isAlias(node)) throw refuse('Template error: YAML aliases are not allowed in CloudFormation templates')
  const value = untagged(node as Node)
  const tag = (node as Node).tag
  return tag?.startsWith('!') === true && tag !== '!' ? inFull(tag.slice(1), value) : value
}

function untagged(node: Node): unknown {
  if (isMap(node)) return Object.fromEntries(node.items.map(({key, value}) => [keyText(key), plain(value)]))
  if (isSeq(node)) return node.items.map(plain)
  if (isScalar(node)) return scalar(node)
  return null
}

/** As it is written: `on` is a name here, and `1` not a number. */
const keyText = (key: unknown): string => (isScalar(key) ? (key.source ?? String(key.value)) : String(key))

function scalar(node: Scalar): unknown {
  const {value, source = '', type} = node
  // CloudFormation reads YAML 1.1, where these are truth values; and it keeps the zero of 8.0.
  if (type === Scalar.PLAIN && /^(yes|Yes|YES|on|On|ON)$/.test(source)) return true
  if (type === Scalar.PLAIN && /^(no|No|NO|off|Off|OFF)$/.test(source)) return false
  if (typeof value === 'number' && source.includes('.') && String(value) !== source) return source
  return value
}

function inFull(name: string, value: unknown): unknown {
  if (name === 'Ref' || name === 'Condition') return {[name]: value}
  if (name === 'GetAtt' && typeof value === 'string') return {'Fn::GetAtt': getAtt(value)}
  return {[`Fn::${name}`]: value}
}
