/**
 * Four linters over the embedded templates, as they are deployed: packaged (children named by content) for CloudFormation's own
 * validator and cfn-lint, filled in per environment for Guard with Control Tower's rules and for checkov, which don't follow
 * parameters. Any error or warning fails, any exception needs its reason, and an exception nobody needs fails too.
 * usage: node scripts/templates/lint.ts DIRECTORY_OF_THE_LINTERS
 */
import {execFile} from 'node:child_process'
import {mkdir, rm, writeFile} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {join, resolve} from 'node:path'
import {promisify} from 'node:util'
import {parseStack} from '../../src/config/load-stack.ts'
import type {StackConfig} from '../../src/config/stack-config.ts'
import {deployments} from '../../src/infra/stack/deployments.ts'
import {packageTemplates} from '../../src/infra/stack/package-templates.ts'
import {readTemplates} from '../../src/infra/stack/templates.ts'
import type {Files} from '../../src/infra/stack/templates.ts'
import {cfnLintExceptions, checkovExceptions, guardExceptions} from './exceptions.ts'
import type {Exception} from './exceptions.ts'
import {filledTemplates} from './filled-templates.ts'

const run = promisify(execFile)
const linters = resolve(process.argv[2] ?? '.cache/linters-1')
const work = join(linters, 'templates')
const leastGuardPasses = 76

const problems: string[] = []
const files = await readTemplates()
await rm(work, {recursive: true, force: true})
const packaged = await writePackaged(files)
const environments = await writeFilled(files)
await validate(packaged)
await cfnLint(packaged)
await guard()
await checkov()
for (const problem of problems) console.log(`  ${problem}`)
console.log(problems.length === 0 ? 'templates: clean' : `templates: ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1

/** Every template once, as a file of its own name: `aws cloudformation deploy` would see these texts. */
async function writePackaged(templates: Files): Promise<readonly string[]> {
  const {roots, assets} = packageTemplates(templates, (key) => `https://bucket.s3.eu-west-1.amazonaws.com/${key}`)
  const texts = [...roots, ...Object.entries(assets).map(([key, text]) => [key.slice(key.lastIndexOf('/') + 1), text] as const)]
  await mkdir(join(work, 'packaged'), {recursive: true})
  return Promise.all(
    texts.map(async ([name, text]) => {
      const path = join(work, 'packaged', name)
      await writeFile(path, text)
      return path
    }),
  )
}

/** Directories `production-home`, `staging-recovery`, …: one filled template per stack. */
async function writeFilled(templates: Files): Promise<readonly string[]> {
  const shapes = [
    ['production', 'warm-standby'],
    ['production', 'pilot-light'],
    ['production', 'full-scale'],
    ['staging', 'warm-standby'],
  ] as const
  const names: string[] = []
  for (const [shape, recoveryShape] of shapes) {
    for (const deployment of deployments(configOf(shape, recoveryShape), '1.0.0')) {
      const name =
        deployment.when === 'drill'
          ? `drill-${shape}-${recoveryShape}`
          : deployment.region === 'eu-central-1'
            ? `${shape}-${recoveryShape}`
            : `${shape}-home`
      await mkdir(join(work, name), {recursive: true})
      if (!names.includes(name)) names.push(name)
      for (const [stack, template] of filledTemplates(deployment, templates))
        await writeFile(join(work, name, `${stack}.json`), JSON.stringify(template, null, 1))
    }
  }
  return names
}

function configOf(shape: string, recoveryShape: string): StackConfig {
  const parsed = parseStack(
    JSON.stringify({
      service: 'shop',
      environment: shape,
      region: 'eu-west-1',
      stack: {
        shape,
        api: 'origin-api.example.com',
        site: 'www.example.com',
        hostedZone: 'Z0123456789ABC',
        alarms: 'oncall@example.com',
        siteCertificate: 'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
        distribution: 'arn:aws:cloudfront::111122223333:distribution/E123456789ABCD',
        recovery: {region: 'eu-central-1', shape: recoveryShape},
      },
    }),
  )
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  return parsed.config
}

interface Validator {
  readonly CompositeEngine: new () => {
    validateTemplate(
      template: unknown,
      config: object,
    ): {
      readonly diagnostics: readonly {
        readonly ruleId: string
        readonly severity: string
        readonly message: string
        readonly entity?: {readonly logicalId?: string}
      }[]
    }
  }
  readonly TemplateFile: new (path: string) => unknown
}

/** CloudFormation's own validator: neither errors nor warnings. */
async function validate(paths: readonly string[]): Promise<void> {
  const load = createRequire(createRequire(join(linters, 'package.json')).resolve('aws-cdk-lib/package.json'))
  const {CompositeEngine, TemplateFile} = load('@aws/cloudformation-validate') as Validator
  const engine = new CompositeEngine()
  const counts = {errors: 0, warnings: 0}
  for (const path of paths) {
    for (const {ruleId, severity, message, entity} of engine.validateTemplate(new TemplateFile(path), {detailLevel: 'STANDARD'})
      .diagnostics) {
      if (severity === 'INFO' || severity === 'DEBUG') continue
      counts[severity === 'WARN' ? 'warnings' : 'errors'] += 1
      problems.push(`cloudformation-validate ${ruleId} ${severity} ${fileOf(path)} ${entity?.logicalId ?? ''}: ${message}`)
    }
  }
  console.log(`cloudformation-validate  ${counts.errors} errors, ${counts.warnings} warnings in ${paths.length} templates`)
}

async function cfnLint(paths: readonly string[]): Promise<void> {
  const found = JSON.parse(
    await output(join(linters, 'venv/bin/cfn-lint'), ['--format', 'json', '--include-checks', 'I', '--template', ...paths]),
  ) as readonly {
    readonly Level: string
    readonly Message: string
    readonly Filename: string
    readonly Rule: {readonly Id: string}
  }[]
  const open = found.filter(({Rule}) => !excused(cfnLintExceptions, Rule.Id, ''))
  for (const {Rule, Level, Filename, Message} of open)
    problems.push(`cfn-lint ${Rule.Id} ${Level} ${fileOf(Filename)}: ${Message}`)
  needless(
    'cfn-lint',
    cfnLintExceptions,
    found.map(({Rule}) => [Rule.Id, ''] as const),
  )
  const of = (level: string): number => found.filter(({Level}) => Level === level).length
  console.log(
    `cfn-lint                 ${of('Error')} errors, ${of('Warning')} warnings, ${of('Informational')} informational, of which ${found.length - open.length} explained`,
  )
}

interface Guarded {
  readonly name: string
  readonly compliant: readonly string[]
  readonly not_compliant: readonly {readonly Rule: {readonly name: string}}[]
}

async function guard(): Promise<void> {
  const home = join(linters, 'node_modules/@cdklabs/cdk-validator-cfnguard')
  const system = process.platform === 'darwin' ? 'macos' : 'ubuntu'
  const binary = join(home, 'bin', system, process.arch === 'arm64' ? 'aarch64' : 'x86_64', 'cfn-guard')
  const seen: (readonly [string, string])[] = []
  for (const environment of environments) {
    const said = JSON.parse(
      await output(binary, [
        'validate',
        '--structured',
        '-o',
        'json',
        '-S',
        'none',
        '-r',
        join(home, 'rules/control-tower/cfn-guard'),
        '-d',
        join(work, environment),
      ]),
    ) as readonly Guarded[]
    const failed = new Set(said.flatMap((file) => file.not_compliant.map(({Rule}) => Rule.name)))
    const passed = new Set(said.flatMap(({compliant}) => compliant).filter((rule) => !failed.has(rule)))
    const shape = environment.split('-')[0] ?? ''
    for (const rule of failed) {
      seen.push([rule, shape])
      if (!excused(guardExceptions, rule, shape))
        problems.push(`guard ${rule} fails in ${environment}, and nobody has said why that may be`)
    }
    console.log(`guard                    ${environment}: ${passed.size} rules pass, ${failed.size} fail with a reason`)
    if (environment === 'production-home' && passed.size < leastGuardPasses)
      problems.push(`guard: ${passed.size} rules pass in ${environment}, at least ${leastGuardPasses} should`)
  }
  needless('guard', guardExceptions, seen)
}

interface Checked {
  readonly summary: {readonly passed: number; readonly failed: number}
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string
      readonly check_name: string
      readonly file_path: string
      readonly resource: string
    }[]
  }
}

async function checkov(): Promise<void> {
  const seen: (readonly [string, string])[] = []
  for (const environment of ['production-home', 'production-warm-standby']) {
    const text = await output(join(linters, 'venv/bin/checkov'), [
      '-d',
      join(work, environment),
      '--framework',
      'cloudformation',
      '--compact',
      '--quiet',
      '--skip-download',
      '-o',
      'json',
    ])
    const {summary, results} = JSON.parse(text) as Checked
    for (const {check_id: id, check_name: name, file_path: path, resource} of results.failed_checks) {
      const where = `${fileOf(path).replace('.json', '')}:${resource.slice(resource.lastIndexOf('.') + 1)}`
      seen.push([id, where])
      if (!excused(checkovExceptions, id, where)) problems.push(`checkov ${id} ${where}: ${name}`)
    }
    console.log(`checkov                  ${environment}: ${summary.passed} checks pass, ${summary.failed} fail with a reason`)
  }
  needless('checkov', checkovExceptions, seen)
}

function excused(exceptions: readonly Exception[], rule: string, where: string): boolean {
  return exceptions.some((one) => one.rule === rule && (one.where.length === 0 || one.where.includes(where)))
}

function needless(linter: string, exceptions: readonly Exception[], seen: readonly (readonly [string, string])[]): void {
  for (const {rule, where} of exceptions) {
    for (const place of where.length === 0 ? [''] : where) {
      if (!seen.some(([id, at]) => id === rule && (place === '' || at === place)))
        problems.push(`${linter}: nothing is excused by the exception for ${rule} ${place} any more`)
    }
  }
}

/** Linters say what they found on stdout and exit with something else than 0. */
async function output(command: string, args: readonly string[]): Promise<string> {
  const {stdout} = await run(command, args, {maxBuffer: 256 * 1024 * 1024}).catch(
    (error: unknown) => error as {readonly stdout: string},
  )
  if (stdout === undefined || stdout === '') throw new Error(`${command} said nothing`)
  return stdout
}

function fileOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
