/** "Before anything happens" of provisioning: everything the package wants, looked for in the account. Makes change sets, executes none. */
import type {StackConfig} from './config/stack-config.ts'
import type {OpenProvision} from './compose.ts'
import {readSite, readTemplates} from './infra/stack/templates.ts'
import {wantedStacks} from './infra/stack/wanted-stacks.ts'
import {stateBucket} from './runbooks/provision/deploy-stack.ts'
import type {Wanted} from './runbooks/provision/infra-plan.ts'

/** What shall be, with templates named by their objects in this account's buckets. */
export async function wantedOf(config: StackConfig, {world, account}: Pick<OpenProvision, 'world' | 'account'>): Promise<Wanted> {
  const [templates, site] = await Promise.all([readTemplates(), readSite()])
  return wantedStacks(config, templates, {
    site, objectUrl: (region, key) => world.ground.objectUrl(region, stateBucket(account, region), key),
  })
}
