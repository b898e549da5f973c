/** Inputs that make every plan of a recovery with every step it can have, as sample-inputs.ts has them for the others. Never run. Pure. */
import {recoverySettings} from '../../config/recovery-config.ts'
import type {
  CapacitySnapshot,
  DrillInput,
  FailbackInput,
  PromoteInput,
  Reopens,
  SettleInput,
  Side,
  StackOrder,
  Standing,
} from '../recovery/input.ts'
import {recoveryPlace} from '../recovery/place.ts'
import {sampleConfig} from './sample-inputs.ts'
import type {Where} from './where.ts'

const side = (region: string): Side => ({
  region,
  cluster: 'cluster',
  hosts: 'hosts',
  listener: 'listener',
  loadBalancer: 'load-balancer',
  targetGroups: {a: 'a', b: 'b'},
  serving: 'a',
  databaseGroup: 'group',
  taskGroup: 'group',
  secret: 'secret',
  cache: 'cache',
  topic: 'topic',
})

const order: StackOrder = {template: {kind: 'url', url: ''}, parameters: {}, tags: {}, role: 'role'}
const capacity = (region: string): CapacitySnapshot => ({
  schema: 1,
  at: 0,
  region,
  image: null,
  by: '',
  hosts: {min: 1, max: 1, desired: 1, peak: 1},
  service: {desired: 1, min: 1, max: 1, peak: 1},
  database: {class: '', multiAz: true, backupDays: 1, backupWindow: ''},
})

function common(where: Where) {
  const config = sampleConfig(where)
  const place = recoveryPlace(config, where.account)
  return place === null ? null : {config, place, settings: recoverySettings(config), by: ''}
}

/** Planned and unplanned, either way to flip, with the stack of a pilot light; and in the place of a failback whose home is lost. */
export function sampleFailovers(where: Where): readonly PromoteInput[] {
  const known = common(where)
  if (known === null) return []
  const {place, settings} = known
  const failovers = (['planned', 'unplanned'] as const).flatMap((mode) =>
    [
      {flip: 'stop' as const, distribution: null},
      {flip: 'record' as const, distribution: null},
      {flip: 'record' as const, distribution: 'E0'},
    ].map((how): PromoteInput => ({
      ...known,
      kind: 'promote',
      mode,
      place: {...place, shape: 'pilot-light'},
      settings: {...settings, ...how},
      from: side(place.home),
      to: side(place.recovery),
      capacity: capacity(place.home),
      backups: {days: 1, window: ''},
      acceptLossMs: null,
      surge: order,
      lastAnswerAt: null,
      readiness: null,
    })),
  )
  const inPlace = (['opens', 'promotes'] as const).flatMap((what) =>
    failovers.filter(({mode}) => mode === 'unplanned').map((input): PromoteInput => ({...input, reopens: leftBehind(what)})),
  )
  return [...failovers, ...inPlace]
}

const leftBehind = (what: Reopens['what']): Reopens => ({
  what,
  run: 'run',
  flippedAt: 0,
  answeredAt: 0,
  replicatedUntil: 0,
  aside: 'aside',
  quietUntil: 0,
  setAside: [],
})

export function sampleDrills(where: Where): readonly DrillInput[] {
  const known = common(where)
  if (known === null) return []
  return [false, true].map((clean): DrillInput => ({
    // With hosts of its own, as in a pilot light: no other plan has more steps.
    ...known,
    kind: 'drill',
    name: 'drill',
    side: side(known.place.recovery),
    recoveryPoint: {snapshot: 'snapshot', createdAt: 0},
    parameters: {HostCount: '1'},
    template: order.template,
    role: 'role',
    roles: {},
    expiresAt: 0,
    withoutPrimary: false,
    clean,
    readiness: null,
  }))
}

const standing = (region: string): Standing => ({
  schema: 1,
  region,
  since: 0,
  run: '',
  settled: false,
  replicatedUntil: 0,
  fence: 'fenced',
})

export function sampleFailbacks(where: Where): readonly FailbackInput[] {
  const known = common(where)
  if (known === null) return []
  const {place} = known
  return (['stop', 'record'] as const).map((flip): FailbackInput => ({
    ...known,
    kind: 'failback',
    place: {...place, shape: 'pilot-light'},
    settings: {...known.settings, flip},
    from: side(place.recovery),
    to: side(place.home),
    capacity: capacity(place.recovery),
    standing: standing(place.recovery),
    stamp: '',
    readiness: null,
  }))
}

/** After a failback, and for a long stay. */
export function sampleSettlings(where: Where): readonly SettleInput[] {
  const known = common(where)
  if (known === null) return []
  return [known.place.home, known.place.recovery].map((active): SettleInput => ({
    ...known,
    kind: 'settle',
    standing: standing(active),
    active,
    stamp: '',
  }))
}
