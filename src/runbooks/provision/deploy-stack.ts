/**
 * What every call on a stack is made of: template by text or address, the role CloudFormation works with. Objects are named by
 * content, so an upload is only ever an addition.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {AccountReader} from './account-reader.ts'
import type {Assets, Wanted, WantedStack} from './infra-plan.ts'
import type {ProvisionWorld, StackInput, StackRef} from './ports.ts'

/** CloudFormation takes no more in a call. */
const longestBody = 51_200

export const refOf = ({name, region}: WantedStack): StackRef => ({name, region})

/** Key of a root that is too long for a call; null: it isn't. */
export const rootKey = ({body, kind, templateHash}: WantedStack): string | null =>
  Buffer.byteLength(body) <= longestBody ? null : `templates/${templateHash.slice(0, 16)}/${kind}.yaml`

/** Everything that has to lie in a Region's bucket before its stacks are deployed. */
export function assetsOf({assets, stacks}: Wanted, region: string): Assets {
  const roots = stacks
    .filter((stack) => stack.region === region)
    .flatMap((stack) => {
      const key = rootKey(stack)
      return key === null ? [] : [[key, stack.body] as const]
    })
  return {...assets[region], ...Object.fromEntries(roots)}
}

/** Uploads what isn't there. `lies`: keys known to be there, added to as it goes, so that a throttled try isn't for nothing. */
export async function upload(
  world: ProvisionWorld,
  region: string,
  bucket: string,
  assets: Assets,
  lies: Set<string>,
  signal?: AbortSignal,
): Promise<{readonly uploaded: number}> {
  const left = Object.entries(assets).filter(([key]) => !lies.has(key))
  let uploaded = 0
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [key, text] = next
      if (!(await world.ground.hasObject(region, bucket, key, signal))) {
        await world.ground.putObject(region, bucket, key, text, 'application/yaml', signal)
        uploaded += 1
      }
      lies.add(key)
    }
  }
  const ended = await Promise.allSettled(Array.from({length: atOnce}, work))
  const refused = ended.find((one) => one.status === 'rejected')
  if (refused !== undefined) throw refused.reason
  return {uploaded}
}

/** So many that a Region's templates are there in a moment, and so few that what a stack waits for isn't held up by them. */
const atOnce = 4

export async function stackInput(
  world: ProvisionWorld,
  reader: AccountReader,
  stack: WantedStack,
  parameters: Readonly<Record<string, string | null>>,
  {token, bucket}: {readonly token: string; readonly bucket: string},
): Promise<StackInput> {
  const key = rootKey(stack)
  return {
    stack: refOf(stack),
    parameters,
    tags: stack.tags,
    token,
    role: stack.role === 'caller' ? null : await executionRole(reader, stack),
    template:
      key === null ? {kind: 'body', body: stack.body} : {kind: 'url', url: world.ground.objectUrl(stack.region, bucket, key)},
  }
}

async function executionRole(reader: AccountReader, {id, region}: WantedStack): Promise<string> {
  const role = (await reader.state(`foundation@${region}`))?.outputs['ExecutionRoleArn']
  if (role !== undefined) return role
  throw new SluiceError({
    code: 'foundation-missing',
    exitCode: ExitCode.unexpected,
    message: `${id} is deployed with the role of foundation@${region}, and that stack isn't there.`,
    suggestions: ['sluice infra up', 'sluice infra status'],
  })
}

/** `ClientRequestToken` takes letters, digits and hyphens. */
export const tokenOf = (...parts: readonly string[]): string =>
  parts
    .join('-')
    .replaceAll(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 128)

/** As the account's state bucket is called; the port that makes it answers the same. */
export const stateBucket = (account: string, region: string): string => `sluice-state-${account}-${region}`
