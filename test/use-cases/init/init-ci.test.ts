/** The workflows that `sluice init --ci github` writes: they are YAML that GitHub understands, and they don't get people into trouble. */
import {spawnSync} from 'node:child_process'
import {mkdtemp, readFile, writeFile, mkdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {githubWorkflows} from '../../../src/use-cases/init/init-github-workflows.ts'
import type {CiPlace} from '../../../src/use-cases/init/init-github-workflows.ts'
import {writeCi} from '../../../src/use-cases/init/init-ci.ts'

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

/** As GitHub runs a step with `shell: bash`, with an npx that writes down what it was asked for and answers `answer`. */
async function shell(
  script: string,
  files: Readonly<Record<string, string>>,
  answer = '',
): Promise<{readonly code: number; readonly calls: readonly string[]}> {
  const at = await mkdtemp(join(tmpdir(), 'sluice-step-'))
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(at, name), text)
    await writeFile(join(at, 'answer'), answer)
    await writeFile(join(at, 'npx'), '#!/bin/sh\necho "$*" >> calls\ncat answer\n', {mode: 0o755})
    await writeFile(join(at, 'step.sh'), script)
    const node = dirname(process.execPath)
    const ran = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'], {
      cwd: at,
      env: {PATH: `${at}:${node}:/usr/bin:/bin`},
      encoding: 'utf8',
    })
    const calls = await readFile(join(at, 'calls'), 'utf8').catch(() => '')
    return {code: ran.status ?? -1, calls: calls.split('\n').filter((line) => line !== '')}
  } finally {
    await rm(at, {recursive: true})
  }
}

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

  it('uses actions of a named major version, and leaves no token in the checkout', () => {
    const used = all(made).flatMap(({uses}) => (uses === undefined ? [] : [uses]))
    expect(used.filter((name) => !/^(actions|aws-actions)\/[a-z-]+@v\d+$/.test(name))).toEqual([])
    expect(
      all(made)
        .filter(({uses}) => uses?.startsWith('actions/checkout@'))
        .every((step) => step.with?.['persist-credentials'] === false),
    ).toBe(true)
  })

  it('asks for a session only as long as the job may be, and says what the role needs for it', () => {
    for (const {steps, 'timeout-minutes': minutes} of Object.values(made.jobs)) {
      const seconds = steps.find(({uses}) => uses?.includes('configure-aws-credentials'))?.with?.['role-duration-seconds']
      expect(Number(seconds)).toBeGreaterThan(minutes * 60)
      if (minutes < 60) expect(seconds).toBe(3600)
    }
    expect(githubWorkflows(place).every(({text}) => text.includes('--max-session-duration 14400'))).toBe(true)
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

  it.each([
    ['there is none that is too long ago', {findings: [{id: 'drill', level: 'ok'}]}, 0],
    ['the last one is overdue', {findings: [{id: 'drill', level: 'warn', text: 'The last drill was 99 days ago.'}]}, 1],
    ['readiness says nothing of it', {error: {code: 'x'}}, 1],
  ])('fails the night when a drill is overdue: %s', async (_, check, code) => {
    const step = made.jobs['check']!.steps.find(({run}) => run?.includes('drill?.level') === true)
    expect(step?.if).toBe('${{ !cancelled() }}')
    expect((await shell(step?.run ?? '', {'check.json': JSON.stringify(check)})).code).toBe(code)
  })

  it('looks every night whether the plan needs the Region that may be lost', () => {
    expect(made.jobs['check']!.steps.some(({run}) => run?.includes('sluice dr check --lint') === true)).toBe(true)
  })

  it.each([
    [
      'withdraws its own drill, and removes what it left',
      {run: 'r-1', kind: 'drill', outcome: 'running'},
      true,
      ['history', 'resume r-1 --withdraw', 'drill --clean'],
    ],
    [
      'withdraws nothing of a drill that has ended',
      {run: 'r-1', kind: 'drill', outcome: 'failed'},
      true,
      ['history', 'drill --clean'],
    ],
    [
      'never withdraws a failover that began meanwhile',
      {run: 'r-1', kind: 'promote', outcome: 'paused'},
      true,
      ['history', 'drill --clean'],
    ],
    ["touches nothing when its drill didn't begin", {run: 'r-1', kind: 'drill', outcome: 'running'}, false, []],
  ])('that was cut off %s', async (_, newest, began, wanted) => {
    const step = made.jobs['drill']!.steps.find(({run}) => run?.includes('--clean') === true)
    const {calls} = await shell(step?.run ?? '', began ? {'journal.ndjson': '{}\n'} : {}, JSON.stringify({runs: [newest]}))
    const short = calls.map((call) => call.replace(/^--no-install sluice dr /, '').replace(/^history .*/, 'history'))
    expect(short).toEqual(wanted)
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
