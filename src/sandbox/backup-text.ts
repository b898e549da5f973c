/** What is said when the backup plans of a sandbox were run: what was begun, and what it is good for. Pure. */
import type {StartedJob} from './services/backup-jobs.ts'

export function backupText(jobs: readonly StartedJob[], name: string): string {
  if (jobs.length === 0) return `No backup plan of ${name} selects a database.\n  sluice infra up --sandbox ${name}`
  const begun = jobs.filter(({state}) => state === 'RUNNING').length
  if (begun === 0) return `No database of ${name} can be backed up now.\n  sluice dr status --sandbox ${name}`
  const count = `${begun} ${begun === 1 ? 'database is' : 'databases are'} being backed up`
  return `${count}; the copy in the other Region is there some virtual minutes later.\n  sluice dr drill --sandbox ${name}`
}
