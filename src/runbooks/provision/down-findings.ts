/** What speaks against taking a stack away now. Pure. */
import type {Lease} from '../engine/lease.ts'
import type {DownRequest} from './down-observe.ts'
import type {Finding} from './infra-plan.ts'
import type {RootStack} from './stack-tree.ts'

/** `release`: the lease of a release that is under way. */
export function downFindings(
  {config, account, options}: DownRequest,
  roots: readonly RootStack[],
  release: Lease | null,
): readonly Finding[] {
  const found: Finding[] = []
  const stops = (id: string, text: string, ...suggestions: readonly string[]): void =>
    void found.push({id, level: 'stops', text, suggestions})
  if (config.allowedAccounts.length > 0 && !config.allowedAccounts.includes(account)) {
    stops(
      'account',
      `Account ${account} isn't one of allowedAccounts (${config.allowedAccounts.join(', ')}).`,
      'sign in to the account that is meant',
    )
  }
  if (release !== null) {
    stops(
      'release',
      `${release.operation} ${release.run} of ${release.owner} on ${release.host} is under way.`,
      `sluice release watch ${release.run}`,
      `sluice release abort ${release.run}`,
    )
  }
  const peer = roots.find(({kind, ref}) => kind === 'main' && ref.region === config.region)?.state.parameters['PeerRegion'] ?? ''
  // Nobody looked there: what isn't in the configuration isn't found.
  if (peer !== '' && peer !== config.recovery?.region) {
    found.push({
      id: 'forgotten-region',
      level: 'warns',
      text:
        `${peer} was the recovery Region, and sluice.yaml doesn't name it: whatever stands there stays, `
        + 'and its replica loses its source.',
      suggestions: ['name it as stack.recovery.region again to take it away too'],
    })
  }
  if (options.only === 'recovery') found.push(...recoveryFindings({config, options}, roots))
  return found
}

function recoveryFindings(
  {config, options}: Pick<DownRequest, 'config' | 'options'>,
  roots: readonly RootStack[],
): readonly Finding[] {
  const found: Finding[] = []
  if (config.recovery === null) {
    found.push({
      id: 'recovery',
      level: 'stops',
      text: 'sluice.yaml names no recovery Region.',
      suggestions: ['add stack.recovery to sluice.yaml'],
    })
    return found
  }
  if (config.activeRegion === config.recovery.region) {
    found.push({
      id: 'active-region',
      level: 'stops',
      text: `Users are meant to be in ${config.activeRegion}: it is the active Region.`,
      suggestions: ['set stack.activeRegion to the home Region, and run: sluice infra up'],
    })
  }
  const home = roots.find(({kind, ref}) => kind === 'main' && ref.region === config.region)
  // Replication into a bucket that is gone fails for every object, quietly.
  if (options.data === 'deleted' && home?.state.parameters['Replicate'] === 'true') {
    found.push({
      id: 'replication',
      level: 'stops',
      text: `The site's bucket in ${config.region} replicates into ${config.recovery.region}; its copy can't be deleted.`,
      suggestions: ['set stack.parameters.Replicate to false, and run: sluice infra up --only home', 'leave out --delete-data'],
    })
  }
  return found
}
