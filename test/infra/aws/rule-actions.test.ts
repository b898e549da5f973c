import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Action} from '@aws-sdk/client-elastic-load-balancing-v2'
import {hashOf, meaningOf, ruleWeights, withWeights} from '../../../src/infra/aws/rule-actions.ts'
import {arns, groups} from './a-session.ts'

const forward = (weights: Readonly<Record<string, number>>, stickiness: object = {Enabled: false}): Action => ({
  Type: 'forward',
  Order: 1,
  ForwardConfig: {
    TargetGroups: Object.entries(weights).map(([TargetGroupArn, Weight]) => ({TargetGroupArn, Weight})),
    TargetGroupStickinessConfig: stickiness,
  },
})

/** What DescribeRules answers for actions that were written: AWS numbers them, and says a lone group twice. */
function readBack(actions: readonly Action[]): Action[] {
  return actions.map((action, index) => {
    const groupsOf = action.ForwardConfig?.TargetGroups ?? []
    const lone = groupsOf.length === 1 ? groupsOf[0]?.TargetGroupArn : undefined
    const {UseExistingClientSecret: _flag, ...oidc} = action.AuthenticateOidcConfig ?? {}
    return {
      ...action,
      Order: action.Order ?? index + 1,
      ...(lone !== undefined && {TargetGroupArn: lone}),
      ...(action.AuthenticateOidcConfig !== undefined && {AuthenticateOidcConfig: oidc as Action['AuthenticateOidcConfig']}),
    }
  })
}

const oidc: Action = {
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    Issuer: 'https://id.example',
    AuthorizationEndpoint: 'https://id.example/a',
    TokenEndpoint: 'https://id.example/t',
    UserInfoEndpoint: 'https://id.example/u',
    ClientId: 'shop',
  },
}

describe('weights', () => {
  test('whole numbers that fit are sent as they are', () => {
    expect(ruleWeights({a: 80, b: 20})).toEqual({a: 80, b: 20})
  })

  test('tenths of a percent are sent as parts of a thousand', () => {
    expect(ruleWeights({a: 99.9, b: 0.1})).toEqual({a: 999, b: 1})
    expect(ruleWeights({a: 87.5, b: 12.5})).toEqual({a: 875, b: 125})
  })

  test('nothing at all on both slots is never sent', () => {
    expect(() => ruleWeights({a: 0, b: 0})).toThrow(RangeError)
  })

  test.each([
    [-1, 101],
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
  ])('%d and %d are refused', (a, b) => {
    expect(() => ruleWeights({a, b})).toThrow(RangeError)
  })

  test('every share of a tenth of a percent is exact, and every weight a whole number from 0 to 999', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 999}), (tenths) => {
        const {a, b} = ruleWeights({a: (1000 - tenths) / 10, b: tenths / 10})
        expect([a, b].every((weight) => Number.isInteger(weight) && weight >= 0 && weight <= 999)).toBe(true)
        expect(b / (a + b)).toBeCloseTo(tenths / 1000, 10)
      }),
    )
  })

  test('whatever is asked, a slot gets weight exactly when it should, and the share is right to a tenth of a percent', () => {
    const weight = fc.oneof(fc.integer({min: 0, max: 5000}), fc.double({min: 0, max: 1e6, noNaN: true}))
    fc.assert(
      fc.property(weight, weight, (a, b) => {
        fc.pre(a + b > 0)
        const sent = ruleWeights({a, b})
        for (const one of [sent.a, sent.b]) expect(Number.isInteger(one) && one >= 0 && one <= 999).toBe(true)
        expect([sent.a > 0, sent.b > 0]).toEqual([a > 0, b > 0])
        expect(Math.abs(sent.b / (sent.a + sent.b) - b / (a + b))).toBeLessThanOrEqual(0.001 + 1e-9)
      }),
    )
  })
})

describe('what is written', () => {
  test('a single target group becomes a weighted pair, so that the other one is health-checked too', () => {
    const [written] = withWeights([{Type: 'forward', TargetGroupArn: arns.a}], groups, {a: 100, b: 0})
    expect(written).toEqual({
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          {TargetGroupArn: arns.a, Weight: 100},
          {TargetGroupArn: arns.b, Weight: 0},
        ],
        TargetGroupStickinessConfig: {Enabled: false},
      },
    })
  })

  test('stickiness between the groups is switched off, because it would keep users on the canary', () => {
    const [written] = withWeights([forward({[arns.a]: 80, [arns.b]: 20}, {Enabled: true, DurationSeconds: 3600})], groups, {
      a: 100,
      b: 0,
    })
    expect(written?.ForwardConfig?.TargetGroupStickinessConfig).toEqual({Enabled: false})
  })

  test('authentication before the forward stays, and its secret is kept without being known', () => {
    const written = withWeights([oidc, {...forward({[arns.a]: 100, [arns.b]: 0}), Order: 2}], groups, {a: 50, b: 50})
    expect(written.map((action) => [action.Type, action.Order])).toEqual([
      ['authenticate-oidc', 1],
      ['forward', 2],
    ])
    expect(written[0]?.AuthenticateOidcConfig).toEqual({...oidc.AuthenticateOidcConfig, UseExistingClientSecret: true})
  })

  test('an idle third target group stays, idle', () => {
    const [written] = withWeights([forward({[arns.a]: 100, [arns.other]: 0})], groups, {a: 90, b: 10})
    expect(written?.ForwardConfig?.TargetGroups).toEqual([
      {TargetGroupArn: arns.a, Weight: 90},
      {TargetGroupArn: arns.other, Weight: 0},
      {TargetGroupArn: arns.b, Weight: 10},
    ])
  })

  test('reads back as what was announced, whatever was there before', () => {
    const before = fc.record({
      weightA: fc.integer({min: 0, max: 999}),
      weightB: fc.integer({min: 0, max: 999}),
      sticky: fc.boolean(),
      authenticated: fc.boolean(),
      lone: fc.boolean(),
      idle: fc.boolean(),
    })
    fc.assert(
      fc.property(before, fc.integer({min: 0, max: 100}), (was, share) => {
        const weights = {[arns.a]: was.weightA, ...(!was.lone && {[arns.b]: was.weightB}), ...(was.idle && {[arns.other]: 0})}
        const actions = [
          ...(was.authenticated ? [oidc] : []),
          {...forward(weights, was.sticky ? {Enabled: true, DurationSeconds: 60} : undefined), Order: was.authenticated ? 2 : 1},
        ]
        const written = withWeights(actions, groups, {a: 100 - share, b: share})
        expect(hashOf(readBack(written))).toBe(hashOf(written))
        expect(meaningOf(readBack(written), groups).weights).toEqual({a: 100 - share, b: share})
        // Writing the same again changes nothing.
        expect(hashOf(withWeights(readBack(written), groups, {a: 100 - share, b: share}))).toBe(hashOf(written))
      }),
    )
  })
})

describe('the hash', () => {
  const base = [forward({[arns.a]: 80, [arns.b]: 20})]
  test.each<[string, Action[]]>([
    ['the order of the target groups', [forward({[arns.b]: 20, [arns.a]: 80})]],
    ['an order that AWS filled in', [{...forward({[arns.a]: 80, [arns.b]: 20}), Order: undefined}]],
    ['a duration without stickiness', [forward({[arns.a]: 80, [arns.b]: 20}, {Enabled: false, DurationSeconds: 60})]],
    [
      'a missing stickiness configuration',
      [{Type: 'forward', ForwardConfig: {TargetGroups: base[0]?.ForwardConfig?.TargetGroups}}],
    ],
  ])('ignores %s', (_, actions) => {
    expect(hashOf(actions)).toBe(hashOf(base))
  })

  test.each<[string, Action[]]>([
    ['one weight', [forward({[arns.a]: 81, [arns.b]: 20})]],
    ['stickiness', [forward({[arns.a]: 80, [arns.b]: 20}, {Enabled: true, DurationSeconds: 60})]],
    ['a third target group', [forward({[arns.a]: 80, [arns.b]: 20, [arns.other]: 0})]],
    ['an authentication', [oidc, {...forward({[arns.a]: 80, [arns.b]: 20}), Order: 2}]],
    ["a member it doesn't know", [{...forward({[arns.a]: 80, [arns.b]: 20}), NewerMember: 1} as Action]],
  ])('shows a change of %s', (_, actions) => {
    expect(hashOf(actions)).not.toBe(hashOf(base))
  })

  test('a lone target group means the same in either spelling', () => {
    expect(hashOf([{Type: 'forward', TargetGroupArn: arns.a}])).toBe(
      hashOf([{...forward({[arns.a]: 1}), TargetGroupArn: arns.a}]),
    )
  })
})

describe('what a rule means', () => {
  test("is said in a person's words", () => {
    expect(meaningOf([forward({[arns.a]: 80, [arns.b]: 20}, {Enabled: true, DurationSeconds: 60})], groups).words).toBe(
      'a 80 / b 20, stickiness on',
    )
  })

  test.each<[string, Action[], boolean, RegExp | null]>([
    ['a weighted pair can be released through', [forward({[arns.a]: 100, [arns.b]: 0})], false, null],
    ['an idle third group is no obstacle', [forward({[arns.a]: 100, [arns.other]: 0})], false, null],
    ['a third group with traffic is', [forward({[arns.a]: 100, [arns.other]: 1})], false, /other 1/],
    [
      "a rule that doesn't forward is",
      [{Type: 'fixed-response', FixedResponseConfig: {StatusCode: '503'}}],
      false,
      /doesn't forward/,
    ],
    ['no weight anywhere is', [forward({[arns.a]: 0, [arns.b]: 0})], false, /no slot has any weight/],
    ["the default rule is: ModifyRule can't change it", [forward({[arns.a]: 100, [arns.b]: 0})], true, /default rule/],
  ])('%s', (_, actions, isDefault, because) => {
    const {unusable} = meaningOf(actions, groups, isDefault)
    if (because === null) expect(unusable).toBeNull()
    else expect(unusable).toMatch(because)
  })
})
