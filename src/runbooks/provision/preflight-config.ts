/** What the configuration alone shows, and whether the domain it names is ours. */
import type {Finding} from './infra-plan.ts'
import type {Checking, PreflightInput} from './preflight.ts'

/** Pure. */
export function staticFindings({config, account}: Pick<PreflightInput, 'config' | 'account'>): readonly Finding[] {
  const found: Finding[] = []
  const {allowedAccounts, recovery, region, network} = config
  if (allowedAccounts.length > 0) {
    found.push(
      allowedAccounts.includes(account)
        ? {id: 'account', level: 'ok', text: `Account ${account} is one of allowedAccounts.`, suggestions: []}
        : {
            id: 'account',
            level: 'stops',
            text: `Account ${account} isn't one of allowedAccounts (${allowedAccounts.join(', ')}).`,
            suggestions: ['sign in to the account that is meant', 'or add it to stack.allowedAccounts in sluice.yaml'],
          },
    )
  }
  if (recovery?.region === region) {
    found.push({
      id: 'recovery-region',
      level: 'stops',
      text: `The recovery Region is the home Region, ${region}.`,
      suggestions: ['name another Region as stack.recovery.region'],
    })
  }
  if (recovery?.network === network) {
    found.push({
      id: 'networks',
      level: 'warns',
      text: `Both Regions have the addresses ${network}: they could never be peered.`,
      suggestions: ['set stack.recovery.network'],
    })
  }
  return found
}

export async function domainFindings({config, world, read, signal}: Checking): Promise<readonly Finding[]> {
  const {hostedZone, api, site} = config
  if (hostedZone === '') {
    return [
      {
        id: 'domain',
        level: 'warns',
        text: `No hosted zone: records of ${api} and ${site} are made by hand, and so are those that certificates wait for.`,
        suggestions: ['set stack.hostedZone when the zone is in this account'],
      },
    ]
  }
  const stops = (text: string, ...suggestions: readonly string[]): Finding => ({id: 'domain', level: 'stops', text, suggestions})
  const zone = await read(() => world.preflight.hostedZone(hostedZone, signal))
  if (zone === null)
    return [
      stops(
        `Hosted zone ${hostedZone} isn't in this account.`,
        'aws route53 list-hosted-zones',
        'or leave stack.hostedZone out, and make the records by hand',
      ),
    ]
  if (zone.private)
    return [
      stops(
        `Hosted zone ${hostedZone} (${zone.name}) is private: nobody outside could find ${site}.`,
        'name the public zone as stack.hostedZone',
      ),
    ]
  const name = zone.name.replace(/\.$/, '')
  const outside = [api, site].filter((one) => one !== name && !one.endsWith(`.${name}`))
  if (outside.length > 0) {
    return [
      stops(
        `${outside.join(' and ')} ${outside.length === 1 ? "isn't" : "aren't"} in the zone ${name} (${hostedZone}).`,
        'name the zone that they are in as stack.hostedZone',
      ),
    ]
  }
  return [{id: 'domain', level: 'ok', text: `${api} and ${site} are in the zone ${name}.`, suggestions: []}]
}
