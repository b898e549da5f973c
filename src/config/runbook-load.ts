/**
 * Reads `runbooks/*.yaml` beside sluice.yaml. Either every file asked for is right, or there is one error that lists everything that is
 * wrong in all of them, each with its line and column.
 */
import {readdir, readFile, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {LineCounter, parseDocument} from 'yaml'
import {ExitCode, SluiceError} from '../errors.ts'
import {nearest} from '../nearest.ts'
import {positionOf} from './positions.ts'
import {pathText} from './problem.ts'
import type {Problem} from './problem.ts'
import {runbookRuleProblems} from './runbook-rules.ts'
import {resolveRunbook} from './runbook-resolve.ts'
import {runbookShapeProblems} from './runbook-shape-problems.ts'
import {runbookSchema} from './runbook-schema.ts'
import type {Extension, OwnRunbook, RecoveryName} from './runbook.ts'

export type ParsedRunbook =
  | {readonly kind: 'loaded'; readonly runbook: OwnRunbook | Extension}
  /** Each `12:7  steps[1].needs[0]: there is no step chek; did you mean check?`, in the order of the file. */
  | {readonly kind: 'problems'; readonly problems: readonly string[]}

export interface LoadedRunbook {
  readonly file: string
  readonly runbook: OwnRunbook | Extension
}

/** Pure: the text in, a runbook or everything that is wrong with it out. */
export function parseRunbook(text: string): ParsedRunbook {
  const lines = new LineCounter()
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, strict: true})
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) {
    return {
      kind: 'problems',
      problems: faults.map(({pos, code, message}) => {
        const {line, col} = lines.linePos(pos[0])
        return `${line}:${col}  ${code === 'DUPLICATE_KEY' ? 'this key is here twice' : `not readable as YAML: ${message}`}`
      }),
    }
  }
  const raw = unfolded(() => document.toJS() as unknown)
  if ('fault' in raw) return {kind: 'problems', problems: [`1:1  not readable as YAML: ${raw.fault}`]}
  const parsed = runbookSchema.safeParse(raw.value, {reportInput: true})
  const shape = parsed.success ? [] : runbookShapeProblems(parsed.error.issues, raw.value)
  const said = new Set(shape.map(({path}) => pathText(path)))
  const problems = [...shape, ...runbookRuleProblems(raw.value).filter(({path}) => !said.has(pathText(path)))]
  if (parsed.success && problems.length === 0) return {kind: 'loaded', runbook: resolveRunbook(parsed.data)}
  const placed = problems.map((problem) => ({problem, position: positionOf(problem, document, lines)}))
  placed.sort((one, other) => one.position.line - other.position.line || one.position.column - other.position.column)
  return {
    kind: 'problems',
    problems: placed.map(({problem, position}) => `${position.line}:${position.column}  ${sentence(problem)}`),
  }
}

const sentence = ({path, message}: Problem): string => (path.length === 0 ? message : `${pathText(path)}: ${message}`)

/** An alias that goes round only fails here. */
function unfolded(read: () => unknown): {readonly value: unknown} | {readonly fault: string} {
  try {
    return {value: read()}
  } catch (error) {
    return {fault: (error as Error).message}
  }
}

export const runbooksBeside = (config: string): string => join(dirname(config), 'runbooks')

/** Every runbook and extension of a directory; none when it isn't there. */
export async function loadRunbooks(directory: string): Promise<readonly LoadedRunbook[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw unreadable(directory, error)
  })
  return loadFiles(
    names
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()
      .map((name) => join(directory, name)),
  )
}

/** `stack.recovery.extend`: a file, or a directory of which every file with `extends` counts. Throws `runbook-invalid`, exit 2. */
export async function loadExtension(where: string, recovery: RecoveryName): Promise<Extension | null> {
  const found = await stat(where).catch((error: unknown) => {
    throw unreadable(where, error)
  })
  const loaded = found.isDirectory() ? await loadRunbooks(where) : await loadFiles([where])
  const [only] = loaded
  if (!found.isDirectory() && only?.runbook.kind === 'runbook')
    throw invalid([`${where}:1:1  extends is missing: this is a runbook of its own`])
  const extensions = loaded.flatMap(({file, runbook}) =>
    runbook.kind === 'extension' && runbook.extends === recovery ? [{file, runbook}] : [],
  )
  if (extensions.length > 1)
    throw invalid(extensions.map(({file}) => `${file}:1:1  extends ${recovery}, and so does another file: put them into one`))
  return extensions[0]?.runbook ?? null
}

/** The one called so. Throws `runbook-unknown`, exit 2. */
export function findRunbook(loaded: readonly LoadedRunbook[], name: string, alsoKnown: readonly string[] = []): LoadedRunbook {
  const found = loaded.find(({runbook}) => runbook.name === name)
  if (found !== undefined) return found
  const known = [...loaded.map(({runbook}) => runbook.name), ...alsoKnown]
  const meant = nearest(name, known)
  throw new SluiceError({
    code: 'runbook-unknown',
    exitCode: ExitCode.usage,
    message: `There is no runbook ${name}${known.length === 0 ? '' : `; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`}.`,
    suggestions:
      meant.length > 0
        ? meant.map((one) => `sluice runbook show ${one.includes(' ') ? `'${one}'` : one}`)
        : ['sluice runbook list'],
  })
}

async function loadFiles(files: readonly string[]): Promise<readonly LoadedRunbook[]> {
  const parsed = await Promise.all(
    files.map(async (file) => ({
      file,
      parsed: parseRunbook(
        await readFile(file, 'utf8').catch((error: unknown) => {
          throw unreadable(file, error)
        }),
      ),
    })),
  )
  const loaded = parsed.flatMap(({file, parsed: one}) => (one.kind === 'loaded' ? [{file, runbook: one.runbook}] : []))
  const wrong = parsed.flatMap(({file, parsed: one}) =>
    one.kind === 'problems' ? one.problems.map((problem) => `${file}:${problem}`) : [],
  )
  const twice = loaded.flatMap(({file, runbook}, index) => {
    const first = loaded.find((one) => one.runbook.name === runbook.name)
    return first === undefined || loaded.indexOf(first) === index
      ? []
      : [`${file}:1:1  ${runbook.name} is the name of ${first.file} already`]
  })
  if (wrong.length + twice.length > 0) throw invalid([...wrong, ...twice])
  return loaded
}

function invalid(details: readonly string[]): SluiceError {
  return new SluiceError({
    code: 'runbook-invalid',
    exitCode: ExitCode.usage,
    details,
    suggestions: ['sluice runbook list'],
    message: `${details.length} ${details.length === 1 ? 'thing is' : 'things are'} wrong with the runbooks; nothing was touched`,
  })
}

const unreadable = (file: string, cause: unknown): SluiceError =>
  new SluiceError({
    code: 'runbook-missing',
    exitCode: ExitCode.usage,
    cause,
    suggestions: ['sluice runbook list'],
    message: `${file} can't be read: ${(cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message}`,
  })
