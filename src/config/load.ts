/**
 * Reads `sluice.yaml`. Either there is a complete configuration, or there is one error that lists everything that is wrong, each
 * with its line and column; nothing else is ever touched before that.
 */
import {readFile, stat} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {LineCounter, parseDocument} from 'yaml'
import {ExitCode, SluiceError} from '../errors.ts'
import {positionOf} from './positions.ts'
import type {Position} from './positions.ts'
import {pathText} from './problem.ts'
import type {Problem} from './problem.ts'
import type {LoadedConfig} from './release-config.ts'
import {resolveConfig} from './resolve-config.ts'
import type {RuleContext} from './rules.ts'
import {leftToDo, ruleProblems} from './rules.ts'
import {checkShape} from './shape-problems.ts'

export type Parsed =
  | LoadedConfig
  /** Each `12:7  steps[1].weight: 5 doesn't rise above 20`, in the order of the file. */
  | {readonly kind: 'problems'; readonly problems: readonly string[]}

/**
 * Of a stack of ours only the settings: what is in the stack is asked of it. `where` is a file, or a directory that holds
 * `sluice.yaml`. Throws `config-missing` or `config-invalid`, exit 2.
 */
export async function loadConfig(where: string, options: RuleContext = {}): Promise<LoadedConfig> {
  const path = await configPath(where)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw missing(path, error)
  })
  const parsed = parseConfig(text, options)
  if (parsed.kind !== 'problems') return parsed
  const name = nameOf(path)
  const count = parsed.problems.length
  throw new SluiceError({
    code: 'config-invalid',
    exitCode: ExitCode.usage,
    message: `${name}: ${count} ${count === 1 ? 'thing is' : 'things are'} wrong; nothing was touched`,
    details: parsed.problems.map((problem) => `${name}:${problem}`),
    suggestions: ['sluice doctor'],
  })
}

/** Pure: the text in, a configuration or its problems out. */
export function parseConfig(text: string, options: RuleContext = {}): Parsed {
  const lines = new LineCounter()
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, strict: true})
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) {
    const at = faults.map((fault) => ({position: lines.linePos(fault.pos[0]), message: yamlMessage(fault.code, fault.message)}))
    return {
      kind: 'problems',
      problems: at.map(({position, message}) => line({line: position.line, column: position.col}, message)),
    }
  }
  let raw: unknown
  try {
    raw = document.toJS()
  } catch (error) {
    return {kind: 'problems', problems: [line({line: 1, column: 1}, `not readable as YAML: ${(error as Error).message}`)]}
  }
  const shape = checkShape(raw)
  const toDo = leftToDo(raw)
  const unfinished = new Set(toDo.map(({path}) => pathText(path)))
  const others = [...(shape.ok ? [] : shape.problems), ...ruleProblems(raw, options)].filter(
    ({path}) => !unfinished.has(pathText(path)),
  )
  const problems = [...toDo, ...others]
  if (shape.ok && problems.length === 0) return resolveConfig(shape.input)
  const placed = problems.map((problem) => ({problem, position: positionOf(problem, document, lines)}))
  placed.sort((one, other) => one.position.line - other.position.line || one.position.column - other.position.column)
  return {kind: 'problems', problems: placed.map(({problem, position}) => line(position, sentence(problem)))}
}

function sentence({path, message}: Problem): string {
  return path.length === 0 ? message : `${pathText(path)}: ${message}`
}

const line = ({line, column}: Position, text: string): string => `${line}:${column}  ${text}`

function yamlMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key is here twice'
  if (code === 'TAB_AS_INDENT') return 'a tab: YAML is indented with spaces'
  return `not readable as YAML: ${message}`
}

async function configPath(where: string): Promise<string> {
  const found = await stat(where).catch(() => null)
  return found?.isDirectory() === true ? join(where, 'sluice.yaml') : where
}

function nameOf(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}

function missing(path: string, cause: unknown): SluiceError {
  return new SluiceError({
    code: 'config-missing',
    exitCode: ExitCode.usage,
    message:
      `${nameOf(path)} can't be read: `
      + `${(cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message}`,
    suggestions: ['sluice init', 'sluice init --import --service NAME'],
    cause,
  })
}
