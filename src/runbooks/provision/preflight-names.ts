/**
 * Names that the stacks to be made will claim, and that something in the account has still: what an earlier `infra down` left.
 * CloudFormation would find out minutes later, half way. Found from the templates (`keptAs`), looked for one by one.
 *
 * Why nothing is adopted: a change set with ImportExistingResources takes in what has a name of its own, but not for nested
 * stacks, where all of these but one are; a secret is known by its ARN and not by its name; and a bucket or vault comes with a
 * policy and a key of the stack before, whose deletion somebody may have scheduled.
 */
import {keptWay} from './down-retained.ts'
import type {Finding, WantedStack} from './infra-plan.ts'
import type {Checking} from './preflight.ts'
import {wayOn} from './way-on.ts'

interface Kept {
  readonly region: string
  readonly type: string
  readonly name: string
}

export async function nameFindings({account, config, wanted, there, world, read, signal}: Checking): Promise<readonly Finding[]> {
  // A stack that is deleted, by us or by somebody right now, leaves what it retained.
  const made = wanted.filter(({id, name, region}) => {
    const state = there.get(id)
    return (
      state === undefined
      || state.status === 'DELETE_IN_PROGRESS'
      || wayOn(state.status, name, region).kind === 'delete-and-create'
    )
  })
  const names = made.flatMap((stack) => keptNames(stack, account))
  if (names.length === 0) return []
  const found = await Promise.all(
    names.map(async (one) => ({
      ...one,
      state: await read(() => world.preflight.existing(one.region, one.type, one.name, signal)),
    })),
  )
  const taken = found.filter(({state}) => state !== null)
  if (taken.length === 0)
    return [{id: 'names', level: 'ok', text: `${names.length} names that the stacks will take are free.`, suggestions: []}]
  const told = taken.map(({region, type, name, state}) => {
    const {what} = keptWay(type, name, region)
    return (
      `${what} ${name} in `
      + `${region}${state === 'leaving' ? ' (its deletion is scheduled, and it keeps its name until then)' : ''}`
    )
  })
  return [
    {
      id: 'names',
      level: 'stops',
      text: `The stacks of ${config.service} ${config.environment} can't be made while these are there: ${told.join('; ')}.`,
      suggestions: [...taken.flatMap((one) => waysOut(one, config)), 'or choose another service or environment in sluice.yaml'],
    },
  ]
}

/** A secret that has a copy in the recovery Region can't be deleted before that. */
function waysOut({region, type, name}: Kept, {region: home, recovery}: Checking['config']): readonly string[] {
  const copied = type === 'AWS::SecretsManager::Secret' && recovery !== null && region === home
  return [
    ...(copied
      ? [
          `aws secretsmanager remove-regions-from-replication --region ${region} `
            + `--remove-replica-regions ${recovery.region} --secret-id ${name}`,
        ]
      : []),
    keptWay(type, name, region).howToRemove,
  ]
}

/** Of what the stack will make, first and then. */
export function keptNames({region, resources, thenResources = []}: WantedStack, account: string): readonly Kept[] {
  return [...resources, ...thenResources].flatMap(({type, keptAs}) => {
    if (keptAs === undefined) return []
    return [{region, type, name: keptAs.replaceAll('${AWS::AccountId}', account).replaceAll('${AWS::Region}', region)}]
  })
}
