/**
 * Names every nested template by its content, and puts its object's address where its parent names its file. Bottom up, so equal
 * text means an equal stack, and a change of a grandchild is never missed. Nothing else in a template's text is touched. Pure.
 */
import {createHash} from 'node:crypto'
import type {Files} from './templates.ts'

export interface Packaged {
  /** Files that no other includes → text to deploy. */
  readonly roots: Files
  /** Object key → text: to be there before a root that names them is deployed. */
  readonly assets: Readonly<Record<string, string>>
}

/** `    TemplateURL: 01-vpc.yaml` */
const nested = /^([ \t]*TemplateURL:[ \t]+)(['"]?)([\w.-]+)\2[ \t]*$/gm

/**
 * `objectUrl`: how an object of the Region's bucket is named in a call, by its key.
 * What isn't YAML (the stack policy) is left out.
 */
export function packageTemplates(files: Files, objectUrl: (key: string) => string): Packaged {
  const templates = new Map([...files].filter(([name]) => name.endsWith('.yaml')))
  const included = new Set([...templates.values()].flatMap(includedBy))
  const assets: Record<string, string> = {}

  const textOf = (name: string, trail: readonly string[]): string => {
    const text = templates.get(name)
    if (text === undefined) throw new Error(`${trail.at(-1) ?? 'nobody'} includes ${name}, which isn't in the package`)
    if (trail.includes(name)) throw new Error(`templates include each other: ${[...trail, name].join(' → ')}`)
    return text.replace(nested, (_, key: string, _quote, child: string) => `${key}${objectUrl(keyOf(child, [...trail, name]))}`)
  }
  const keyOf = (name: string, trail: readonly string[]): string => {
    const text = textOf(name, trail)
    const key = assetKey(name, text)
    assets[key] = text
    return key
  }

  const roots = [...templates.keys()].filter((name) => !included.has(name))
  if (templates.size > 0 && roots.length === 0) throw new Error('templates include each other: none of them is a root')
  return {roots: new Map(roots.map((name) => [name, textOf(name, [])])), assets}
}

/** `templates/0f3a…/01-vpc.yaml`: by content, so that an object once written is never written again. */
export function assetKey(name: string, text: string): string {
  return `templates/${createHash('sha256').update(text).digest('hex').slice(0, 16)}/${name}`
}

/** Names of the files that a template includes. */
export function includedBy(text: string): readonly string[] {
  return [...text.matchAll(nested)].flatMap((match) => match[3] ?? [])
}
