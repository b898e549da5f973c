/** The table of what stays is held against the templates: what they retain is in it, and nothing else. */
import {describe, expect, test} from 'vitest'
import {parseTemplate, readTemplates} from '../../src/infra/stack/templates.ts'
import {nestedThatOutlive, outlives, typesWithWay} from '../../src/runbooks/provision/down-retained.ts'

interface Template {
  readonly Resources: Readonly<
    Record<
      string,
      {readonly Type: string; readonly DeletionPolicy?: string; readonly Properties?: {readonly TemplateURL?: string}}
    >
  >
}
const nestedType = 'AWS::CloudFormation::Stack'
const roots = {
  foundation: 'foundation.yaml',
  certificate: 'certificate.yaml',
  main: '00-master.yaml',
  replica: '08-rds-replica.yaml',
  surge: 'surge.yaml',
} as const

const files = await readTemplates()
const templates = new Map(
  [...files].filter(([name]) => name.endsWith('.yaml')).map(([name, text]) => [name, parseTemplate(text) as unknown as Template]),
)

function kept(file: string, path: readonly string[] = []): readonly {readonly path: string; readonly type: string}[] {
  return Object.entries(templates.get(file)?.Resources ?? {}).flatMap(([id, {Type, DeletionPolicy, Properties}]) => {
    if (Type === nestedType) return kept(Properties?.TemplateURL ?? '', [...path, id])
    return DeletionPolicy === undefined || DeletionPolicy === 'Delete' ? [] : [{path: [...path, id].join('/'), type: Type}]
  })
}

describe.each(Object.entries(roots) as [keyof typeof roots, string][])('%s', (kind, file) => {
  test('the table names exactly what its templates leave behind', () => {
    expect([...outlives[kind]].toSorted()).toEqual(
      kept(file)
        .map(({path}) => path)
        .toSorted(),
    )
  })

  test('for everything it leaves behind there is a way to remove it', () => {
    expect(kept(file).filter(({type}) => !typesWithWay.includes(type))).toEqual([])
  })
})

test('the nested stacks that outlive their root are those that down deletes by themselves', () => {
  const nested = Object.entries(templates.get('00-master.yaml')?.Resources ?? {}).filter(
    ([, {Type, DeletionPolicy}]) => Type === nestedType && DeletionPolicy === 'Retain',
  )
  expect(nested.map(([id]) => id).toSorted()).toEqual([...nestedThatOutlive].toSorted())
})
