/** Does the recovery Region run what users run, from its own registry, on hosts that are as new? */
import {byDigest, runningImage} from '../running-image.ts'
import {fail, ok, unknown, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check, Looking} from './looking.ts'

export const images: Check = {
  id: 'images',
  title: 'image that serves',
  look: async (looking) => {
    const {world, to, signal} = looking
    const [here, there] = await Promise.all([imageOf(looking, 'from'), imageOf(looking, 'to')])
    // Asked by its digest: a tag in the other registry may be another image.
    const carried =
      here.image === null ? null : await world.readiness.imageDigest(to, inRegistryOf(here.image, looking.from, to), signal)
    return [imageFinding(here.image, there.image, carried, {...looking, named: here.named})]
  },
}

interface Serves {
  /** By its digest, where anybody tells it. */
  readonly image: string | null
  /** As the task definition names it; null: it isn't known. */
  readonly named: string | null
}

/** Of the Region that can be asked; what it served when it last could, else. */
async function imageOf(looking: Looking, which: 'from' | 'to'): Promise<Serves> {
  const {world, signal} = looking
  const side = which === 'from' ? looking.fromSide : looking.toSide
  if (side === null) return {image: which === 'from' ? ((await looking.capacity())?.image ?? null) : null, named: null}
  const service = await looking.serving(side)
  if (service === null) return {image: null, named: null}
  const [named, image] = await Promise.all([
    world.compute.image(side.region, service.taskDefinition, signal),
    runningImage(world, side.region, side.cluster, service, signal),
  ])
  if (image === null || digestOf(image) !== null) return {image, named}
  // Nothing runs that would tell: the Region's own registry does.
  const digest = await world.readiness.imageDigest(side.region, image, signal)
  return {image: digest === null ? image : byDigest(image, digest), named}
}

export const digestOf = (image: string): string | null => /@(sha256:[0-9a-f]+)$/.exec(image)?.[1] ?? null
const inRegistryOf = (image: string, from: string, to: string): string => image.replace(`.dkr.ecr.${from}.`, `.dkr.ecr.${to}.`)

/** A rolling deployment of one service, tasks healthy. */
const rollMinutes = 5

export function imageFinding(
  here: string | null,
  there: string | null,
  carried: string | null,
  {from, to, named = null}: {readonly from: string; readonly to: string; readonly named?: string | null},
): Found {
  const evidence = {here, there, named, inRegistry: carried}
  if (here === null) return unknown(`${from} doesn't say which image serves.`, {evidence})
  if (there === null)
    return fail(`No service in ${to} has an image to run.`, {evidence, suggestions: ['sluice infra up --only recovery']})
  // Only AWS's own registry is a Region's; another one is where it is.
  if (carried === null && /\.dkr\.ecr\./.test(here)) {
    return fail(`${short(here)} isn't in the registry of ${to}: its tasks couldn't start without ${from}.`, {
      evidence,
      suggestions: ['push it again: only what is pushed after the rule exists is replicated'],
    })
  }
  const [one, other] = [digestOf(here), digestOf(there)]
  // A registry outside of AWS isn't asked, and tasks that don't run tell no digest: the name is all there is, and nothing has to be rolled.
  if (one !== null && other === null && (named === null ? repository(here) === repository(there) : named === there))
    return warn(
      `${to} would start ${short(there)} by its tag, and nothing runs there that tells its digest: a tag that was moved would be another image than ${short(here)}.`,
      {evidence, suggestions: [`sluice release ${here}`]},
    )
  if (one === null || other === null) {
    return here.split(/[:@]/).at(-1) === there.split(/[:@]/).at(-1)
      ? unknown(`Both Regions run ${short(here)} by its tag; whether it is the same image can't be told.`, {evidence})
      : warn(`${to} runs ${short(there)}, and ${from} ${short(here)}.`, {
          evidence,
          rtoMinutes: rollMinutes,
          suggestions: [`sluice release ${here}`],
        })
  }
  if (one !== other) {
    return warn(`${to} runs another image (${short(there)}) than ${from} (${short(here)}): the last release wasn't carried.`, {
      evidence,
      rtoMinutes: rollMinutes,
      suggestions: ['sluice release status'],
    })
  }
  return ok(`Both Regions run ${short(here)}.`, evidence)
}

const repository = (image: string): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '')

const short = (image: string): string => {
  const name = image.split('/').at(-1) ?? image
  return name.replace(/@sha256:([0-9a-f]{12})[0-9a-f]*$/, '@sha256:$1…')
}

const day = 86_400_000
const oldAfterDays = 90
const apartAfterDays = 21

export const ami: Check = {
  id: 'ami',
  title: 'machine image of hosts',
  look: async ({world, place, from, to, now, signal}) => {
    const parameter = `/${place.service}/${place.environment}/ami/api`
    const [here, there] = await Promise.all([
      world.readiness.imageAge(from, parameter, signal).catch(() => null),
      world.readiness.imageAge(to, parameter, signal),
    ])
    return [amiFinding(here, there, {to, now})]
  },
}

type Ami = {readonly ami: string; readonly createdAt: number} | null

export function amiFinding(here: Ami, there: Ami, {to, now}: {readonly to: string; readonly now: number}): Found {
  const evidence = {here: here?.ami ?? null, there: there?.ami ?? null, createdAt: there?.createdAt ?? null}
  if (there === null)
    return fail(`Hosts in ${to} have no machine image to start from.`, {evidence, suggestions: ['sluice infra up']})
  const days = Math.floor((now - there.createdAt) / day)
  if (here !== null && here.createdAt - there.createdAt > apartAfterDays * day) {
    return warn(
      `The machine image in ${to} is ${Math.floor((here.createdAt - there.createdAt) / day)} days older than the other Region's: Image Builder doesn't distribute to it.`,
      {evidence},
    )
  }
  if (days > oldAfterDays)
    return warn(`The machine image in ${to} is ${days} days old.`, {
      evidence,
      suggestions: ['look at the Image Builder pipeline'],
    })
  return ok(`The machine image in ${to} is ${days} days old.`, evidence)
}
