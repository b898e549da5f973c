/**
 * The replica's template as text, on its way to a database of its own: without the instance, and with it again as what it is now. Only
 * that one resource is touched. The property that names a source is never in what comes out: with it, CloudFormation would replace the
 * promoted database; removing it from a resource that stays would promote a second time. Pure.
 */
import type {DatabaseState} from '../ports/database-port.ts'

interface Split {
  readonly before: string
  /** Of the one resource, its line included. */
  readonly block: string
  readonly after: string
}

/** Resources stand two spaces in; one ends where the next line begins that is no deeper. */
function split(text: string): Split | null {
  const begin = /^ {2}Replica:[ \t]*\n/m.exec(text)
  if (begin === null) return null
  const rest = text.slice(begin.index + begin[0].length)
  const end = /^(?! {4}|\s*$)/m.exec(rest)
  const length = end === null ? rest.length : end.index
  return {before: text.slice(0, begin.index), block: begin[0] + rest.slice(0, length), after: rest.slice(length)}
}

export const hasReplica = (text: string): boolean => split(text) !== null
export const namesSource = (text: string): boolean => /SourceDBInstanceIdentifier/.test(split(text)?.block ?? '')
export const isWhole = (text: string): boolean => hasReplica(text) && text.includes('!GetAtt Replica.Endpoint.Address')

/** The instance gone from the template; what was told of it stands as it is. null: the template isn't one of ours. */
export function withoutReplica(text: string, {endpoint, id, arn}: DatabaseState): string | null {
  const parts = split(text)
  if (parts === null || endpoint === null || !/^ {4}DeletionPolicy: Retain$/m.test(parts.block)) return null
  const out = `${parts.before}${parts.after}`
    .replaceAll('!GetAtt Replica.Endpoint.Address', endpoint.host)
    .replaceAll('!GetAtt Replica.Endpoint.Port', `'${endpoint.port}'`)
    .replaceAll('!GetAtt Replica.DBInstanceArn', arn)
    .replaceAll(/!Ref Replica\b/g, id)
  return /\bReplica\./.test(out) ? null : out
}

/** The same with the instance as it is now, to be imported: nothing else may differ from what is deployed. */
export function withDatabase(without: string, original: string, database: DatabaseState): string | null {
  const parts = split(original)
  const at = without.search(/^Outputs:/m)
  if (parts === null || at === -1) return null
  return `${without.slice(0, at)}${standalone(parts.block, database).trimEnd()}\n\n${without.slice(at)}`
}

/** The same with the instance as the original has it: the database is a replica again. */
export function withReplica(without: string, original: string): string | null {
  const parts = split(original)
  const at = without.search(/^Outputs:/m)
  return parts === null || at === -1 ? null : `${without.slice(0, at)}${parts.block.trimEnd()}\n\n${without.slice(at)}`
}

/** What stands in the end: outputs and parameters follow the instance again. */
export const whole = (imported: string, {endpoint, id, arn}: DatabaseState): string => {
  if (endpoint === null) return imported
  return imported
    .replaceAll(`Value: ${endpoint.host}`, 'Value: !GetAtt Replica.Endpoint.Address')
    .replaceAll(`Value: '${endpoint.port}'`, 'Value: !GetAtt Replica.Endpoint.Port')
    .replaceAll(`Value: ${arn}`, 'Value: !GetAtt Replica.DBInstanceArn')
    .replaceAll(`Value: ${id}}`, 'Value: !Ref Replica}')
}

function standalone(
  block: string,
  {class: klass, multiAz, engineVersion, storageGiB, backupDays, backupWindow, tags}: DatabaseState,
): string {
  const own = Object.entries(tags).filter(([name]) => name === 'sluice:backup')
  const said = [
    'Engine: !Ref Engine',
    `EngineVersion: '${major(engineVersion)}'`,
    `AllocatedStorage: '${storageGiB}'`,
    'StorageEncrypted: true',
    `BackupRetentionPeriod: ${backupDays}`,
    `PreferredBackupWindow: ${backupWindow}`,
    'DeleteAutomatedBackups: false',
    ...(own.length === 0 ? [] : [`Tags: [${own.map(([key, value]) => `{Key: '${key}', Value: '${value}'}`).join(', ')}]`]),
  ]
  return block
    .split('\n')
    .flatMap((line) => {
      const [, property = ''] = /^ {6}(\w+):/.exec(line) ?? []
      switch (property) {
        case 'SourceDBInstanceIdentifier':
        case 'SourceRegion':
          return []
        case 'DBInstanceIdentifier':
          return [line, ...said.map((one) => `      ${one}`)]
        case 'DBInstanceClass':
          return [`      DBInstanceClass: ${klass}`]
        case 'MultiAZ':
          return [`      MultiAZ: ${multiAz}`]
        default:
          return [line]
      }
    })
    .join('\n')
}

/** Minor versions move by themselves: 17.4 is 17, 8.4.5 is 8.4. */
const major = (version: string): string =>
  Number(version.split('.')[0]) >= 10 ? (version.split('.')[0] ?? version) : version.split('.').slice(0, 2).join('.')
