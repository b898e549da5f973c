import {readFile} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {stale} from '../scripts/generate.ts'
import {parseConfig} from '../src/config/load.ts'

describe('files that are made from others', () => {
  it('are fresh (npm run generate)', async () => {
    expect(await stale()).toEqual([])
  }, 30_000)
})

describe('the JSON schema for editors', async () => {
  const schema = JSON.parse(await readFile(new URL('../schema/sluice.schema.json', import.meta.url), 'utf8')) as Schema

  it('knows the keys that the tool knows, and no others', () => {
    const said = parseConfig('zzzzzz: 1\n')
    const known = said.kind === 'problems' ? (/known here: (.*)$/m.exec(said.problems.join('\n'))?.[1] ?? '') : ''
    expect(Object.keys(schema.properties ?? {})).toEqual(known.split(', '))
    expect(schema.additionalProperties).toBe(false)
  })

  it('describes every key', () => {
    expect(undescribed(schema, '')).toEqual([])
  })
})

interface Schema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
}

function undescribed(schema: Schema, path: string): readonly string[] {
  const nested = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [
    ...(value.description === undefined ? [`${path}${key}`] : []),
    ...undescribed(value, `${path}${key}.`),
  ])
  return [...nested, ...(schema.items === undefined ? [] : undescribed(schema.items, `${path}[].`))]
}
