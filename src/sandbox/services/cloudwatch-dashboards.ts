/** Dashboards: bodies by name, which must be JSON and are never looked at otherwise. They are the account's, not a Region's. */
import type {
  DeleteDashboardsInput,
  GetDashboardInput,
  GetDashboardOutput,
  ListDashboardsInput,
  ListDashboardsOutput,
  PutDashboardInput,
  PutDashboardOutput,
} from '@aws-sdk/client-cloudwatch'
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'

interface Dashboard {
  readonly name: string
  readonly body: string
  readonly modifiedAt: number
}

export function dashboardOperations(world: World) {
  const dashboards = new Map<string, Dashboard>()
  const arnOf = (name: string): string => `arn:aws:cloudwatch::${world.account}:dashboard/${name}`
  const missing = (name: string | undefined): AwsFault =>
    new AwsFault('ResourceNotFound', `Dashboard ${name ?? ''} does not exist`, 404)
  return {
    PutDashboard: ({DashboardName: name = '', DashboardBody: body = ''}: PutDashboardInput): PutDashboardOutput => {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
        throw new AwsFault(
          'InvalidParameterValue',
          `The value ${name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) `
            + `and underscore (_).`,
        )
      }
      if (!isDashboard(body)) {
        throw new AwsFault(
          'InvalidParameterInput',
          'The dashboard body is invalid, there are 1 validation errors: [{"dataPath": "", "message": "Should be a JSON '
            + 'object with widgets"}]',
        )
      }
      dashboards.set(name, {name, body, modifiedAt: world.clock.now()})
      return {DashboardValidationMessages: []}
    },
    GetDashboard: ({DashboardName: name}: GetDashboardInput): GetDashboardOutput => {
      const known = dashboards.get(name ?? '')
      if (known === undefined) throw missing(name)
      return {DashboardArn: arnOf(known.name), DashboardName: known.name, DashboardBody: known.body}
    },
    ListDashboards: ({DashboardNamePrefix = ''}: ListDashboardsInput): ListDashboardsOutput => ({
      DashboardEntries: [...dashboards.values()]
        .filter((one) => one.name.startsWith(DashboardNamePrefix))
        .map((one) => ({
          DashboardName: one.name,
          DashboardArn: arnOf(one.name),
          LastModified: new Date(one.modifiedAt),
          Size: one.body.length,
        })),
    }),
    DeleteDashboards: ({DashboardNames = []}: DeleteDashboardsInput): object => {
      const strange = DashboardNames.find((name) => !dashboards.has(name))
      if (strange !== undefined) throw missing(strange)
      for (const name of DashboardNames) dashboards.delete(name)
      return {}
    },
  }
}

function isDashboard(body: string): boolean {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null && 'widgets' in parsed && Array.isArray(parsed.widgets)
  } catch {
    return false
  }
}
