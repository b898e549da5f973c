/** What the stack is deployed with: the `stack:` section after loading, defaults filled in. Pure. */
import type {z} from 'zod'
import type {RecoveryDifference} from './recovery-config.ts'
import {recoveryDifference} from './recovery-config.ts'
import type {RecoveryShape, stackFileSchema} from './stack-schema.ts'

export type Parameters = Readonly<Record<string, string>>

export interface StackConfig {
  readonly service: string
  readonly environment: string
  readonly region: string
  readonly shape: 'production' | 'staging'
  readonly api: string
  readonly site: string
  /** Empty: the zone is elsewhere. */
  readonly hostedZone: string
  readonly network: string
  readonly engine: 'postgres' | 'mysql'
  readonly account: 'own' | 'shared'
  readonly alarms: string
  readonly siteCertificate: string
  readonly distribution: string
  readonly activeRegion: string
  /** Image the slots begin with; empty: no slots are made. */
  readonly firstImage: string
  /** Empty: any. */
  readonly allowedAccounts: readonly string[]
  readonly task: {readonly cpu: number; readonly memory: number}
  readonly parameters: Parameters
  readonly recovery: {
    readonly region: string
    readonly shape: RecoveryShape
    readonly network: string
    readonly parameters: Parameters
    /** What differs from the defaults of a recovery; left out: nothing. */
    readonly dr?: RecoveryDifference
  } | null
}

export function resolveStack(file: z.output<typeof stackFileSchema>): StackConfig {
  const {stack} = file
  return {
    service: file.service,
    environment: file.environment,
    region: file.region,
    shape: stack.shape ?? 'production',
    api: stack.api,
    site: stack.site,
    hostedZone: stack.hostedZone ?? '',
    network: stack.network ?? '10.40.0.0/16',
    engine: stack.engine ?? 'postgres',
    account: stack.account ?? 'own',
    alarms: stack.alarms ?? '',
    siteCertificate: stack.siteCertificate ?? '',
    distribution: stack.distribution ?? '',
    activeRegion: stack.activeRegion ?? file.region,
    firstImage: stack.firstImage ?? '',
    allowedAccounts: stack.allowedAccounts ?? [],
    task: {cpu: stack.task?.cpu ?? 512, memory: stack.task?.memory ?? 1024},
    parameters: asText(stack.parameters ?? {}),
    recovery: stack.recovery === undefined ? null : resolveRecovery(stack.recovery),
  }
}

function resolveRecovery(
  given: NonNullable<z.output<typeof stackFileSchema>['stack']['recovery']>,
): NonNullable<StackConfig['recovery']> {
  const dr = recoveryDifference(given)
  return {
    region: given.region,
    shape: given.shape ?? 'warm-standby',
    network: given.network ?? '10.41.0.0/16',
    parameters: asText(given.parameters ?? {}),
    ...(Object.keys(dr).length > 0 && {dr}),
  }
}

const asText = (values: Readonly<Record<string, string | number | boolean>>): Parameters =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
