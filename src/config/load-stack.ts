/**
 * Reads what the stack needs from `sluice.yaml`. The rest of the file may still be missing: a release's load balancer and
 * services exist only once the stack does.
 */
import {readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {LineCounter, parseDocument} from 'yaml'
import {ExitCode, SluiceError} from '../errors.ts'
import {positionOf} from './positions.ts'
import {pathText} from './problem.ts'
import type {Problem} from './problem.ts'
import {resolveStack} from './stack-config.ts'
import type {StackConfig} from './stack-config.ts'
import {stackFileSchema} from './stack-schema.ts'

export type ParsedStack =
  {readonly kind: 'config'; readonly config: StackConfig} | {readonly kind: 'problems'; readonly problems: readonly string[]}

/** `where` is a file, or a directory that holds `sluice.yaml`. Throws `config-missing` or `config-invalid`, exit 2. */
export async function loadStack(where: string): Promise<StackConfig> {
  const path = (await stat(where).catch(() => null))?.isDirectory() === true ? join(where, 'sluice.yaml') : where
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SluiceError({
      code: 'config-missing',
      exitCode: ExitCode.usage,
      message:
        `${path} can't be read: `
        + `${(cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message}`,
      suggestions: ['sluice init --stack'],
      cause,
    })
  })
  const parsed = parseStack(text)
  if (parsed.kind === 'config') return parsed.config
  throw new SluiceError({
    code: 'config-invalid',
    exitCode: ExitCode.usage,
    message: `${path}: the stack can't be made of this; nothing was touched`,
    details: parsed.problems.map((problem) => `${path}:${problem}`),
    suggestions: ['look at stack: in docs/stack.md', 'sluice init --stack --output OTHER.yaml'],
  })
}

/** Pure: the text in, the stack's configuration or what is wrong with it out. */
export function parseStack(text: string): ParsedStack {
  const lines = new LineCounter()
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, strict: true})
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0)
    return {
      kind: 'problems',
      problems: faults.map(({pos, message}) => `${lines.linePos(pos[0]).line}:${lines.linePos(pos[0]).col}  ${message}`),
    }
  const parsed = stackFileSchema.safeParse(document.toJS() ?? {}, {reportInput: true})
  if (parsed.success) {
    const config = resolveStack(parsed.data)
    const problem = wrongTogether(config)
    return problem === null ? {kind: 'config', config} : {kind: 'problems', problems: [place(problem)]}
  }
  return {kind: 'problems', problems: parsed.error.issues.flatMap(toProblems).map(place)}

  function place(problem: Problem): string {
    const {line, column} = positionOf(problem, document, lines)
    return `${line}:${column}  ${pathText(problem.path)}: ${problem.message}`
  }
}

function toProblems(issue: {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code?: string
  readonly keys?: readonly string[]
}): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys')
    return (issue.keys ?? []).map((key) => ({path: [...path, key], on: 'key', message: 'unknown key'}))
  return [{path, on: 'value', message: issue.message}]
}

/** What two values say about each other. */
function wrongTogether(config: StackConfig): Problem | null {
  const {recovery} = config
  if (recovery?.region === config.region)
    return {path: ['stack', 'recovery', 'region'], on: 'value', message: `${recovery.region} is the home Region`}
  if (recovery?.network === config.network)
    return {path: ['stack', 'recovery', 'network'], on: 'value', message: `${recovery.network} is the home Region's network too`}
  if (recovery?.dr?.flip === 'record' && config.hostedZone === '') {
    return {path: ['stack', 'recovery', 'flip'], on: 'value', message: 'record changes records: it needs stack.hostedZone'}
  }
  if (recovery?.dr?.distribution !== undefined && recovery.dr.flip !== 'record') {
    return {path: ['stack', 'recovery', 'distribution'], on: 'value', message: 'a second distribution is only for flip: record'}
  }
  const instant = (['rtoMs', 'drillEveryMs', 'approvalMs'] as const).find((key) => recovery?.dr?.[key] === 0)
  if (instant !== undefined) {
    const where = {rtoMs: ['objectives', 'rto'], drillEveryMs: ['drillEvery'], approvalMs: ['approval']}[instant]
    return {path: ['stack', 'recovery', ...where], on: 'value', message: '0 leaves no time at all'}
  }
  if (config.activeRegion !== config.region && config.activeRegion !== recovery?.region) {
    return {
      path: ['stack', 'activeRegion'],
      on: 'value',
      message: `${config.activeRegion} is neither the home nor the recovery Region`,
    }
  }
  return null
}
