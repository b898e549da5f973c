/** The templates as they lie in the package: beside this file's room in src/, and copied to the same place under dist/. */
import {readFile, readdir} from 'node:fs/promises'
import {parse} from 'yaml'
import type {CollectionTag, ScalarTag} from 'yaml'

/** File name → text. */
export type Files = ReadonlyMap<string, string>

export const readTemplates = (): Promise<Files> => readAll(new URL('../templates/', import.meta.url))
/** The pages that the site shows until a team publishes its own. */
export const readSite = (): Promise<Files> => readAll(new URL('../site/', import.meta.url))

async function readAll(directory: URL): Promise<Files> {
  const names = (await readdir(directory)).sort()
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, directory), 'utf8')] as const)))
}

export interface Template {
  readonly Description: string
  readonly Parameters?: Readonly<
    Record<
      string,
      {
        readonly Type: string
        readonly Default?: string | number
        readonly AllowedPattern?: string
        readonly AllowedValues?: readonly (string | number)[]
      }
    >
  >
  readonly Conditions?: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs?: Readonly<Record<string, {readonly Value: unknown; readonly Condition?: string}>>
  readonly [section: string]: unknown
}
export interface Resource {
  readonly Type: string
  readonly Condition?: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly [attribute: string]: unknown
}

const functions = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
]
const full = (name: string): string => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`)

/** CloudFormation's short tags, read into their long form: `!Ref X` is `{Ref: 'X'}`. */
const tags: (ScalarTag | CollectionTag)[] = [...functions, 'Ref', 'Condition'].flatMap((name) => [
  {tag: `!${name}`, resolve: (text: string) => ({[full(name)]: name === 'GetAtt' ? getAtt(text) : text})} satisfies ScalarTag,
  {
    tag: `!${name}`,
    collection: 'seq',
    resolve: (seq) => ({[full(name)]: (seq as unknown as {toJSON(): unknown}).toJSON()}),
  } satisfies CollectionTag,
])

const getAtt = (text: string): readonly string[] => {
  const dot = text.indexOf('.')
  return [text.slice(0, dot), text.slice(dot + 1)]
}

/** The same text is read again and again: once per Region, pass and question. */
const known = new Map<string, Template>()

export function parseTemplate(text: string): Template {
  const before = known.get(text)
  if (before !== undefined) return before
  const template = parse(text, {customTags: tags, logLevel: 'error'}) as Template
  known.set(text, template)
  return template
}
