/**
 * The built-in recoveries as plans, from the configuration alone: for listing, showing and printing them in peace. What only an account can
 * tell stands as words of what is meant (`<output ListenerArn of shop-production-main>`). Nothing made here is ever run. Pure.
 */
import type {Extension, RecoveryName} from '../../config/runbook.ts'
import type {RecoverySettings} from '../../config/recovery-config.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import type {PlannedStep} from '../engine/event.ts'
import {describePlan} from '../engine/describe-plan.ts'
import type {Plan} from '../engine/step.ts'
import type {Place} from '../recovery/place.ts'
import type {CapacitySnapshot, PromoteInput, Side} from '../recovery/input.ts'
import {extendPlan} from '../recovery/extend-plan.ts'
import type {RecoveryWorld} from '../recovery/ports/recovery-world.ts'

export interface BuiltInAsked {
  readonly config: StackConfig
  readonly place: Place
  readonly settings: RecoverySettings
  readonly extension: Extension | null
}

export const aboutRecoveries: Readonly<Record<RecoveryName, string>> = {
  'dr promote': 'users to the recovery Region: fence, scale, promote the replica, flip, verify',
  'dr drill': 'a rehearsal beside production: restored database, tasks, synthetic requests, nothing left',
  'dr failback': 'users home again: reversed replica, planned switchover, a new replica the other way',
}

/** Steps of a recovery, with what the team has added. Planners are loaded when they are asked for. */
export async function builtInSteps(name: RecoveryName, asked: BuiltInAsked): Promise<readonly PlannedStep[]> {
  const plan = await planOf(name, asked)
  return describePlan(extendPlan(plan, asked.extension, asked)).steps
}

async function planOf(name: RecoveryName, {config, place, settings}: BuiltInAsked): Promise<Plan<RecoveryWorld>> {
  const common = {config, place, settings, by: '', readiness: null}
  const home = sampleSide(place, place.home)
  const away = sampleSide(place, place.recovery)
  switch (name) {
    case 'dr promote': {
      const {promotePlan} = await import('../recovery/promote-plan.ts')
      const input: PromoteInput = {
        ...common,
        kind: 'promote',
        mode: 'unplanned',
        from: null,
        to: away,
        capacity: sampleCapacity(place.home),
        backups: {days: 14, window: ''},
        acceptLossMs: null,
        lastAnswerAt: null,
      }
      return promotePlan(input)
    }
    case 'dr drill': {
      const {drillPlan} = await import('../recovery/drill-plan.ts')
      return drillPlan({
        ...common,
        kind: 'drill',
        name: 'NAME',
        side: away,
        recoveryPoint: {snapshot: '', createdAt: 0},
        parameters: {HostCount: place.shape === 'pilot-light' ? '2' : '0'},
        template: {kind: 'body', body: ''},
        role: '',
        roles: {},
        expiresAt: 0,
        withoutPrimary: false,
        clean: false,
      })
    }
    case 'dr failback': {
      const {failbackPlan} = await import('../recovery/failback-plan.ts')
      return failbackPlan({
        ...common,
        kind: 'failback',
        from: away,
        to: home,
        capacity: sampleCapacity(place.home),
        stamp: 'STAMP',
        standing: {schema: 1, region: place.recovery, since: 0, run: '', settled: false, replicatedUntil: null, fence: 'none'},
      })
    }
  }
}

function sampleSide({service, environment, stacks}: Place, region: string): Side {
  const output = (name: string): string => `<output ${name} of ${stacks.main}>`
  return {
    region,
    cluster: output('ClusterName'),
    hosts: output('HostsName'),
    listener: output('ListenerArn'),
    loadBalancer: output('LoadBalancerArn'),
    targetGroups: {a: output('TargetGroupA'), b: output('TargetGroupB')},
    serving: 'a',
    databaseGroup: `<parameter /${service}/${environment}/sluice/database-group>`,
    taskGroup: output('TaskSecurityGroup'),
    secret: `${service}/${environment}/database`,
    cache: null,
    topic: null,
  }
}

const sampleCapacity = (region: string): CapacitySnapshot => ({
  schema: 1,
  at: 0,
  region,
  hosts: {min: 1, max: 1, desired: 1, peak: 1},
  service: {desired: 1, min: 1, max: 1, peak: 1},
  database: {class: '', multiAz: true, backupDays: 14, backupWindow: ''},
  image: null,
  by: '',
})
