/**
 * What a changed property was and will be, short enough for a line. Pure. A secret is never shown, not even a part of it: what a
 * name or a value gives away as one is hidden on both sides.
 */
import type {PropertyChange} from '../runbooks/provision/ports.ts'
import {printable} from './format.ts'

export interface PropertyWords {
  /** Without `Properties/`. */
  readonly path: string
  /** `5432`, `(none)`, `(hidden)`, `(known later)`. */
  readonly before: string
  readonly after: string
}

const hidden = '(hidden)'
/** At most so many places inside one changed document are told. */
const mostLeaves = 4

const secretName = /pass(word|wd|phrase)|secret(?!.*arn$)|(auth|access|api|private)[-_]?(token|key)$|credential|^token$/i
/** CloudFormation's own stars, and references whose value is one. */
const secretValue = /^\*{3,}$|\{\{resolve:(secretsmanager|ssm-secure):/

/** One property as one line; a document (a policy, a map) as a line for each place in it that differs. */
export function propertyWords({path, before, after}: PropertyChange, longest: number): readonly PropertyWords[] {
  const name = path.replace(/^\/?Properties\//, '')
  const [from, to] = [document(before), document(after)]
  if (from === null || to === null)
    return [{path: name, before: shown(name, before, longest), after: shown(name, after, longest)}]
  const leaves = differing(from, to, name)
  const told = leaves.slice(0, mostLeaves).map((leaf) => ({
    path: leaf.path,
    before: shown(leaf.path, leaf.before, longest),
    after: shown(leaf.path, leaf.after, longest),
  }))
  const more = leaves.length - told.length
  return more > 0 ? [...told, {path: `${name}: ${more} more`, before: '', after: ''}] : told
}

/** The same value for a program: whole, but for what is secret in it. */
export function withoutSecrets(path: string, value: string | null): string | null {
  if (value === null) return null
  if (isSecret(path, value)) return hidden
  const parsed = document(value)
  return parsed === null ? value : JSON.stringify(redacted(parsed, path))
}

/** Long values keep their beginning and end, which is where ARNs, digests and versions differ. */
export function shortened(text: string, longest: number): string {
  const characters = Array.from(printable(text).trim())
  if (characters.length <= longest) return characters.join('')
  const head = Math.ceil((longest - 1) / 2)
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (longest - 1 - head)).join('')}`
}

function shown(path: string, value: string | null, longest: number): string {
  if (value === null) return '(none)'
  if (value === '') return '""'
  if (isSecret(path, value)) return hidden
  if (/^\{\{changeSet:KNOWN_AFTER_APPLY\}\}$/.test(value)) return '(known later)'
  return shortened(document(value) === null ? value : JSON.stringify(redacted(document(value), path)), longest)
}

const isSecret = (path: string, value: string): boolean =>
  path.split('/').some((part) => secretName.test(part)) || secretValue.test(value)

function document(value: string | null): object | null {
  if (value === null || !/^\s*[{[]/.test(value)) return null
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' ? parsed : null
  } catch {
    return null
  }
}

function redacted(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => redacted(item, path))
  if (typeof value === 'object' && value !== null) {
    const named = value as {readonly Name?: unknown; readonly Value?: unknown}
    // Lists of {Name, Value}, as containers have them: the name says what the value is.
    const secret = typeof named.Name === 'string' && secretName.test(named.Name)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, secret && key === 'Value' ? hidden : redacted(item, `${path}/${key}`)]),
    )
  }
  return isSecret(path, String(value)) ? hidden : value
}

interface Leaf {
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

function differing(before: unknown, after: unknown, path: string): readonly Leaf[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (!inside(before) || !inside(after)) return [{path, before: leafText(before, path), after: leafText(after, path)}]
  const [from, to] = [redacted(before, path), redacted(after, path)] as readonly Readonly<Record<string, unknown>>[]
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key): readonly Leaf[] => {
    const [was, is] = [(before as Readonly<Record<string, unknown>>)[key], (after as Readonly<Record<string, unknown>>)[key]]
    const secret = from?.[key] === hidden || to?.[key] === hidden
    if (!secret || JSON.stringify(was) === JSON.stringify(is)) return differing(was, is, `${path}/${key}`)
    return [{path: `${path}/${key}`, before: was === undefined ? null : hidden, after: is === undefined ? null : hidden}]
  })
}

const inside = (value: unknown): value is object => typeof value === 'object' && value !== null

function leafText(value: unknown, path: string): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(redacted(value, path))
}
