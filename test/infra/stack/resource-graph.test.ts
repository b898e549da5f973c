import {expect, test} from 'vitest'
import {deployments} from '../../../src/infra/stack/deployments.ts'
import {forecastResources} from '../../../src/infra/stack/resource-graph.ts'
import {readTemplates} from '../../../src/infra/stack/templates.ts'
import {parseStack} from '../../../src/config/load-stack.ts'
import {longestSeconds} from '../../../src/runbooks/provision/forecast.ts'
import type {ForecastResource} from '../../../src/runbooks/provision/infra-plan.ts'

const root = (resources: string, rest = ''): ReadonlyMap<string, string> =>
  new Map([['root.yaml', `Description: a root\n${rest}\nResources:\n${resources}`]])
const paths = (resources: readonly ForecastResource[]): readonly string[] => resources.map(({path}) => path)
const needsOf = (resources: readonly ForecastResource[], path: string): readonly string[] =>
  resources.find((one) => one.path === path)?.needs ?? []

test.each([
  ['Ref', '{X: !Ref First}'],
  ['GetAtt', '{X: !GetAtt First.Arn}'],
  ['Sub', '{X: !Sub "arn:${First.Arn}/${AWS::Region}"}'],
  ['Sub with variables', '{X: !Sub ["${Name}", {Name: !Ref First}]}'],
  ['a taken branch', '{X: !If [Yes, !Ref First, "1"]}'],
])('a resource waits for what it names by %s', (_, properties) => {
  const files = root(
    `  First: {Type: AWS::SNS::Topic}\n  Second:\n    Type: AWS::SNS::Topic\n    Properties: ${properties}\n`,
    'Conditions: {Yes: !Equals [a, a]}',
  )
  expect(needsOf(forecastResources('root.yaml', {}, files), 'Second')).toEqual(['First'])
})

test.each([
  ["a branch that isn't taken", '{X: !If [Yes, "1", !Ref First]}'],
  ["a Sub's own variable", '{X: !Sub ["${First}", {First: a}]}'],
  ['a literal ${!First}', '{X: !Sub "${!First}"}'],
])("a resource doesn't wait for %s", (_, properties) => {
  const files = root(
    `  First: {Type: AWS::SNS::Topic}\n  Second:\n    Type: AWS::SNS::Topic\n    Properties: ${properties}\n`,
    'Conditions: {Yes: !Equals [a, a]}',
  )
  expect(needsOf(forecastResources('root.yaml', {}, files), 'Second')).toEqual([])
})

test('DependsOn waits too', () => {
  const files = root('  First: {Type: AWS::SNS::Topic}\n  Second: {Type: AWS::SNS::Topic, DependsOn: First}\n')
  expect(needsOf(forecastResources('root.yaml', {}, files), 'Second')).toEqual(['First'])
})

test("what a condition leaves out isn't made, and nobody waits for it", () => {
  const files = root(
    '  First: {Type: AWS::SNS::Topic, Condition: Wanted}\n  Second: {Type: AWS::SNS::Topic, Properties: {X: !If [Wanted, !Ref First, a]}}\n',
    'Parameters: {Want: {Type: String, Default: "false"}}\nConditions: {Wanted: !Equals [!Ref Want, "true"]}',
  )
  expect(forecastResources('root.yaml', {}, files)).toEqual([{path: 'Second', type: 'AWS::SNS::Topic', seconds: 4, needs: []}])
  expect(paths(forecastResources('root.yaml', {Want: 'true'}, files))).toEqual(['First', 'Second'])
})

test.each([
  ['And', '!And [!Equals [!Ref A, a], !Equals [!Ref A, b]]', false],
  ['Or', '!Or [!Equals [!Ref A, a], !Equals [!Ref A, b]]', true],
  ['Not', '!Not [!Equals [!Ref A, a]]', false],
  ['Condition', '!Condition Other', true],
  ['FindInMap', '!Equals [!FindInMap [Sizes, !Ref A, Size], "2"]', true],
  ["a Region that isn't known", '!Equals [!Ref AWS::Region, a]', true],
  ["not a Region that isn't known", '!Not [!Equals [!Ref AWS::Region, a]]', true],
  ["an unknown value, which isn't empty", '!Equals [!Ref Looked, ""]', false],
])('conditions: %s', (_, condition, there) => {
  const files = root(
    '  One: {Type: AWS::SNS::Topic, Condition: C}\n',
    [
      'Parameters: {A: {Type: String}, Looked: {Type: "AWS::SSM::Parameter::Value<String>"}}',
      'Mappings: {Sizes: {a: {Size: 2}}}',
      `Conditions:\n  Other: !Equals [!Ref A, a]\n  C: ${condition}`,
    ].join('\n'),
  )
  expect(forecastResources('root.yaml', {A: 'a', Looked: '/name'}, files)).toHaveLength(there ? 1 : 0)
})

test('a nested stack is done when all of it is; what uses its outputs waits for that, and its members for its parameters', () => {
  const files = new Map([
    [
      'root.yaml',
      'Description: r\nResources:\n  Key: {Type: AWS::KMS::Key}\n  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: data.yaml, Parameters: {Key: !Ref Key}}}\n  User: {Type: AWS::SNS::Topic, Properties: {X: !GetAtt Data.Outputs.Id}}\n',
    ],
    [
      'data.yaml',
      'Description: d\nParameters: {Key: {Type: String}, Small: {Type: String, Default: "no"}}\nResources:\n  Group: {Type: AWS::RDS::DBSubnetGroup}\n  Instance: {Type: AWS::RDS::DBInstance, Properties: {G: !Ref Group}}\n',
    ],
  ])
  const resources = forecastResources('root.yaml', {}, files)
  expect(needsOf(resources, 'Data/Group')).toEqual(['Key'])
  expect(needsOf(resources, 'Data/Instance')).toEqual(['Key', 'Data/Group'])
  expect(needsOf(resources, 'Data')).toEqual(['Key', 'Data/Group', 'Data/Instance'])
  expect(needsOf(resources, 'User')).toEqual(['Data'])
  expect(longestSeconds(resources)).toBe(5 + 2 + 595 + 2 + 4)
})

test('parameters are passed down as far as they are known', () => {
  const files = new Map([
    [
      'root.yaml',
      'Description: r\nParameters: {Want: {Type: String}}\nResources:\n  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Wish: !Ref Want}}}\n',
    ],
    [
      'child.yaml',
      'Description: c\nParameters: {Wish: {Type: String}}\nConditions: {C: !Equals [!Ref Wish, "true"]}\nResources:\n  One: {Type: AWS::SNS::Topic, Condition: C}\n',
    ],
  ])
  expect(paths(forecastResources('root.yaml', {Want: 'true'}, files))).toEqual(['Child/One', 'Child'])
  expect(paths(forecastResources('root.yaml', {Want: 'false'}, files))).toEqual(['Child'])
})

test("the longest way through the home Region is the cache's, 752 seconds by the public figures", async () => {
  const templates = await readTemplates()
  const parsed = parseStack(
    'service: shop\nregion: eu-west-1\nstack:\n  api: api.example.com\n  site: www.example.com\n  hostedZone: Z0123456789ABC\n  recovery: {region: eu-central-1}\n',
  )
  if (parsed.kind !== 'config') throw new Error(parsed.problems.join('\n'))
  const all = deployments(parsed.config, '1.0.0').map((one) => ({
    ...one,
    resources: forecastResources(one.template, one.parameters, templates),
  }))
  const home = all.find(({kind, region}) => kind === 'main' && region === 'eu-west-1')
  const resources = home?.resources ?? []
  const seconds = longestSeconds(resources)
  expect(
    longestSeconds(resources.map((one) => (one.path === 'Cache/ReplicationGroup' ? {...one, seconds: 0} : one))),
  ).toBeLessThan(seconds)
  expect(Math.abs(seconds - 752) / 752).toBeLessThan(0.03)
  const recovery = all.find(({kind, region}) => kind === 'main' && region === 'eu-central-1')
  expect(paths(recovery?.resources ?? [])).not.toContain('Database/Instance')
  expect(paths(home?.resources ?? []).filter((path_) => path_.startsWith('Nat/')).length).toBeGreaterThan(3)
})
