import {expect, test} from 'vitest'
import {includedBy, packageTemplates} from '../../../src/infra/stack/package-templates.ts'
import {readTemplates} from '../../../src/infra/stack/templates.ts'

const url = (key: string): string => `https://bucket.s3.eu-west-1.amazonaws.com/${key}`
const files = (over: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> =>
  new Map(
    Object.entries({
      'root.yaml': '# a root\nResources:\n  Child:\n    Properties:\n      TemplateURL: child.yaml\n      Parameters: {A: b}\n',
      'child.yaml': 'Resources:\n  Grandchild:\n    Properties:\n      TemplateURL: "grandchild.yaml"\n',
      'grandchild.yaml': 'Resources: {}\n',
      'policy.json': '{}',
      ...over,
    }),
  )

test('a root names its children by their content, and nothing else in it changes', () => {
  const {roots, assets} = packageTemplates(files(), url)
  expect([...roots.keys()]).toEqual(['root.yaml'])
  const key = Object.keys(assets).find((one) => one.endsWith('/child.yaml')) ?? ''
  expect(key).toMatch(/^templates\/[0-9a-f]{16}\/child\.yaml$/)
  expect(roots.get('root.yaml')).toBe(files().get('root.yaml')?.replace('child.yaml', url(key)))
})

test("children are packaged before their parents, so a grandchild's change reaches the root", () => {
  const before = packageTemplates(files(), url)
  const after = packageTemplates(files({'grandchild.yaml': 'Resources: {}\n# changed\n'}), url)
  expect(after.roots.get('root.yaml')).not.toBe(before.roots.get('root.yaml'))
  expect(Object.keys(after.assets).filter((key) => key in before.assets)).toEqual([])
})

test('equal files give an equal package', () => {
  expect(packageTemplates(files(), url)).toEqual(packageTemplates(files(), url))
})

test("what isn't a template is neither a root nor an asset", () => {
  const {roots, assets} = packageTemplates(files(), url)
  expect([...roots.keys(), ...Object.keys(assets)].filter((name) => name.includes('policy'))).toEqual([])
})

test('an address that is one already stays', () => {
  const text = 'Resources:\n  Child:\n    Properties:\n      TemplateURL: https://elsewhere.example.com/child.yaml\n'
  expect(packageTemplates(new Map([['root.yaml', text]]), url)).toEqual({roots: new Map([['root.yaml', text]]), assets: {}})
})

test("a child that isn't in the package is a bug, and so are templates that include each other", () => {
  expect(() => packageTemplates(new Map([['root.yaml', 'TemplateURL: gone.yaml']]), url)).toThrow('root.yaml includes gone.yaml')
  const round = new Map([
    ['a.yaml', 'TemplateURL: b.yaml'],
    ['b.yaml', 'TemplateURL: a.yaml'],
    ['c.yaml', 'TemplateURL: a.yaml'],
  ])
  expect(() => packageTemplates(round, url)).toThrow('include each other')
})

test('of the real templates, five are roots, all that they name is an asset, and each fits into a call', async () => {
  const templates = await readTemplates()
  const {roots, assets} = packageTemplates(templates, url)
  expect([...roots.keys()]).toEqual([
    '00-master.yaml',
    '08-rds-replica.yaml',
    'certificate.yaml',
    'drill.yaml',
    'foundation.yaml',
    'surge.yaml',
  ])
  const included = new Set([...templates.values()].flatMap(includedBy))
  expect(new Set(Object.keys(assets).map((key) => key.split('/').at(-1)))).toEqual(included)
  expect([...roots.values()].filter((text) => /TemplateURL: (?!https)/.test(text))).toEqual([])
  expect([...roots.values()].map((text) => Buffer.byteLength(text)).filter((bytes) => bytes > 51_200)).toEqual([])
})
