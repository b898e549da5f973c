/** A place, its two sides and the inputs of recoveries: boring defaults, one thing changed per test. */
import {recoveryDefaults} from '../../src/config/recovery-config.ts'
import type {RecoverySettings} from '../../src/config/recovery-config.ts'
import type {StackConfig} from '../../src/config/stack-config.ts'
import type {CapacitySnapshot, PromoteInput, Side, StackOrder} from '../../src/runbooks/recovery/input.ts'
import {recoveryPlace} from '../../src/runbooks/recovery/place.ts'
import type {Place} from '../../src/runbooks/recovery/place.ts'
import {startOfTests} from './leaping-clock.ts'

export const aStackConfig = (shape: 'warm-standby' | 'pilot-light' = 'warm-standby'): StackConfig => ({
  service: 'shop',
  environment: 'production',
  region: 'eu-west-1',
  shape: 'production',
  api: 'origin-api.example.com',
  site: 'www.example.com',
  hostedZone: 'Z0EXAMPLE0000',
  network: '10.40.0.0/16',
  engine: 'postgres',
  account: 'own',
  alarms: '',
  siteCertificate: '',
  distribution: '',
  activeRegion: 'eu-west-1',
  firstImage: 'shop/api:1',
  allowedAccounts: [],
  task: {cpu: 512, memory: 1024},
  parameters: {},
  recovery: {region: 'eu-central-1', shape, network: '10.41.0.0/16', parameters: {}},
})

export function aPlace(shape: 'warm-standby' | 'pilot-light' = 'warm-standby'): Place {
  const place = recoveryPlace(aStackConfig(shape), '111122223333')
  if (place === null) throw new Error('no recovery')
  return place
}

export const aSide = (region: string): Side => ({
  region,
  cluster: 'shop-production',
  hosts: `hosts-${region}`,
  listener: `listener-${region}`,
  loadBalancer: `lb-${region}`,
  targetGroups: {a: `tg-a@${region}`, b: `tg-b@${region}`},
  serving: 'a',
  databaseGroup: `sg-database-${region}`,
  taskGroup: `sg-tasks-${region}`,
  secret: `secret-${region}`,
  cache: null,
  topic: null,
})

export const aCapacity = (region: string): CapacitySnapshot => ({
  schema: 1,
  at: startOfTests - 1_800_000,
  region,
  hosts: {min: 1, max: 6, desired: 2, peak: 2},
  service: {desired: 4, min: 2, max: 8, peak: 4},
  database: {class: 'db.m7g.large', multiAz: true, backupDays: 14, backupWindow: '03:00-03:30'},
  image: 'shop/api@sha256:1111',
  by: 'arn:aws:iam::1:role/w0',
})

export const aSettings = (change: Partial<RecoverySettings> = {}): RecoverySettings => ({...recoveryDefaults, ...change})

export function aPromoteInput(place: Place, change: Partial<PromoteInput> = {}): PromoteInput {
  return {
    kind: 'promote',
    mode: 'unplanned',
    config: aStackConfig(place.shape === 'pilot-light' ? 'pilot-light' : 'warm-standby'),
    place,
    settings: aSettings(),
    by: 'arn:aws:iam::1:role/w1',
    from: aSide(place.home),
    to: aSide(place.recovery),
    capacity: aCapacity(place.home),
    backups: {days: 14, window: '03:00-03:30'},
    acceptLossMs: 60_000,
    lastAnswerAt: null,
    readiness: null,
    ...change,
  }
}

/** Of a pilot light; its way out is there long before its cache. */
export const aSurge: StackOrder = {
  template: {
    kind: 'body',
    body: 'Resources:\n  Nat:\n    Type: AWS::CloudFormation::Stack\n  Cache:\n    Type: AWS::CloudFormation::Stack\n',
  },
  parameters: {},
  tags: {},
  role: null,
}
const surgeTakes = new Map([
  ['shop-production-surge', 1500],
  ['shop-production-surge-Nat', 120],
])
export const surgeSeconds = (stack: string, operation: string): number | undefined =>
  operation === 'create' ? surgeTakes.get(stack) : undefined
