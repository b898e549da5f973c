import {expect, test} from 'vitest'
import type {DownInput, DownStack} from '../../src/runbooks/provision/down-input.ts'
import {infraDownJson, infraDownText} from '../../src/ui/infra-down-text.ts'
import {aPlan} from './an-infra-plan.ts'

const aStack = (change: Partial<DownStack>): DownStack => ({
  id: 'main@eu-west-1',
  kind: 'main',
  name: 'shop-production-main',
  region: 'eu-west-1',
  status: 'CREATE_COMPLETE',
  resources: 213,
  terminationProtection: 'off',
  protects: [],
  groups: [],
  nested: [],
  stuck: [],
  ...change,
})

function anInput(change: Partial<DownInput> = {}): DownInput {
  const {config, account, arn} = aPlan()
  return {
    schema: 1,
    config,
    account,
    arn,
    options: {only: 'all', data: 'kept', stuck: 'tried-again'},
    findings: [],
    replicas: [],
    buckets: [],
    stores: [],
    slots: [
      {
        region: 'eu-west-1',
        cluster: 'c',
        services: {a: 'shop-production-a', b: 'shop-production-b'},
        listener: 'l',
        targetGroups: {a: 'a', b: 'b'},
      },
    ],
    stacks: [
      aStack({
        terminationProtection: 'on',
        protects: [
          {kind: 'database', region: 'eu-west-1', id: 'shop-production'},
          {
            kind: 'load-balancer',
            region: 'eu-west-1',
            id: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop-production/50dc6c495c0c9188',
          },
        ],
      }),
      aStack({id: 'foundation@eu-west-1', kind: 'foundation', resources: 24}),
    ],
    retained: [
      {what: 'key', id: 'k-1', region: 'eu-west-1', howToRemove: 'aws kms schedule-key-deletion --region eu-west-1 --key-id k-1'},
    ],
    ...change,
  }
}

const text = (change: Partial<DownInput> = {}, columns = 80): string => `\n${infraDownText(anInput(change), {columns})}`

test('says what goes, what protection is lifted, what stays and how to remove it', () =>
  expect(text()).toMatchInlineSnapshot(`
  "
    account  1111-2222-3333 as arn:aws:iam::111122223333:role/deployer
    where    shop · production · eu-west-1, eu-central-1

    - DELETED  slots eu-west-1: live rule, services shop-production-a and
               shop-production-b with all their tasks
    - DELETED  main eu-west-1           213 resources
      lifted   termination protection, deletion protection of database
               shop-production, deletion protection of load balancer
               shop-production
    - DELETED  foundation eu-west-1     24 resources

    stays behind, and is paid for until you remove it:
    = key (eu-west-1)
        aws kms schedule-key-deletion --region eu-west-1 --key-id k-1
  "
`))
test('buckets that are emptied, a promoted replica, and what got stuck the last time, are said in words', () =>
  expect(
    text({
      options: {only: 'recovery', data: 'deleted', stuck: 'left-behind'},
      slots: [],
      retained: [],
      replicas: [{region: 'eu-central-1', id: 'shop-production-replica', finalSnapshot: 'shop-production-final-1'}],
      buckets: [{region: 'eu-central-1', bucket: 'shop-production-site'}],
      stores: [{kind: 'repository', region: 'eu-central-1', id: 'shop-production/api', name: 'shop-production/api'}],
      stacks: [
        aStack({
          id: 'main@eu-central-1',
          region: 'eu-central-1',
          status: 'DELETE_FAILED',
          stuck: [
            {
              stack: {name: 's', region: 'r'},
              path: 'Edge',
              logicalIds: ['SiteBucket'],
              because: 'The bucket you tried to delete is not empty',
            },
          ],
        }),
      ],
    }),
  ).toMatchInlineSnapshot(`
    "
      account  1111-2222-3333 as arn:aws:iam::111122223333:role/deployer
      where    shop · production · the recovery Region eu-central-1 only

      - DELETED  replica shop-production-replica in eu-central-1, a database of its
                 own: final snapshot shop-production-final-1
      - DELETED  main eu-central-1        213 resources, DELETE_FAILED
        STUCK    Edge/SiteBucket: The bucket you tried to delete is not empty
      - EMPTIED  bucket shop-production-site in eu-central-1, with every version,
                 and removed
      - DELETED  repository shop-production/api in eu-central-1, with all its images
    "
  `))
test('an account without the stack has nothing to take away', () =>
  expect(text({slots: [], stacks: [], retained: []})).toContain('nothing to take away'))
test.each([60, 40])('only commands and names are longer than %d columns', (columns) =>
  expect(
    text({}, columns)
      .split('\n')
      .filter((line) => Array.from(line).length > columns && !/aws |arn:/.test(line)),
  ).toEqual([]),
)
test('as JSON holds the same', () =>
  expect(infraDownJson(anInput())).toMatchObject({
    deleted: {stacks: [{id: 'main@eu-west-1'}, {id: 'foundation@eu-west-1'}]},
    retained: [{id: 'k-1'}],
  }))
