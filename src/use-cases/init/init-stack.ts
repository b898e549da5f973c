/**
 * What `sluice init --stack` puts into the file: what was said, what the sandbox or the account can tell,
 * and else a clear question.
 */
import {publicZonesOf, sandboxName} from '../../compose.ts'
import {readHandle} from '../../config/sandbox-handle.ts'
import type {StackFile} from '../../config/render-stack-yaml.ts'
import {ExitCode, SluiceError} from '../../errors.ts'

export interface StackWish {
  readonly service: string | undefined
  readonly domain: string | undefined
  readonly region: string | null
  readonly sandbox: string | undefined
  /** Whether to look for the domain's zone on AWS. */
  readonly looks: 'at-zones' | 'nowhere'
}

export async function stackFile({service, domain, region, sandbox, looks}: StackWish): Promise<StackFile> {
  if (region === null) throw missing('Which Region? None was given, and AWS_REGION is not set.', '--region eu-west-1')
  const name = sandboxName(sandbox, process.env)
  const zones = looks === 'at-zones' ? await publicZonesOf({region, sandbox, env: process.env}) : []
  const zone =
    domain === undefined
      ? zones.length === 1
        ? zones[0]
        : undefined
      : zones.find((one) => domain === one.name || domain.endsWith(`.${one.name}`))
  const named = domain ?? zone?.name
  if (named === undefined)
    throw missing(
      zones.length > 1 ? `Which domain? There are ${zones.map((one) => one.name).join(', ')}.` : 'Which domain? None was given.',
      '--domain example.com',
    )
  if (name === null && service === undefined) throw missing('What is the service called?', '--service shop')
  // In a sandbox everything can be told: its Regions, its zone, and an image it knows.
  const regions = name === null ? [] : (await readHandle(name, process.env)).regions
  return {
    service: service ?? 'shop',
    region,
    domain: named,
    hostedZone: zone?.id ?? null,
    recoveryRegion: regions.find((one) => one !== region) ?? null,
    image: name === null ? null : 'shop/api:1.8.2',
  }
}

const missing = (message: string, flag: string): SluiceError =>
  new SluiceError({code: 'init-incomplete', exitCode: ExitCode.usage, message, suggestions: [`sluice init --stack ${flag}`]})
