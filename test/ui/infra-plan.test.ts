import {describe, expect, test} from 'vitest'
import {infraPlanJson, infraPlanText} from '../../src/ui/infra-plan-text.ts'
import {propertyWords, shortened} from '../../src/ui/property-words.ts'
import {aChange, aPlan, aStack} from './an-infra-plan.ts'

const text = (change: Parameters<typeof aPlan>[0], columns = 80): string => `\n${infraPlanText(aPlan(change), {columns})}`

const replaced = aChange({
  path: 'Database/Instance',
  type: 'AWS::RDS::DBInstance',
  replacement: 'yes',
  dangers: ['replaced', 'stateful'],
  properties: [
    {path: 'Properties/StorageEncrypted', before: 'false', after: 'true', replaces: 'yes', follows: false},
    {path: 'Properties/MasterUserPassword', before: 'hunter2', after: 'hunter3', replaces: 'no', follows: false},
  ],
})
const changed = aStack('main@eu-west-1', {kind: 'update', changeSet: 'cs', quiet: 41, changes: [aChange(), replaced]})

test('a first plan', () =>
  expect(text({})).toMatchInlineSnapshot(`
  "
    account  1111-2222-3333 as arn:aws:iam::111122223333:role/deployer
    where    shop · production · eu-west-1 (production), recovery eu-central-1
             (warm-standby)

    ✔ OK    1 check before any change

    + create  foundation eu-west-1      24 resources
    + create  foundation eu-central-1   24 resources
    + create  certificate us-east-1     3 resources
    + create  main eu-central-1         171 resources
    + create  main eu-west-1            213 resources
    + create  replica eu-central-1      4 resources

    + live rule, slot a, slot b in eu-west-1: create
    + live rule, slot a, slot b in eu-central-1: create

    plan     about 23 min, 439 resources to create
    longest  foundation eu-west-1 21 s → main eu-west-1 13 min → replica
             eu-central-1 10 min
  "
`))
test('an update: what is dangerous first, secrets never, what only follows as a count', () =>
  expect(
    text({
      stacks: [
        aStack('foundation@eu-west-1', {kind: 'unchanged'}),
        aStack('certificate@us-east-1', {kind: 'unchanged'}),
        changed,
      ],
      slots: [],
      criticalPath: [],
      etaSeconds: 120,
    }),
  ).toMatchInlineSnapshot(`
    "
      account  1111-2222-3333 as arn:aws:iam::111122223333:role/deployer
      where    shop · production · eu-west-1 (production), recovery eu-central-1
               (warm-standby)

      ✔ OK    1 check before any change

      ! REPLACED, HOLDS DATA: Database/Instance (AWS::RDS::DBInstance) in main
          eu-west-1

      ~ change  main eu-west-1            2 changes, and 41 that only follow
          ~ Api/LaunchTemplate  AWS::EC2::LaunchTemplate
              LaunchTemplateData/ImageId  ami-0aaa → ami-0bbb
          ~ Database/Instance  AWS::RDS::DBInstance
              REPLACED, HOLDS DATA
              StorageEncrypted  false → true  (replaces it)
              MasterUserPassword  (hidden) → (hidden)

      = unchanged: foundation eu-west-1, certificate us-east-1

      plan     about 2 min
    "
  `))
test('every other state of a stack has its words', () =>
  expect(
    text({
      slots: [{region: 'eu-west-1', what: 'slot-a', verdict: 'no-image'}],
      stacks: [
        aStack('replica@eu-central-1', {kind: 'later', waitsFor: ['main@eu-west-1', 'main@eu-central-1']}),
        aStack('foundation@eu-west-1', {kind: 'in-progress', status: 'UPDATE_IN_PROGRESS'}),
        aStack('main@eu-west-1', {kind: 'repair', status: 'ROLLBACK_COMPLETE', how: 'delete-and-create'}),
        aStack('main@eu-central-1', {
          kind: 'blocked',
          status: 'DELETE_FAILED',
          because: 'Sites/Bucket is not empty',
          suggestions: ['sluice infra down --delete-data production'],
        }),
      ],
    }),
  ).toMatchInlineSnapshot(`
    "
      account  1111-2222-3333 as arn:aws:iam::111122223333:role/deployer
      where    shop · production · eu-west-1 (production), recovery eu-central-1
               (warm-standby)

      ✔ OK    1 check before any change

      · later   replica eu-central-1      told once main eu-west-1, main
                                          eu-central-1 are there
      ▶ attach  foundation eu-west-1      UPDATE_IN_PROGRESS: up waits for it and
                                          goes on
      ! repair  main eu-west-1            ROLLBACK_COMPLETE: deleted and made anew;
                                          asks for the name
      ✖ BLOCKED main eu-central-1         DELETE_FAILED: Sites/Bucket is not empty
          sluice infra down --delete-data production

      ! slot a in eu-west-1: no firstImage: not created

      plan     about 23 min
      longest  foundation eu-west-1 21 s → main eu-west-1 13 min → replica
               eu-central-1 10 min
    "
  `))
test('findings that stop come before everything else, with the way out whole', () =>
  expect(
    text({
      findings: [
        {id: 'q', level: 'warns', text: 'the quota of Elastic IPs is 5, 4 are in use and 2 are needed', suggestions: []},
        {
          id: 'z',
          level: 'stops',
          text: "hosted zone Z0EXAMPLE0000 isn't in this account",
          suggestions: ['aws route53 list-hosted-zones'],
        },
        {id: 'a', level: 'ok', text: 'account', suggestions: []},
      ],
      stacks: [],
    }),
  ).toContain(
    [
      "  ✖ STOPS hosted zone Z0EXAMPLE0000 isn't in this account",
      '          aws route53 list-hosted-zones',
      '  ! WARNS the quota of Elastic IPs is 5, 4 are in use and 2 are needed',
      '  ✔ OK    1 other check before any change',
    ].join('\n'),
  ))
test('a plan as JSON is whole but for secrets', () =>
  expect(JSON.stringify(infraPlanJson(aPlan({stacks: [changed]})))).toMatch(/^(?!.*hunter).*"before":"ami-0aaa"/))
test('nothing to change says so', () =>
  expect(
    text({stacks: [aStack('main@eu-west-1', {kind: 'unchanged'})], slots: [], changes: false, criticalPath: [], etaSeconds: 0}),
  ).toMatch(/= unchanged: main eu-west-1\n[^]*nothing to change/))
test.each([80, 60, 40])('only commands and single words are longer than %d columns', (columns) => {
  const long = text({stacks: [...aPlan().stacks, changed]}, columns)
    .split('\n')
    .filter((line) => Array.from(line).length > columns)
  expect(long.filter((line) => /\S\s+\S/.test(line.trim()) && !line.includes('arn:'))).toEqual([])
})
test('a control character in what AWS says never reaches the terminal', () =>
  expect(text({findings: [{id: 'x', level: 'stops', text: 'a\u001b[2Jb', suggestions: ['c\u0007d']}]})).not.toMatch(
    /[\u001b\u0007]/,
  ))

describe('a property', () => {
  const words = (path: string, before: string | null, after: string | null): readonly string[] =>
    propertyWords({path, before, after, replaces: 'no', follows: false}, 24).map(
      (one) => `${one.path}: ${one.before} → ${one.after}`,
    )

  test.each([
    ['is told without its prefix', 'Properties/Port', '5432', '5433', ['Port: 5432 → 5433']],
    ['that is new was nothing', 'Properties/Port', null, '5433', ['Port: (none) → 5433']],
    ['that comes later says so', 'Properties/Arn', 'a', '{{changeSet:KNOWN_AFTER_APPLY}}', ['Arn: a → (known later)']],
    [
      'named like a password is hidden',
      'Properties/MasterUserPassword',
      'hunter2',
      'hunter3',
      ['MasterUserPassword: (hidden) → (hidden)'],
    ],
    ['named like a token is hidden', 'Properties/AuthToken', 'hunter2', null, ['AuthToken: (hidden) → (none)']],
    ['that is the name of a secret is not hidden', 'Properties/SecretArn', 'arn:1', 'arn:2', ['SecretArn: arn:1 → arn:2']],
    ['that resolves to a secret is hidden', 'Properties/X', '{{resolve:secretsmanager:a}}', 'b', ['X: (hidden) → b']],
    [
      'that is a document tells its differing places',
      'Properties/P',
      '{"a":{"b":1,"c":2}}',
      '{"a":{"b":1,"c":3},"d":4}',
      ['P/a/c: 2 → 3', 'P/d: (none) → 4'],
    ],
    [
      'in a document is hidden by its key',
      'Properties/P',
      '{"db":{"password":"x"}}',
      '{"db":{"password":"y"}}',
      ['P/db/password: (hidden) → (hidden)'],
    ],
    [
      'in a list of names and values is hidden by its name',
      'Properties/Environment',
      '[{"Name":"DB_PASSWORD","Value":"x"}]',
      '[{"Name":"DB_PASSWORD","Value":"y"}]',
      ['Environment/0/Value: (hidden) → (hidden)'],
    ],
    [
      'that is a new document is hidden in its secret places',
      'Properties/P',
      null,
      '{"password":"x"}',
      ['P: (none) → {"password":"(hidden)"}'],
    ],
    [
      'with many differing places counts the rest',
      'Properties/P',
      '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}',
      '{"a":2,"b":2,"c":2,"d":2,"e":2,"f":2}',
      ['P/a: 1 → 2', 'P/b: 1 → 2', 'P/c: 1 → 2', 'P/d: 1 → 2', 'P: 2 more:  → '],
    ],
  ])('%s', (_, path, before, after, expected) => expect(words(path, before, after)).toEqual(expected))

  test('that is long keeps its beginning and its end', () =>
    expect(shortened('arn:aws:iam::111122223333:role/deployer', 20)).toBe('arn:aws:ia…/deployer'))
})
