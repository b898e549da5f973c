/** `sandbox backup`: what was begun, and the command it was begun for. */
import {expect, it} from 'vitest'
import {backupText} from '../../src/sandbox/backup-text.ts'
import type {StartedJob} from '../../src/sandbox/services/backup-jobs.ts'

const job: StartedJob = {region: 'eu-west-1', job: 'j-1', resource: 'arn:db', state: 'RUNNING'}

it('leads from a backup to the drill that needs it', () => {
  expect(backupText([job], 'try')).toMatch(/^1 database is being backed up;[^]*\n {2}sluice dr drill --sandbox try$/)
  expect(backupText([job, job], 'try')).toMatch(/^2 databases are/)
})

it('promises nothing of a backup that could not begin', () => {
  expect(backupText([{...job, state: 'FAILED'}], 'try')).toMatch(/^No database of try can be backed up now/)
})

it('leads to a stack where there is no plan to run', () => {
  expect(backupText([], 'try')).toMatch(/selects a database\.\n {2}sluice infra up --sandbox try$/)
})
