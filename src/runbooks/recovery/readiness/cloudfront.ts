/** The site's distribution: does it hold the site's name, and both Regions' origins? And where a second one shall take the name, can it? */
import type {DistributionState} from '../ports/edge-port.ts'
import {siteBucket} from '../place.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const cloudfront: Check = {
  id: 'cloudfront',
  title: 'distribution',
  look: async ({world, place, settings, signal, distribution}) => {
    const present = await distribution()
    const second = settings.distribution === null ? null : await world.edge.distribution({id: settings.distribution}, signal)
    const buckets = [siteBucket(place, place.home), siteBucket(place, place.recovery)]
    return [
      ...distributionFindings(present, {site: place.site, buckets}),
      ...(settings.distribution === null ? [] : secondFindings(second, present, {id: settings.distribution, site: place.site})),
    ]
  },
}

export function distributionFindings(
  present: DistributionState | null,
  {site, buckets}: {readonly site: string; readonly buckets: readonly string[]},
): readonly Found[] {
  if (present === null) {
    return [
      fail(
        `No distribution of this account has the alias ${site}: an alias that another account's distribution holds can't be moved (CNAMEAlreadyExists).`,
        {
          suggestions: ['sluice infra up', `aws cloudfront list-conflicting-aliases --alias ${site} --distribution-id ID`],
        },
      ),
    ]
  }
  const evidence = {
    id: present.id,
    status: present.status,
    aliases: present.aliases,
    origins: present.origins.map(({domain}) => domain),
    group: present.siteOrigins,
  }
  const missing = buckets.filter((bucket) => !present.origins.some(({domain}) => domain.startsWith(`${bucket}.`)))
  const found = [
    ...(missing.length > 0
      ? [
          fail(`${present.id} has no origin ${missing.join(' or ')}: the site would go with its Region.`, {
            evidence,
            suggestions: ['sluice infra up'],
          }),
        ]
      : []),
    ...(missing.length === 0 && present.siteOrigins.length < 2
      ? [warn(`${present.id} has no origin group for the site: somebody has to change it in a failover.`, {evidence})]
      : []),
    ...(present.status === 'Deployed'
      ? []
      : [
          warn(
            `${present.id} is being changed by somebody: an ETag read now is stale a moment later, and CloudFront refuses a change with a stale one.`,
            {evidence, rtoMinutes: 5},
          ),
        ]),
  ]
  return found.length > 0 ? found : [ok(`${present.id} holds ${site} and both Regions' origins.`, evidence)]
}

/** CloudFront gives a name to a distribution only with a certificate for it, and only when it isn't in the middle of a change. */
export function secondFindings(
  second: DistributionState | null,
  present: DistributionState | null,
  {id, site}: {readonly id: string; readonly site: string},
): readonly Found[] {
  if (second === null)
    return [
      fail(`The second distribution ${id} isn't there.`, {
        suggestions: ['put the id of the right one into stack.recovery.distribution in sluice.yaml'],
      }),
    ]
  const evidence = {id, status: second.status, aliases: second.aliases, certificate: second.certificate}
  if (present?.id === second.id)
    return [warn(`${site} is on the second distribution ${id} already: there is nothing to move it to.`, {evidence})]
  if (second.certificate === null) return [fail(`${id} has no certificate, so CloudFront won't move ${site} to it.`, {evidence})]
  const inTheWay = second.aliases.find((alias) => alias.startsWith('*.') && site.endsWith(alias.slice(1)))
  if (second.status !== 'Deployed')
    return [
      warn(`${id} is being changed: an alias moves to a deployed distribution only, and with its newest ETag.`, {
        evidence,
        rtoMinutes: 5,
      }),
    ]
  return [ok(`${site} can be moved to ${id}${inTheWay === undefined ? '' : ` (it has ${inTheWay} already)`}.`, evidence)]
}
