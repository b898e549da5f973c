/**
 * A task as its database sees it: its network, and the host that it read when it started. It never looks again while it lives;
 * only as long as nobody had published one it keeps looking, because recovery tasks may be there before their replica.
 */
import type {Task} from '../services/ecs-state.ts'
import {text} from '../services/records/properties.ts'
import type {World} from '../world/contract.ts'
import type {Caller} from './database-access.ts'

export function callerOf(world: World, task: Task, env: Readonly<Record<string, string>>): Caller {
  let host = env['DATABASE_HOST'] ?? publishedHost(world, task.region, env)
  return {
    region: task.region,
    securityGroups: task.service.networkConfiguration?.awsvpcConfiguration?.securityGroups ?? [],
    get databaseHost() {
      host ??= publishedHost(world, task.region, env)
      return host
    },
  }
}

/** What the stack of its Region publishes in Parameter Store. */
function publishedHost(
  world: World,
  region: string,
  {SLUICE_SERVICE: service, SLUICE_ENVIRONMENT: environment}: Readonly<Record<string, string>>,
): string | null {
  if (service === undefined || environment === undefined) return null
  const record = world.records.get(region, 'AWS::SSM::Parameter', `/${service}/${environment}/database/host`)
  return text(record?.properties ?? {}, 'Value') ?? null
}
