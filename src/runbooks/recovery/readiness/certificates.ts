/** Certificates of both load balancers and of the distribution: valid, for long enough, and for the names that users type. */
import type {ReadinessPort} from '../ports/readiness-port.ts'
import {fail, ok, unknown, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check, Looking} from './looking.ts'

type Certificate = Awaited<ReturnType<ReadinessPort['certificate']>>

export const certificates: Check = {
  id: 'certificates',
  title: 'certificates',
  look: async (looking) => {
    const {place, to, from, toSide, fromSide, settings} = looking
    const found = await Promise.all([
      ofListener(looking, to, toSide?.listener ?? null, place.api),
      ofListener(looking, from, fromSide?.listener ?? null, place.api),
      ofDistribution(looking),
    ])
    // With `stop`, CloudFront asks the name of the API: both load balancers answer for it.
    return found.map(({where, certificate, name}) => certificateFinding(certificate, {where, name, flip: settings.flip}))
  },
}

interface Looked {
  readonly where: string
  readonly certificate: Certificate | 'not-asked'
  readonly name: string
}

async function ofListener({world, signal}: Looking, region: string, listener: string | null, name: string): Promise<Looked> {
  const where = `the load balancer in ${region}`
  if (listener === null) return {where, certificate: 'not-asked', name}
  const arn = await world.readiness.certificateOfListener(region, listener, signal)
  return {where, name, certificate: arn === null ? null : await world.readiness.certificate(region, arn, signal)}
}

async function ofDistribution({world, place, signal, distribution}: Looking): Promise<Looked> {
  const where = `the distribution of ${place.site}`
  const arn = (await distribution())?.certificate ?? null
  return {
    where,
    name: place.site,
    certificate: arn === null ? null : await world.readiness.certificate(arn.split(':')[3] ?? 'us-east-1', arn, signal),
  }
}

/** ACM renews 60 days before the end; one that is this near has failed to. */
const soonDays = 30

export function certificateFinding(
  certificate: Certificate | 'not-asked',
  {where, name}: {readonly where: string; readonly name: string; readonly flip?: string},
): Found {
  if (certificate === 'not-asked') return unknown(`Which certificate ${where} has wasn't answered.`)
  if (certificate === null) return fail(`${cap(where)} has no certificate.`)
  const {days, status, names} = certificate
  const evidence = {where, days, status, names}
  if (days <= 0 || status === 'EXPIRED')
    return fail(
      `The certificate of ${where} has expired${days < 0 ? ` ${-days} days ago` : ''}: nobody would trust its answers.`,
      {evidence, suggestions: ['sluice infra up', 'put its validation record into the zone first']},
    )
  if (status !== 'ISSUED') return fail(`The certificate of ${where} is ${status}.`, {evidence})
  if (!names.some((covered) => covers(covered, name)))
    return fail(`The certificate of ${where} isn't for ${name} (but for ${names.join(', ')}).`, {evidence})
  if (days < soonDays)
    return warn(`The certificate of ${where} ends in ${days} days, and ACM should have renewed it long ago.`, {
      evidence,
      suggestions: ['look at its validation record'],
    })
  return ok(`The certificate of ${where} is good for ${days} days.`, evidence)
}

const covers = (covered: string, name: string): boolean =>
  covered === name || (covered.startsWith('*.') && name.split('.').slice(1).join('.') === covered.slice(2))

const cap = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
