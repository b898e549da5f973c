/** Names that outlive their stacks are found from the templates: none is overlooked, and each can be looked for and removed. */
import {describe, expect, test} from 'vitest'
import {typesLookedFor} from '../../../src/infra/aws/existing.ts'
import {known, unknown} from '../../../src/infra/stack/conditions.ts'
import {keptName} from '../../../src/infra/stack/fixed-names.ts'
import {parseTemplate, readTemplates} from '../../../src/infra/stack/templates.ts'
import {wantedStacks} from '../../../src/infra/stack/wanted-stacks.ts'
import {keptNames} from '../../../src/runbooks/provision/preflight-names.ts'
import {typesWithWay} from '../../../src/runbooks/provision/down-retained.ts'
import {aStackConfig} from '../../support/provision-bench.ts'

const templates = await readTemplates()
const parameters = new Map([
  ['Service', known('shop')],
  ['Environment', known('production')],
  ['Other', unknown],
])
const bucket = (BucketName: unknown, DeletionPolicy = 'Retain') => ({
  Type: 'AWS::S3::Bucket',
  DeletionPolicy,
  Properties: {BucketName},
})

describe('a name', () => {
  test.each([
    ['made of parameters', bucket({'Fn::Sub': '${Service}-${Environment}'}), 'shop-production'],
    [
      'with account and Region, which stay open',
      bucket({'Fn::Sub': '${Service}-${AWS::AccountId}-${AWS::Region}'}),
      'shop-${AWS::AccountId}-${AWS::Region}',
    ],
    ['that is a parameter', bucket({Ref: 'Service'}), 'shop'],
    ['that is written out', bucket('pages'), 'pages'],
    ['of what goes with its stack', bucket('pages', 'Delete'), null],
    ['that only the account knows', bucket({'Fn::Sub': '${Other}'}), null],
    ['made of another resource', bucket({'Fn::GetAtt': ['Key', 'Id']}), null],
    ['that CloudFormation gives', {Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain', Properties: {}}, null],
  ])('%s', (_, resource, name) => {
    expect(keptName(resource, parameters)).toBe(name)
  })
})

test('nothing that the templates name and retain is overlooked', () => {
  const all = [...templates]
    .filter(([file]) => file.endsWith('.yaml'))
    .flatMap(([, text]) => Object.entries(parseTemplate(text).Resources))
  const named = all.filter(
    ([, {DeletionPolicy, Properties = {}}]) =>
      DeletionPolicy === 'Retain'
      && Object.entries(Properties).some(
        ([property, value]) =>
          /(Name|Identifier|Id)$/.test(property)
          && JSON.stringify(value).includes('${Service}')
          && !/^(Kms|SourceDB|MasterKey)/.test(property),
      ),
  )
  expect(named.map(([id]) => id)).not.toEqual([])
  expect(named.filter(([, resource]) => keptName(resource, parameters) === null).map(([id]) => id)).toEqual([])
})

describe('the stacks of both Regions', () => {
  const {stacks} = wantedStacks(aStackConfig(), templates, {site: new Map(), objectUrl: (region, key) => `${region}/${key}`})
  const names = stacks.flatMap((stack) => keptNames(stack, '111122223333'))

  test('leave these names behind', () => {
    expect(names.map(({region, type, name}) => `${region} ${type.split('::')[1] ?? ''} ${name}`).toSorted()).toEqual([
      'eu-central-1 Backup shop-production',
      'eu-central-1 ECR shop-production/api',
      'eu-central-1 RDS shop-production',
      'eu-central-1 S3 shop-production-site-111122223333-eu-central-1',
      'eu-central-1 S3 shop-production-switch-111122223333-eu-central-1',
      'eu-west-1 Backup shop-production',
      'eu-west-1 ECR shop-production/api',
      'eu-west-1 S3 shop-production-site-111122223333-eu-west-1',
      'eu-west-1 S3 shop-production-switch-111122223333-eu-west-1',
      'eu-west-1 SecretsManager shop/production/database',
    ])
  })

  test('each of which can be looked for, and removed', () => {
    expect(names.filter(({type}) => !typesLookedFor.includes(type) || !typesWithWay.includes(type))).toEqual([])
  })
})
