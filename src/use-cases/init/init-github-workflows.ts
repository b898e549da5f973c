/**
 * The workflows of `sluice init --ci github`: one that releases, and one that looks at readiness every night and rehearses a failover every
 * quarter. Pure text. Nothing that somebody typed becomes part of a script, and nothing here ends a run that it didn't begin.
 */
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

export function githubWorkflows(place: CiPlace): readonly CiFile[] {
  const release = {path: '.github/workflows/sluice-release.yml', text: releaseWorkflow(place)}
  return place.recoveryRegion === null
    ? [release]
    : [release, {path: '.github/workflows/sluice-drill.yml', text: drillWorkflow(place, place.recoveryRegion)}]
}

const installed = `      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - uses: actions/setup-node@v6
        with:
          node-version: 24
          cache: npm
      # sluice comes from this repository's own package.json; --no-install below never fetches anything of that name.
      - run: npm ci`

/** What every role allows, and what a release or a drill needs; a role allows it after --max-session-duration. */
const shortSession = 3600
const longSession = 14_400

/** The role is taken in the Region that is worked in: its STS answers when another Region doesn't. */
const credentials = (
  role: string,
  region: string,
  seconds: number,
): string => `      - uses: aws-actions/configure-aws-credentials@v6
        with:
          role-to-assume: \${{ vars.${role} }}
          aws-region: ${region}
          role-duration-seconds: ${seconds}`

const flagsOf = ({config}: CiPlace): string => (config === 'sluice.yaml' ? '' : ` --config ${config}`)

function releaseWorkflow(place: CiPlace): string {
  return `# Written by sluice init --ci github. Releases one image of ${place.service} behind a canary, when somebody asks for it.
# SLUICE_RELEASE_ROLE (repository variable): ARN of the role that GitHub's OIDC provider may take; sluice iam policy prints what it needs.
# Its sessions have to last four hours: aws iam update-role --role-name ROLE --max-session-duration 14400
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
${credentials('SLUICE_RELEASE_ROLE', place.region, longSession)}
      - name: Release
        if: \${{ !inputs.resume }}
        # Through the environment: what somebody typed never becomes part of a script.
        env:
          IMAGE: \${{ inputs.image }}
        run: npx --no-install sluice release "$IMAGE"${flagsOf(place)} --yes --events journal.ndjson
      - name: Resume
        if: \${{ inputs.resume }}
        run: npx --no-install sluice release resume${flagsOf(place)} --events journal.ndjson
      - uses: actions/upload-artifact@v6
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
# Its sessions have to last four hours: aws iam update-role --role-name ROLE --max-session-duration 14400
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
${credentials('SLUICE_DRILL_ROLE', recoveryRegion, shortSession)}
      # Fails the job, and so tells somebody, as soon as a failover wouldn't work or would take longer than its objective.
      - name: Readiness
        run: npx --no-install sluice dr check${flagsOf(place)} --json | tee check.json
        shell: bash
      # A drill that is overdue isn't broken, only not known to work: readiness warns, and this job fails until there is one.
      - name: Last drill
        if: \${{ !cancelled() }}
        run: |
          node <<'EOF'
          const {findings = []} = JSON.parse(require('node:fs').readFileSync('check.json', 'utf8'))
          const drill = findings.find(({id}) => id === 'drill')
          if (drill?.level === 'ok') process.exit(0)
          console.log('::error title=drill::' + (drill?.text ?? 'readiness says nothing of the last drill'))
          process.exit(1)
          EOF
        shell: bash
      # Our own plan and the steps that runbooks add to it: what would need the Region that is lost?
      - name: Plans
        if: \${{ !cancelled() }}
        run: npx --no-install sluice dr check --lint${flagsOf(place)}
        shell: bash
      - uses: actions/upload-artifact@v6
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
${credentials('SLUICE_DRILL_ROLE', recoveryRegion, longSession)}
      - name: Drill
        run: npx --no-install sluice dr drill${flagsOf(place)} --without-primary --json --events journal.ndjson | tee drill.json
        shell: bash
      - name: Report for auditors
        if: always()
        run: |
          test -s drill.json || exit 0
          run=$(node -p 'JSON.parse(require("node:fs").readFileSync("drill.json", "utf8")).run ?? ""')
          test -z "$run" || npx --no-install sluice dr report "$run"${flagsOf(place)} --html drill.html
        shell: bash
      # A drill that was cut off leaves nothing that is billed: its stack is removed even when the job failed. Only this job's own drill:
      # it has a journal here, and is the newest run. A failover, or somebody else's drill, is never withdrawn from here.
      - name: Clean up
        if: failure() || cancelled()
        run: |
          test -s journal.ndjson || exit 0
          npx --no-install sluice dr history${flagsOf(place)} --limit 1 --json > newest.json
          run=$(node <<'EOF'
          const [newest] = JSON.parse(require('node:fs').readFileSync('newest.json', 'utf8')).runs
          const open = newest?.kind === 'drill' && ['running', 'paused'].includes(newest.outcome)
          console.log(open ? newest.run : '')
          EOF
          )
          test -z "$run" || npx --no-install sluice dr resume "$run"${flagsOf(place)} --withdraw || true
          npx --no-install sluice dr drill${flagsOf(place)} --clean
        shell: bash
      - uses: actions/upload-artifact@v6
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
