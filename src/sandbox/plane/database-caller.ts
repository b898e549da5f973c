/** A task as its database sees it: its network, and the host that it read when it started. It never looks again while it lives. */
import type {Task} from '../services/ecs-state.ts'
import {text} from '../services/records/properties.ts'
import type {World} from '../world/contract.ts'
import type {Caller} from './database-access.ts'

export function callerOf(world: World, task: Task, env: Readonly<Record<string, string>>): Caller {
  return {
    region: task.region,
    securityGroups: task.service.networkConfiguration?.awsvpcConfiguration?.securityGroups ?? [],
    databaseHost: env['DATABASE_HOST'] ?? publishedHost(world, task.region, env),
  }
}

/** What the stack of its Region publishes in Parameter Store. */
function publishedHost(world: World, region: string, {SLUICE_SERVICE: service, SLUICE_ENVIRONMENT: environment}: Readonly<Record<string, string>>): string | null {
  if (service === undefined || environment === undefined) return null
  const record = world.records.get(region, 'AWS::SSM::Parameter', `/${service}/${environment}/database/host`)
  return text(record?.properties ?? {}, 'Value') ?? null
}
