/** Is the static site the same in both buckets? Compared object by object: a metric that says 0 pending knows nothing of what never began. */
import {siteBucket} from '../place.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

type Manifest = Readonly<Record<string, string>>

export const site: Check = {
  id: 'site',
  title: 'static site',
  look: async ({world, place, from, to, signal}) => {
    const [here, there, pending] = await Promise.all([
      world.site.manifest(from, siteBucket(place, from), signal),
      world.site.manifest(to, siteBucket(place, to), signal),
      world.site.pending(from, siteBucket(place, from), signal),
    ])
    return [siteFinding(here, there, pending, {from, to})]
  },
}

export function siteFinding(
  here: Manifest,
  there: Manifest,
  pending: {readonly operations: number} | null,
  {from, to}: {readonly from: string; readonly to: string},
): Found {
  const missing = Object.keys(here).filter((key) => there[key] === undefined)
  const different = Object.keys(here).filter((key) => there[key] !== undefined && there[key] !== here[key])
  const left = Object.keys(there).filter((key) => here[key] === undefined)
  const evidence = {
    objects: Object.keys(here).length,
    missing: missing.length,
    different: different.length,
    left: left.length,
    pending: pending?.operations ?? null,
    examples: [...missing, ...different, ...left].slice(0, 5),
  }
  const behind = [...missing, ...different]
  if (behind.length > 0) {
    const what = `${behind.length} of ${evidence.objects} objects in ${from} ${missing.length === behind.length ? "aren't" : "aren't the same"} in ${to} (${named(behind)})`
    if ((pending?.operations ?? 0) > 0) return warn(`${what}; ${pending?.operations ?? 0} are on their way.`, {evidence})
    return fail(
      `${what}, and ${pending === null ? 'nobody says that they are' : 'none is'} on the way: what was there before replication, or failed, comes by S3 Batch Replication only.`,
      {
        evidence,
        suggestions: ["replicate what is missing with S3 Batch Replication of the site's bucket"],
      },
    )
  }
  if (left.length > 0)
    return warn(`${left.length} objects are in ${to} only (${named(left)}): deletions by a lifecycle rule don't replicate.`, {
      evidence,
    })
  return ok(`${evidence.objects} objects, the same in both Regions.`, evidence)
}

const named = (keys: readonly string[]): string => `${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}`
