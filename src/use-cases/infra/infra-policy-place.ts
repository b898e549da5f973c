/**
 * For which account, Regions and environment something is printed: from the configuration, whatever kind it is,
 * and from who we are.
 */
import {openDesk} from '../../compose.ts'
import {loadConfig} from '../../config/load.ts'
import {loadStack} from '../../config/load-stack.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Where} from '../../runbooks/iam/where.ts'

interface PlaceFlags {
  readonly config: string
  readonly environment?: string | undefined
  readonly region?: string | undefined
  readonly sandbox?: string | undefined
  readonly account?: string | undefined
}

export async function policyPlace(flags: PlaceFlags, env: NodeJS.ProcessEnv): Promise<Where> {
  const {service, environment, region, recovery} = await named(flags.config)
  const home = flags.region ?? region
  const regions = recovery === null || recovery === home ? [home] : [home, recovery]
  return {service, environment: flags.environment ?? environment, regions, ...(await whose(flags, home, env))}
}

async function named(
  file: string,
): Promise<{readonly service: string; readonly environment: string; readonly region: string; readonly recovery: string | null}> {
  const loaded = await loadConfig(file)
  if (loaded.kind === 'of-stack') {
    const {service, environment, region, recovery} = await loadStack(file)
    return {service, environment, region, recovery: recovery?.region ?? null}
  }
  const {service, environment, region, recovery} = loaded.config
  return {service, environment, region, recovery: recovery?.region ?? null}
}

async function whose(
  {account, sandbox}: PlaceFlags,
  region: string,
  env: NodeJS.ProcessEnv,
): Promise<Pick<Where, 'account' | 'partition'>> {
  if (account === undefined) {
    const caller = await openDesk({region, sandbox, env}, 'read-state')
    return {account: caller.account, partition: caller.arn.split(':')[1] ?? 'aws'}
  }
  if (/^\d{12}$/.test(account))
    return {account, partition: region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'}
  throw new SluiceError({
    code: 'account-invalid',
    exitCode: ExitCode.usage,
    message: `--account ${account} isn't an account: twelve digits`,
  })
}
