import {describe, expect, it} from 'vitest'
import {dependencies} from '../../../../src/sandbox/stacks/template/dependencies.ts'
import {readTemplate} from '../../../../src/sandbox/stacks/template/read-template.ts'

const waits = (
  resources: string,
  conditions: Readonly<Record<string, boolean>> = {},
  further = '',
): Readonly<Record<string, readonly string[]>> => {
  const declared = Object.keys(conditions)
    .map((name) => `${name}: !Equals [a, a]`)
    .join(', ')
  const found = dependencies(
    readTemplate(
      `Parameters: {P: {Type: String, Default: x}}\nConditions: {${declared}}\nResources:\n  B: {Type: X}\n${resources}${further}`,
    ),
    conditions,
  )
  return Object.fromEntries([...found].map(([id, others]) => [id, [...others]]))
}

describe('a resource waits for', () => {
  it.each([
    ['what it refers to', '  A: {Type: X, Properties: {P: !Ref B}}\n'],
    ['whose attribute it has', '  A: {Type: X, Properties: {P: [{Q: !GetAtt B.Arn}]}}\n'],
    ['what is in a text of its', "  A: {Type: X, Properties: {P: !Sub '${P}/${B.Arn}/${AWS::Region}'}}\n"],
    ['what a name in a text of its stands for', "  A: {Type: X, Properties: {P: !Sub ['${N}', {N: !Ref B}]}}\n"],
    ['what its metadata names', '  A: {Type: X, Metadata: {P: !Ref B}}\n'],
    ['what it is told to depend on', '  A: {Type: X, DependsOn: [B]}\n'],
  ])('%s', (_, resources) => {
    expect(waits(resources)).toEqual({A: ['B'], B: []})
  })

  it('nothing that is only written with an exclamation mark', () => {
    expect(waits("  A: {Type: X, Properties: {P: !Sub '${!B}'}}\n")).toEqual({A: [], B: []})
  })

  it('only what the chosen branch names', () => {
    const resources = '  A: {Type: X, Properties: {P: !If [C, !Ref B, x]}}\n'
    expect([waits(resources, {C: true})['A'], waits(resources, {C: false})['A']]).toEqual([['B'], []])
  })
})

describe('a resource that is left out', () => {
  const left = '  L: {Type: X, Condition: C}\n'

  it("isn't there", () => {
    expect(waits(left, {C: false})).toEqual({B: []})
  })

  it("is nobody's dependency", () => {
    expect(waits(`${left}  A: {Type: X, DependsOn: L}\n`, {C: false})).toEqual({A: [], B: []})
  })

  it("can't be referred to", () => {
    expect(() => waits(`${left}  A: {Type: X, Properties: {P: !Ref L}}\n`, {C: false})).toThrow(
      'Template format error: Unresolved resource dependencies [L] in the Resources block of the template',
    )
  })

  it("can't be put out", () => {
    expect(() => waits(left, {C: false}, 'Outputs: {O: {Value: !Ref L}}')).toThrow(
      'Template format error: Unresolved resource dependencies [L] in the Outputs block of the template',
    )
  })

  it("doesn't hurt an output that is left out with it", () => {
    expect(waits(left, {C: false}, 'Outputs: {O: {Condition: C, Value: !Ref L}}')).toEqual({B: []})
  })
})

it('a circle that only exists with these conditions is found with these conditions', () => {
  const resources = '  A: {Type: X, Properties: {P: !If [C, !Ref D, x]}}\n  D: {Type: X, Properties: {P: !Ref A}}\n'
  expect(waits(resources, {C: false})).toMatchObject({A: [], D: ['A']})
  expect(() => waits(resources, {C: true})).toThrow('Circular dependency between resources: [A, D]')
})
