import {expect, test} from 'vitest'
import type {Drift} from '../../src/runbooks/provision/read-drift.ts'
import {infraDriftJson, infraDriftText} from '../../src/ui/infra-drift-text.ts'

const fine: Drift = {differs: [], ignored: [], unchecked: [], checked: 14}
const drifted: Drift = {
  checked: 13,
  differs: [
    {
      stack: 'main@eu-west-1',
      region: 'eu-west-1',
      path: 'Api/Hosts',
      type: 'AWS::AutoScaling::AutoScalingGroup',
      physicalId: 'hosts',
      kind: 'modified',
      properties: [{path: '/MaxSize', expected: '12', actual: '40'}],
    },
    {
      stack: 'main@eu-west-1',
      region: 'eu-west-1',
      path: 'live-rule',
      type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
      physicalId: '',
      kind: 'modified',
      properties: [{path: 'Weights', expected: 'a 100 / b 0', actual: 'a 50 / b 50'}],
    },
    {
      stack: 'main@eu-central-1',
      region: 'eu-central-1',
      path: 'slot-a',
      type: 'AWS::ECS::Service',
      physicalId: '',
      kind: 'deleted',
      properties: [],
    },
  ],
  ignored: [
    {stack: 'main@eu-west-1', path: 'Api/Hosts', property: '/DesiredCapacity', because: 'Auto Scaling moves it'},
    {stack: 'main@eu-central-1', path: 'Api/Hosts', property: '/DesiredCapacity', because: 'Auto Scaling moves it'},
  ],
  unchecked: [{stack: 'replica@eu-central-1', path: '', because: 'it is UPDATE_IN_PROGRESS'}],
}

test('what drifted, by stack; what is meant as a count; what was not looked at', () =>
  expect(`\n${infraDriftText(drifted)}`).toMatchInlineSnapshot(`
  "
  main eu-west-1
    ~ Api/Hosts (AWS::AutoScaling::AutoScalingGroup) DIFFERS
        MaxSize: expected 12, found 40
    ~ live-rule (AWS::ElasticLoadBalancingV2::ListenerRule) DIFFERS
        Weights: expected a 100 / b 0, found a 50 / b 50

  main eu-central-1
    ✖ slot-a (AWS::ECS::Service) is GONE

  ? NOT CHECKED replica eu-central-1: it is UPDATE_IN_PROGRESS
  = 2 differences left out: Auto Scaling moves it
  3 resources drifted, 13 stacks checked, 1 not
  "
`))
test('nothing drifted', () => expect(infraDriftText(fine)).toBe('✔ nothing drifted in 14 stacks\n'))
test('nothing that is ours drifted', () =>
  expect(infraDriftText({...fine, ignored: drifted.ignored})).toContain(
    '✔ nothing drifted in 14 stacks; 2 differences that others own',
  ))
test('what could not be checked is never fine', () =>
  expect(infraDriftText({...fine, unchecked: drifted.unchecked})).not.toContain('✔'))
test('a secret that drifted is not shown', () => {
  const differs = [{...drifted.differs[0]!, properties: [{path: '/AuthToken', expected: 'hunter2', actual: 'hunter3'}]}]
  expect(infraDriftText({...fine, differs})).not.toContain('hunter')
})
test('nor in JSON, where everything else is whole', () => {
  const differs = [
    {
      ...drifted.differs[0]!,
      properties: [
        {path: '/AuthToken', expected: 'hunter2', actual: null},
        {path: '/MaxSize', expected: '12', actual: '{"Password":"x","a":1}'},
      ],
    },
  ]
  expect(infraDriftJson({...fine, differs})).toMatchObject({
    differs: [
      {
        properties: [
          {expected: '(hidden)', actual: null},
          {expected: '12', actual: '{"Password":"(hidden)","a":1}'},
        ],
      },
    ],
  })
})
