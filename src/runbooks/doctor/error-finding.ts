/** An error that kept doctor from looking, as a finding: its details below it, each at its place. A bug stays one. Pure. */
import {SluiceError} from '../../errors.ts'
import type {Finding} from './finding.ts'

export function errorFinding(name: string, error: unknown): Finding {
  if (!(error instanceof SluiceError)) throw error
  const {message, details, suggestions} = error
  if (details.length === 0) return {name, state: 'fail', words: message, fix: suggestions}
  // `sluice.yaml:12:7  what is wrong`: the place becomes the name.
  const children = details.map((line): Finding => ({
    name: /\d+:\d+(?= {2})/.exec(line)?.[0] ?? '',
    state: 'fail',
    words: line.replace(/^.*?\d+:\d+ {2}/, ''),
  }))
  return {name, state: 'fail', words: message, children}
}
