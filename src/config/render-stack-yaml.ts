/**
 * The commented `sluice.yaml` of a stack of one's own, as `sluice init --stack` writes it. Pure. What has a default stands there
 * as a comment with its default, so that a reader learns what can be changed without reading a manual.
 */
import {stringify} from 'yaml'

export interface StackFile {
  readonly service: string
  readonly region: string
  /** null: one Region only. */
  readonly recoveryRegion: string | null
  readonly domain: string
  /** Id of the public zone of the domain; null: it is elsewhere. */
  readonly hostedZone: string | null
  /** What the slots begin with; null: to be filled in. */
  readonly image: string | null
}

const scalar = (value: string): string => stringify(value, {lineWidth: 0}).trimEnd()

export function renderStackYaml(file: StackFile, {schema}: {readonly schema: string}): string {
  const {service, region, recoveryRegion, domain, hostedZone, image} = file
  return `# yaml-language-server: $schema=${schema}
# What \`sluice infra\` makes and \`sluice release\` works on. All keys: docs/stack.md and docs/configuration.md.
# Lines that begin with # hold defaults: take the # away to change one.

service: ${scalar(service)}
# environment: production
region: ${scalar(region)}

stack:
  # shape: production    or staging: smaller, and easily thrown away
  api: ${scalar(`origin-api.${domain}`)}
  site: ${scalar(`www.${domain}`)}
${hostedZone === null ? '  # hostedZone: without one, records are made by hand, and certificates wait for theirs' : `  hostedZone: ${scalar(hostedZone)}`}
  # alarms: oncall@${domain}
${image === null ? '  # firstImage: what the slots begin with; without one, they are made by a later infra up' : `  firstImage: ${scalar(image)}`}
  # allowedAccounts: ['111122223333']
${recoveryRegion === null ? '  # recovery: {region: eu-central-1, shape: warm-standby}' : `  recovery:\n    region: ${scalar(recoveryRegion)}\n    # shape: warm-standby    or pilot-light, full-scale`}
`
}
