/**
 * What event 0 of a provisioning run says of the run, for screens. Pure; an older or newer event 0 leaves gaps and nothing worse.
 */
import type {Event} from '../runbooks/engine/event.ts'
import type {InfraPlan, StackVerdict} from '../runbooks/provision/infra-plan.ts'
import {placed} from './infra-place.ts'

export interface InfraInput {
  readonly operation: 'up' | 'down'
  readonly service: string
  readonly environment: string
  readonly region: string
  readonly account: string
  readonly arn: string
  readonly stacks: number
  /** Resources to be created, as planned. */
  readonly resources: number
  /** The same by stack. */
  readonly created: Readonly<Record<string, number>>
  readonly criticalPath: readonly {readonly label: string; readonly seconds: number}[]
  readonly etaSeconds: number
}

type Stored = Partial<Pick<InfraPlan, 'config' | 'account' | 'arn' | 'criticalPath' | 'etaSeconds'>> & {
  readonly stacks?: readonly {readonly id?: string; readonly verdict?: StackVerdict}[]
}

/** By line: a stack that is on the way twice (made, then brought on) has one. */
export function wayOf(criticalPath: InfraPlan['criticalPath']): InfraInput['criticalPath'] {
  const lines = Map.groupBy(criticalPath, ({id}) => placed(id))
  return [...lines].map(([label, parts]) => ({label, seconds: parts.reduce((sum, {seconds}) => sum + seconds, 0)}))
}

export function infraInput(events: readonly Event[]): InfraInput {
  const first = events.find((event) => event.kind === 'planned')
  // Of `down` it is what is taken away, whose stacks have no verdict.
  const input = (first?.data.input ?? {}) as Stored & {readonly plan?: Stored}
  const plan = input.plan ?? input
  const config = plan.config ?? input.config
  const created = Object.fromEntries(
    (plan.stacks ?? []).flatMap(({id, verdict}) => (verdict?.kind === 'create' ? [[id ?? '', verdict.resources]] : [])),
  )
  return {
    operation: first?.data.plan.includes('down') === true ? 'down' : 'up',
    service: config?.service ?? '–',
    environment: config?.environment ?? '–',
    region: config?.region ?? '–',
    account: plan.account ?? '',
    arn: plan.arn ?? '',
    stacks: plan.stacks?.length ?? 0,
    resources: Object.values(created).reduce((sum, one) => sum + one, 0),
    created,
    criticalPath: wayOf(plan.criticalPath ?? []),
    etaSeconds: plan.etaSeconds ?? 0,
  }
}
