/** Asks the recovery Region alone for everything a drill is made from. It changes nothing. */
import type {TemplateSource} from '../provision/ports.ts'
import {drillInput} from './drill-input.ts'
import type {Asked, DrillAsked} from './drill-input.ts'
import type {DrillInput, Standing} from './input.ts'
import {standingKey} from './place.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

/** What the recovery Region doesn't have to be asked for. */
export interface DrillWish extends Omit<
  DrillAsked,
  'standing' | 'replica' | 'hosts' | 'recoveryPoints' | 'image' | 'main' | 'foundation' | 'template'
> {
  /** Text of drill.yaml, and its key in the Region's state bucket as it lies there since `infra up`. */
  readonly template: {readonly text: string; readonly bucket: string; readonly key: string}
}

export async function prepareDrill(world: RecoveryWorld, wish: DrillWish, signal?: AbortSignal): Promise<Asked<DrillInput>> {
  const {
    place,
    side,
    side: {region, cluster, serving},
  } = wish
  const [main, foundation, replica, recoveryPoints, slot, hosts, standing, lies] = await Promise.all([
    world.stacks.describe({name: place.stacks.main, region}, signal),
    world.stacks.describe({name: place.stacks.foundation, region}, signal),
    world.database.describe(region, place.database, signal),
    world.database.recoveryPoints(region, place.vault, place.database, signal),
    world.compute.service(region, cluster, place.slots[serving], signal),
    world.compute.hosts(region, side.hosts, cluster, signal),
    world.store(region).get(standingKey(place), signal),
    world.ground.hasObject(region, wish.template.bucket, wish.template.key, signal),
  ])
  const image = slot === null ? null : await world.compute.image(region, slot.taskDefinition, signal)
  const template: TemplateSource = lies
    ? {kind: 'url', url: world.ground.objectUrl(region, wish.template.bucket, wish.template.key)}
    : {kind: 'body', body: wish.template.text}
  return drillInput({
    ...wish,
    template,
    replica,
    hosts: hosts?.registered ?? 0,
    recoveryPoints,
    image,
    standing: standing === null ? null : (JSON.parse(standing.body) as Standing),
    main: {outputs: main?.outputs ?? {}, parameters: main?.parameters ?? {}},
    foundation: foundation?.outputs ?? {},
  })
}
