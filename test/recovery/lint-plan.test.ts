/** No step of an unplanned failover may need the Region that is lost, or us-east-1; and the check can tell. */
import {describe, expect, it} from 'vitest'
import type {Step} from '../../src/runbooks/engine/step.ts'
import {lintRecovery} from '../../src/runbooks/recovery/lint-plan.ts'
import type {RecoveryWorld} from '../../src/runbooks/recovery/ports/recovery-world.ts'
import {promotePlan} from '../../src/runbooks/recovery/promote-plan.ts'
import {portCalls} from '../../src/runbooks/recovery/port-calls.ts'
import type {PortMethod} from '../../src/runbooks/recovery/port-calls.ts'
import {noUses, undeclaredUses, watchedRunbook, watchedWorld} from '../support/watched-calls.ts'
import {aPlace, aPromoteInput, aSettings} from '../support/recovery-bench.ts'
import {aRecovery} from '../support/recovery-drive.ts'
import {aDesk} from '../support/release-bench.ts'
import {openJournal} from '../../src/runbooks/engine/journal.ts'
import {takeLease} from '../../src/runbooks/engine/lease.ts'
import {driveRun} from '../../src/runbooks/engine/run.ts'

const place = aPlace()

describe('an unplanned failover by stop', () => {
  it.each(['warm-standby', 'pilot-light'] as const)('of a %s calls nothing that may be lost', (shape) => {
    expect(lintRecovery(promotePlan(aPromoteInput(aPlace(shape))), aPlace(shape))).toEqual([])
  })

  it('bounds its fence', () => {
    const plan = promotePlan(aPromoteInput(place))
    const slow = {...plan, steps: plan.steps.map((step) => (step.id === 'fence' ? {...step, deadlineMs: 3_600_000} : step))}
    expect(lintRecovery(slow, place)).toMatchObject([
      {step: 'fence', text: 'fence may wait 60 min for eu-west-1: an unplanned fence is bounded'},
    ])
  })
})

describe('the lint finds', () => {
  const withCall = (action: string, region: string) => {
    const plan = promotePlan(aPromoteInput(place))
    return {
      ...plan,
      steps: plan.steps.map((step): Step<RecoveryWorld> =>
        step.id === 'flip' ? {...step, calls: [...step.calls, {action, region}]} : step,
      ),
    }
  }
  it.each([
    ["Route 53's records", 'route53:ChangeResourceRecordSets', 'eu-central-1'],
    ['CloudFront', 'cloudfront:UpdateDistribution', 'us-east-1'],
    ['IAM', 'iam:GetRole', 'eu-central-1'],
    ['settings of a bucket', 's3:PutBucketPolicy', 'eu-central-1'],
    ['the global STS', 'sts:AssumeRole', 'us-east-1'],
    ['the primary Region', 'rds:DescribeDBInstances', 'eu-west-1'],
    ['anything in us-east-1', 'rds:DescribeDBInstances', 'us-east-1'],
  ])('%s', (_what, action, region) => {
    expect(lintRecovery(withCall(action, region), place)).toMatchObject([{step: 'flip', action, region}])
  })

  it('what a flip by record needs, which is why stop is the default', () => {
    const found = lintRecovery(promotePlan(aPromoteInput(place, {settings: aSettings({flip: 'record'})})), place)
    expect(new Set(found.map(({step}) => step))).toEqual(new Set(['flip']))
    expect(found.map(({action}) => action)).toContain('route53:ChangeResourceRecordSets')
  })

  it('what a planned switchover asks of home beside fencing it, and to go back to it', () => {
    expect(new Set(lintRecovery(promotePlan(aPromoteInput(place, {mode: 'planned'})), place).map(({step}) => step))).toEqual(
      new Set(['declare', 'fence', 'secret', 'flip']),
    )
  })
})

it.each(['unplanned', 'planned', 'record'] as const)('steps of a %s one declare every call that they make', async (kind) => {
  const fake = aRecovery()
  const uses = noUses()
  const input = aPromoteInput(fake.place, {
    mode: kind === 'planned' ? 'planned' : 'unplanned',
    ...(kind === 'record' && {settings: aSettings({flip: 'record'})}),
  })
  const plan = promotePlan(input)
  // The state's own calls are the engine's too.
  const regionOf = (_port: string, args: readonly unknown[]): string =>
    typeof args[0] === 'string' ? args[0] : fake.place.recovery
  const world: RecoveryWorld = {...watchedWorld(fake.world, uses, regionOf), store: (region: string) => fake.world.store(region)}
  const desk = aDesk(fake.world.store(fake.place.recovery), fake.clock, 'w1')
  const journal = await openJournal({store: desk.store, run: 'r-1', writer: 'w1', clock: fake.clock})
  const taken = await takeLease({
    store: desk.store,
    clock: fake.clock,
    target: 't',
    run: 'r-1',
    owner: 'w1',
    host: 'h',
    operation: 'dr',
  })
  if (taken.kind !== 'taken') throw new Error('held')
  const never = new AbortController().signal
  const end = await driveRun({
    runbook: watchedRunbook({first: 'promote', plan: () => plan}, uses),
    world,
    journal,
    held: taken.held,
    clock: fake.clock,
    until: 'ended',
    detach: never,
    leave: never,
  })
  expect(end).toMatchObject({outcome: {outcome: 'done'}})
  expect(uses.byStep.size).toBeGreaterThan(8)
  const global: readonly PortMethod[] = ['edge.distribution', 'edge.preferOrigin', 'edge.moveAlias']
  const table = Object.fromEntries(
    Object.entries(portCalls).filter(([method]) => !global.includes(method as PortMethod) || kind === 'record'),
  )
  expect(undeclaredUses([plan] as never, uses, table).filter((line) => !line.includes('cloudfront:'))).toEqual([])
})
