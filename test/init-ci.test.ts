/** The workflows that `sluice init --ci github` writes: they are YAML that GitHub understands, and they don't get people into trouble. */
import {mkdtemp, readFile, writeFile, mkdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {githubWorkflows, writeCi} from '../src/init-ci.ts'
import type {CiPlace} from '../src/init-ci.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly if?: string
  readonly shell?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Workflow {
  readonly on: {readonly schedule?: readonly {readonly cron: string}[]; readonly workflow_dispatch: object}
  readonly permissions: Readonly<Record<string, string>>
  readonly concurrency: {readonly 'cancel-in-progress': boolean}
  readonly jobs: Readonly<
    Record<string, {readonly if?: string; readonly 'timeout-minutes': number; readonly steps: readonly Step[]}>
  >
}

const place: CiPlace = {
  service: 'shop',
  environment: 'production',
  region: 'eu-west-1',
  recoveryRegion: 'eu-central-1',
  config: 'sluice.yaml',
}
const workflow = (name: string, at: CiPlace = place): Workflow =>
  parse(githubWorkflows(at).find(({path}) => path.endsWith(name))!.text) as Workflow
const runs = ({jobs}: Workflow): readonly string[] =>
  Object.values(jobs).flatMap(({steps}) => steps.flatMap(({run}) => (run === undefined ? [] : [run])))
const all = (one: Workflow): readonly Step[] => Object.values(one.jobs).flatMap(({steps}) => steps)

describe.each(['sluice-release.yml', 'sluice-drill.yml'])('%s', (name) => {
  const made = workflow(name)

  it('takes a role by OIDC and holds no key', () => {
    expect(made.permissions).toEqual({contents: 'read', 'id-token': 'write'})
    for (const {steps} of Object.values(made.jobs)) {
      expect(
        steps
          .filter(({uses}) => uses?.startsWith('aws-actions/configure-aws-credentials@'))
          .map((step) => Object.keys(step.with ?? {})),
      ).toEqual([['role-to-assume', 'aws-region', 'role-duration-seconds']])
    }
  })

  it('never cancels a run that is under way, and gives up before the credentials do', () => {
    expect(made.concurrency['cancel-in-progress']).toBe(false)
    for (const job of Object.values(made.jobs)) expect(job['timeout-minutes']).toBeLessThan(240)
  })

  it('runs the tool that the repository itself has, and never fetches one of that name', () => {
    const calls = runs(made).flatMap((run) => run.match(/npx .*?sluice/g) ?? [])
    expect(calls.length).toBeGreaterThan(0)
    expect(calls.filter((call) => call !== 'npx --no-install sluice')).toEqual([])
  })

  it('puts nothing that somebody typed into a script', () => {
    expect(runs(made).filter((run) => run.includes('${{'))).toEqual([])
  })
})

describe('the drill', () => {
  const made = workflow('sluice-drill.yml')

  it('is held once a quarter, and readiness is looked at every night', () => {
    expect(made.on.schedule?.map(({cron}) => cron)).toEqual(['43 2 * * *', '17 9 5 1,4,7,10 *'])
    expect(made.jobs['check']?.if).toContain('43 2 * * *')
    expect(made.jobs['drill']?.if).toContain('17 9 5 1,4,7,10 *')
  })

  it('goes without the primary Region, and has its credentials from the recovery Region', () => {
    expect(runs(made).join('\n')).toContain('sluice dr drill --without-primary --json')
    expect(
      all(made)
        .filter(({uses}) => uses?.includes('credentials'))
        .map((step) => step.with?.['aws-region']),
    ).toEqual(['eu-central-1', 'eu-central-1'])
  })

  it('keeps the report whatever came of it, and cleans up after a job that failed or was cancelled', () => {
    const {steps} = made.jobs['drill']!
    const kept = steps.find(({uses}) => uses?.startsWith('actions/upload-artifact'))
    expect(kept).toMatchObject({if: 'always()', with: {path: expect.stringContaining('drill.html') as string}})
    expect(steps.find(({run}) => run?.includes('--clean') === true)?.if).toBe('failure() || cancelled()')
  })

  it("fails where its pipe's first command fails", () => {
    expect(
      all(made)
        .filter(({run}) => run?.includes('| tee') === true)
        .every(({shell}) => shell === 'bash'),
    ).toBe(true)
  })

  it("isn't written without a recovery Region", () => {
    expect(githubWorkflows({...place, recoveryRegion: null}).map(({path}) => path)).toEqual([
      '.github/workflows/sluice-release.yml',
    ])
  })

  it("names the configuration where it isn't sluice.yaml", () => {
    expect(
      runs(workflow('sluice-drill.yml', {...place, config: 'deploy/shop.yaml'})).filter(
        (run) => run.includes('sluice ') && !run.includes('--config deploy/shop.yaml'),
      ),
    ).toEqual([])
  })
})

describe('writing them', () => {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sluice-ci-'))
    await writeFile(
      join(root, 'sluice.yaml'),
      'service: shop\nenvironment: production\nregion: eu-west-1\nstack:\n  api: api.example.com\n  site: www.example.com\n  recovery: {region: eu-central-1}\n',
    )
  })
  afterEach(() => rm(root, {recursive: true}))

  it('reads the Regions out of sluice.yaml', async () => {
    expect(await writeCi(root, join(root, 'sluice.yaml'))).toMatchObject({
      service: 'shop',
      variables: ['SLUICE_RELEASE_ROLE', 'SLUICE_DRILL_ROLE'],
    })
    expect(await readFile(join(root, '.github/workflows/sluice-drill.yml'), 'utf8')).toContain('aws-region: eu-central-1')
  })

  it('leaves a file that is there as it is, and writes the other one neither', async () => {
    await mkdir(join(root, '.github/workflows'), {recursive: true})
    await writeFile(join(root, '.github/workflows/sluice-drill.yml'), 'mine')
    await expect(writeCi(root, join(root, 'sluice.yaml'))).rejects.toMatchObject({code: 'file-exists', exitCode: 2})
    expect(await readFile(join(root, '.github/workflows/sluice-drill.yml'), 'utf8')).toBe('mine')
    await expect(readFile(join(root, '.github/workflows/sluice-release.yml'), 'utf8')).rejects.toThrow('ENOENT')
  })
})
