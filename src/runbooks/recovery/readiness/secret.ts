/** Would the API over there read the password that the database has now? */
import type {SecretState} from '../ports/secrets-port.ts'
import {fail, ok, unknown, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const secret: Check = {
  id: 'secret',
  title: 'credentials of the database',
  look: async ({world, from, to, fromSide, toSide, signal}) => {
    const arn = fromSide?.secret ?? null
    if (arn === null) return [unknown(`${from} doesn't say which secret holds the database's credentials.`)]
    // A replica has the same ARN but for the Region.
    const [source, copy] = await Promise.all([
      world.secrets.describe(from, arn, signal),
      world.secrets.describe(to, toSide?.secret ?? inRegion(arn, from, to), signal),
    ])
    return [secretFinding(source, copy, {from, to})]
  },
}

const inRegion = (arn: string, from: string, to: string): string => arn.replace(`:${from}:`, `:${to}:`)

export function secretFinding(
  source: SecretState | null,
  copy: SecretState | null,
  {from, to}: {readonly from: string; readonly to: string},
): Found {
  if (source === null) return fail(`The secret with the database's credentials isn't in ${from}.`)
  const told = source.replicas.find(({region}) => region === to)
  const evidence = {arn: source.arn, status: told?.status ?? null, version: source.version, versionThere: copy?.version ?? null}
  if (told === undefined)
    return fail(`The database's credentials aren't replicated to ${to}.`, {evidence, suggestions: ['sluice infra up']})
  if (told.status !== 'InSync') {
    return fail(`The copy of the credentials in ${to} is ${told.status}${told.message === '' ? '' : `: ${told.message}`}.`, {
      evidence,
      suggestions: [
        `aws secretsmanager replicate-secret-to-regions --region ${from} --secret-id ${source.arn} --add-replica-regions Region=${to} --force-overwrite-replica-secret`,
      ],
    })
  }
  if (copy === null) return fail(`Secrets Manager says InSync, and there is no such secret in ${to}.`, {evidence})
  if (copy.primaryRegion === null)
    return warn(`The secret in ${to} stands alone: a new password in ${from} doesn't reach it.`, {evidence})
  if (source.version !== null && copy.version !== null && source.version !== copy.version)
    return fail(`The copy in ${to} has another version of the credentials.`, {evidence})
  return ok(`The credentials are in sync in ${to}.`, evidence)
}
