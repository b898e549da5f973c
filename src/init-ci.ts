/**
 * What `sluice init --ci github` writes: a workflow that releases, and one that looks at readiness every night and rehearses a
 * failover every quarter. Pure text and one way to write it; a file that is there is never overwritten,
 * and then none of them is written.
 */
import {mkdir, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {loadStack} from './config/load-stack.ts'
import {loadConfig} from './config/load.ts'
import {ExitCode, SluiceError} from './errors.ts'
import {writeNew} from './init-file.ts'

export interface CiPlace {
  readonly service: string
  readonly environment: string
  readonly region: string
  /** null: no drills. */
  readonly recoveryRegion: string | null
  /** As the workflow sees it, from the root of the repository. */
  readonly config: string
}

export interface CiFile {
  readonly path: string
  readonly text: string
}

/** What the configuration says of where it works: of a stack of ours, or of somebody's own. */
async function ciPlace(config: string): Promise<CiPlace> {
  const loaded = await loadConfig(config)
  const path = config.replaceAll('\\', '/')
  if (loaded.kind === 'config') {
    const {service, environment, region, recovery} = loaded.config
    return {service, environment: environment ?? 'production', region, recoveryRegion: recovery?.region ?? null, config: path}
  }
  const {service, environment, region, recovery} = await loadStack(config)
  return {service, environment, region, recoveryRegion: recovery?.region ?? null, config: path}
}

export function githubWorkflows(place: CiPlace): readonly CiFile[] {
  const release = {path: '.github/workflows/sluice-release.yml', text: releaseWorkflow(place)}
  return place.recoveryRegion === null
    ? [release]
    : [release, {path: '.github/workflows/sluice-drill.yml', text: drillWorkflow(place, place.recoveryRegion)}]
}

export interface WrittenCi {
  readonly service: string
  readonly files: readonly string[]
  /** Variables of the repository that have to be set. */
  readonly variables: readonly string[]
  readonly next: string
}

export async function writeCi(root: string, config: string): Promise<WrittenCi> {
  const place = await ciPlace(config)
  const files = githubWorkflows(place)
  await writeWorkflows(root, files)
  const variables = ['SLUICE_RELEASE_ROLE', ...(place.recoveryRegion === null ? [] : ['SLUICE_DRILL_ROLE'])]
  return {service: place.service, files: files.map(({path}) => path), variables, next: 'sluice iam policy'}
}

/** All of them, or none. Throws `file-exists`, exit 2. */
async function writeWorkflows(root: string, files: readonly CiFile[]): Promise<void> {
  const there = await Promise.all(
    files.map(async ({path}) => ((await stat(join(root, path)).catch(() => null)) === null ? [] : [path])),
  )
  const taken = there.flat()
  if (taken.length > 0) {
    throw new SluiceError({
      code: 'file-exists',
      exitCode: ExitCode.usage,
      message: `${taken.join(' and ')} ${taken.length === 1 ? 'is' : 'are'} there already; nothing was written.`,
      suggestions: taken.map((path) => `mv ${path} ${path}.before`),
    })
  }
  for (const {path, text} of files) {
    await mkdir(dirname(join(root, path)), {recursive: true})
    await writeNew(join(root, path), text, 'keep')
  }
}

const installed = `      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
          cache: npm
      # sluice comes from this repository's own package.json; --no-install below never fetches anything of that name.
      - run: npm ci`

/** The role is taken in the Region that is worked in: its STS answers when another Region doesn't. */
const credentials = (role: string, region: string): string => `      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: \${{ vars.${role} }}
          aws-region: ${region}
          role-duration-seconds: 14400`

const flagsOf = ({config}: CiPlace): string => (config === 'sluice.yaml' ? '' : ` --config ${config}`)

function releaseWorkflow(place: CiPlace): string {
  return `# Written by sluice init --ci github. Releases one image of ${place.service} behind a canary, when somebody asks for it.
# SLUICE_RELEASE_ROLE (repository variable): ARN of the role that GitHub's OIDC provider may take; sluice iam policy prints what it needs.
# A job that is cut off leaves traffic safe: the dead-man's switch sends it home. Run the workflow again with resume to go on.
name: sluice release
on:
  workflow_dispatch:
    inputs:
      image:
        description: image with :tag or @digest; empty with resume
        type: string
      resume:
        description: go on with the run that isn't finished
        type: boolean
        default: false
permissions:
  contents: read
  id-token: write
concurrency:
  group: sluice-${place.service}-${place.environment}
  cancel-in-progress: false
jobs:
  release:
    runs-on: ubuntu-latest
    environment: ${place.environment}
    timeout-minutes: 230
    steps:
${installed}
${credentials('SLUICE_RELEASE_ROLE', place.region)}
      - name: Release
        if: \${{ !inputs.resume }}
        # Through the environment: what somebody typed never becomes part of a script.
        env:
          IMAGE: \${{ inputs.image }}
        run: npx --no-install sluice release "$IMAGE"${flagsOf(place)} --yes --events journal.ndjson
      - name: Resume
        if: \${{ inputs.resume }}
        run: npx --no-install sluice release resume${flagsOf(place)} --events journal.ndjson
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: release-journal
          path: journal.ndjson
          if-no-files-found: ignore
`
}

function drillWorkflow(place: CiPlace, recoveryRegion: string): string {
  return `# Written by sluice init --ci github. Every night: is ${place.service} ready to fail over from ${place.region} to ${recoveryRegion}? Every quarter: a drill.
# SLUICE_DRILL_ROLE (repository variable): ARN of the role that GitHub's OIDC provider may take; sluice iam policy prints what it needs.
# Its STS is ${recoveryRegion}'s, and the drill sends no call to ${place.region} or us-east-1: it has to work when they are gone.
name: sluice drill
on:
  schedule:
    - cron: '43 2 * * *'
    # The 5th of each quarter's first month, in office hours, so that somebody sees it.
    - cron: '17 9 5 1,4,7,10 *'
  workflow_dispatch:
    inputs:
      what:
        description: what to do now
        type: choice
        options: [check, drill]
        default: check
permissions:
  contents: read
  id-token: write
concurrency:
  group: sluice-recovery-${place.service}-${place.environment}
  cancel-in-progress: false
env:
  AWS_STS_REGIONAL_ENDPOINTS: regional
jobs:
  check:
    if: \${{ github.event.schedule == '43 2 * * *' || inputs.what == 'check' }}
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
${installed}
${credentials('SLUICE_DRILL_ROLE', recoveryRegion)}
      # Fails the job, and so tells somebody, as soon as a failover wouldn't work or would take longer than its objective.
      - name: Readiness
        run: npx --no-install sluice dr check${flagsOf(place)} --json | tee check.json
        shell: bash
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: readiness
          path: check.json
          if-no-files-found: ignore
  drill:
    if: \${{ github.event.schedule == '17 9 5 1,4,7,10 *' || inputs.what == 'drill' }}
    runs-on: ubuntu-latest
    timeout-minutes: 230
    steps:
${installed}
${credentials('SLUICE_DRILL_ROLE', recoveryRegion)}
      - name: Drill
        run: npx --no-install sluice dr drill${flagsOf(place)} --without-primary --json --events journal.ndjson | tee drill.json
        shell: bash
      - name: Report for auditors
        if: always()
        run: |
          run=$(node -p 'JSON.parse(require("node:fs").readFileSync("drill.json", "utf8")).run ?? ""')
          test -n "$run" && npx --no-install sluice dr report "$run"${flagsOf(place)} --html drill.html
        shell: bash
      # A drill that was cut off leaves nothing that is billed: its stack is removed even when the job failed.
      - name: Clean up
        if: failure() || cancelled()
        run: |
          npx --no-install sluice dr resume${flagsOf(place)} --withdraw || true
          npx --no-install sluice dr drill${flagsOf(place)} --clean
        shell: bash
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: drill-report
          path: |
            drill.json
            drill.html
            journal.ndjson
          if-no-files-found: ignore
          retention-days: 400
`
}
