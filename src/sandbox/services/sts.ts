/** STS: who the caller is. Everybody is the one person of the one account. */
import type {GetCallerIdentityCommandOutput} from '@aws-sdk/client-sts'
import type {Service, World} from '../world/contract.ts'

export function createSts(world: World): Service {
  return {
    name: 'sts',
    operations: {
      GetCallerIdentity: (): Omit<GetCallerIdentityCommandOutput, '$metadata'> => ({
        UserId: 'AIDASANDBOXSANDBOX01',
        Account: world.account,
        Arn: `arn:aws:iam::${world.account}:user/sandbox`,
      }),
    },
  }
}
