import {expect, test} from 'vitest'
import type {RegionStatus, RootTree, StackTree} from '../../src/runbooks/provision/read-status.ts'
import {infraStanding, infraStatusJson, infraStatusText} from '../../src/ui/infra-status-text.ts'
import {start} from './an-infra-run.ts'

const aTree = (id: string, change: Partial<StackTree> = {}): StackTree => ({
  id,
  name: `arn:${id}`,
  status: 'CREATE_COMPLETE',
  reason: null,
  changedAt: start,
  counts: {CREATE_COMPLETE: 12},
  failed: [],
  nested: [],
  ...change,
})
const aRoot = (id: string, change: Partial<RootTree> = {}): RootTree => ({
  ...aTree(id),
  kind: 'main',
  protected: false,
  outputs: {
    ClusterName: 'shop-production',
    ListenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2',
  },
  ...change,
})

const home: RegionStatus = {
  region: 'eu-west-1',
  missing: [],
  stacks: [
    aRoot('foundation@eu-west-1', {kind: 'foundation'}),
    aRoot('main@eu-west-1', {
      protected: true,
      nested: [aTree('Vpc', {nested: [aTree('Vpc/Nat', {counts: {CREATE_COMPLETE: 4}})]}), aTree('Api')],
    }),
  ],
  traffic: {
    weights: {a: 95, b: 5},
    slots: {
      a: {
        status: 'ACTIVE',
        desired: 4,
        running: 4,
        taskDefinition: 'arn:aws:ecs:eu-west-1:1:task-definition/shop-production-api:41',
        targetGroup: 'tg',
        scaling: {min: 4, max: 24},
      },
      b: {
        status: 'ACTIVE',
        desired: 2,
        running: 1,
        taskDefinition: 'arn:aws:ecs:eu-west-1:1:task-definition/shop-production-api:42',
        targetGroup: 'tg',
        scaling: null,
      },
    },
  },
}
const failing: RegionStatus = {
  region: 'eu-central-1',
  missing: ['replica@eu-central-1'],
  traffic: {weights: null, slots: {a: null, b: null}},
  stacks: [
    aRoot('main@eu-central-1', {
      status: 'UPDATE_FAILED',
      nested: [
        aTree('Cache', {
          status: 'UPDATE_FAILED',
          counts: {CREATE_COMPLETE: 3, CREATE_FAILED: 1, CREATE_IN_PROGRESS: 2},
          failed: [
            {
              path: 'Cache/Group',
              type: 'AWS::ElastiCache::ReplicationGroup',
              status: 'CREATE_FAILED',
              reason: 'The quota of nodes is reached for this account in this Region',
            },
          ],
        }),
      ],
    }),
  ],
}
const elsewhere: RegionStatus = {region: 'us-east-1', stacks: [], missing: ['certificate@us-east-1'], traffic: null}

const text = (columns = 80): string => `\n${infraStatusText([home, failing, elsewhere], {columns, outputs: 'hidden'})}`

test('a tree of both Regions', () =>
  expect(text()).toMatchInlineSnapshot(`
  "
  eu-west-1
    ✔ foundation             12 resources                          create complete
    ✔ main                   12 resources, protected               create complete
      ✔ Vpc                  12 resources                          create complete
        ✔ Nat                4 resources                           create complete
      ✔ Api                  12 resources                          create complete
    ✔ live rule              slot a 95 %, slot b 5 %
    ✔ slot a                 4 of 4 tasks, scales 4–24      shop-production-api:41
    ! slot b                 1 of 2 tasks                   shop-production-api:42

  eu-central-1
    ✖ main                   12 resources                            update failed
      ✖ Cache                6 resources, 1 failed, 2 under way      update failed
          Cache/Group (AWS::ElastiCache::ReplicationGroup): The quota of nodes is
            reached for this account in this Region
    · replica                                                            not there
    ! live rule              none: the load balancer answers 503
    · slot a                 not there
    · slot b                 not there

  us-east-1
    · certificate                                                        not there
  "
`))
test('outputs, when they are asked for, are whole', () =>
  expect(infraStatusText([home], {columns: 60, outputs: 'shown'})).toContain(
    'ListenerArn  arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2',
  ))
test.each([60, 40, 20])('fits %d columns, but for long words', (columns) =>
  expect(
    text(columns)
      .split('\n')
      .filter((line) => Array.from(line).length > columns && /\S \S/.test(line.trim())),
  ).toEqual([]),
)
test('JSON has the outputs, and times for machines', () =>
  expect(infraStatusJson([home])).toMatchObject({
    regions: [
      {
        region: 'eu-west-1',
        stacks: [
          {},
          {changedAt: '2026-11-22T18:32:10Z', outputs: {ClusterName: 'shop-production'}, nested: [{id: 'Vpc'}, {id: 'Api'}]},
        ],
      },
    ],
  }))

const {
  stacks: [foundation, main],
} = home
test.each([
  ['complete', [home]],
  ['incomplete', [home, elsewhere]],
  ['failed', [home, failing]],
  ['none', [elsewhere]],
  ['in-progress', [{...home, stacks: [foundation!, {...main!, status: 'UPDATE_IN_PROGRESS'}]}]],
] as const)('the outcome can be %s', (standing, regions) => expect(infraStanding(regions)).toBe(standing))
