/**
 * Where a recovery happens: the names of everything it touches, in both Regions. Computed from configuration and account alone, so
 * that nothing has to be asked of a Region that may be dead. Pure. What only an account can tell (ids, ARNs) is a `Side`.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import {slotService} from '../../config/slot-names.ts'

export interface Place {
  readonly service: string
  readonly environment: string
  readonly account: string
  /** Where users are in peace. */
  readonly home: string
  /** Where they go. */
  readonly recovery: string
  readonly shape: 'warm-standby' | 'pilot-light' | 'full-scale'
  /** The same identifier in both Regions: primary and replica, and so after every failover and failback. */
  readonly database: string
  readonly engine: 'postgres' | 'mysql'
  /** Root stacks; the same names in both Regions. */
  readonly stacks: {
    readonly foundation: string
    readonly main: string
    readonly replica: string
    readonly surge: string
    readonly drill: string
  }
  readonly slots: {readonly a: string; readonly b: string}
  /** Name of the API's origin, and of one Region's alone (`eu-west-1.origin-api.example.com`). */
  readonly api: string
  readonly site: string
  /** Empty: the zone is elsewhere. */
  readonly hostedZone: string
  readonly vault: string
}

export function recoveryPlace(config: StackConfig, account: string): Place | null {
  const {service, environment, region, recovery} = config
  if (recovery === null) return null
  const stem = `${service}-${environment}`
  const stack = (kind: string): string => `${stem}-${kind}`
  return {
    service,
    environment,
    account,
    home: region,
    recovery: recovery.region,
    shape: recovery.shape,
    database: stem,
    engine: config.engine,
    stacks: {
      foundation: stack('foundation'),
      main: stack('main'),
      replica: stack('replica'),
      surge: stack('surge'),
      drill: stack('drill'),
    },
    slots: {a: slotService(config, 'a'), b: slotService(config, 'b')},
    api: config.api,
    site: config.site,
    hostedZone: config.hostedZone,
    vault: stem,
  }
}

export const otherRegion = (place: Place, region: string): string => (region === place.home ? place.recovery : place.home)
/** Bucket of the objects `stop`, `alive` and `returning` in a Region. The home Region's stop check and fence ask the recovery Region's. */
export const switchBucket = (
  {service, environment, account}: Pick<Place, 'service' | 'environment' | 'account'>,
  region: string,
): string => `${service}-${environment}-switch-${account}-${region}`
export const siteBucket = ({service, environment, account}: Place, region: string): string =>
  `${service}-${environment}-site-${account}-${region}`
export const regionalName = ({api}: Place, region: string): string => `${region}.${api}`
export const databaseArn = ({account, database}: Place, region: string, partition = 'aws'): string =>
  `arn:${partition}:rds:${region}:${account}:db:${database}`

/** What the recovery lease belongs to; it lives in the recovery Region, and releases and `infra up` look at it too. */
export const recoveryTarget = ({service, environment}: Pick<Place, 'service' | 'environment'>): string =>
  `recovery.${service}.${environment}`
/** Objects in the recovery Region's state. */
export const capacityKey = ({service, environment}: Pick<Place, 'service' | 'environment'>): string =>
  `recovery/${service}.${environment}/capacity.json`
export const standingKey = ({service, environment}: Pick<Place, 'service' | 'environment'>): string =>
  `recovery/${service}.${environment}/standing.json`
/** In each Region's own state: what its watch saw of the other one. */
export const watchKey = ({service, environment}: Pick<Place, 'service' | 'environment'>): string =>
  `recovery/${service}.${environment}/watch.json`
