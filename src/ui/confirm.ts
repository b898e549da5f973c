/**
 * Asks a person before something of consequence. Questions go to stderr; without a terminal on both ends nobody is asked and the
 * answer is `cannot-ask`, so that the command exits 3 with the exact command to run. An end of input is a no; Ctrl-C stays the
 * process's own.
 */
import {createInterface} from 'node:readline/promises'
import {oneLine} from './format.ts'

export type Answer = 'yes' | 'no' | 'cannot-ask'

export type Question =
  | {readonly kind: 'yes-no'; readonly text: string}
  /** For what destroys or can't be taken back: the name must be typed. */
  | {readonly kind: 'type-the-name'; readonly text: string; readonly name: string}

export interface Terminals {
  readonly input: NodeJS.ReadableStream & {readonly isTTY?: boolean}
  readonly output: NodeJS.WritableStream & {readonly isTTY?: boolean}
}

const ours: Terminals = {input: process.stdin, output: process.stderr}

export async function confirm(question: Question, {input, output}: Terminals = ours): Promise<Answer> {
  if (input.isTTY !== true || output.isTTY !== true) return 'cannot-ask'
  const lines = createInterface({input, output, terminal: false})
  const gone = new AbortController()
  lines.once('close', () => gone.abort())
  try {
    return accepts(question, await lines.question(prompt(question), {signal: gone.signal})) ? 'yes' : 'no'
  } catch (error) {
    if (gone.signal.aborted) return 'no'
    throw error
  } finally {
    lines.close()
  }
}

function prompt(question: Question): string {
  switch (question.kind) {
    case 'yes-no':
      return `${oneLine(question.text)} [y/N] `
    case 'type-the-name':
      return `${oneLine(question.text)} Type ${question.name} to go on: `
  }
}

export function accepts(question: Question, typed: string): boolean {
  switch (question.kind) {
    case 'yes-no':
      return /^y(es)?$/i.test(typed.trim())
    case 'type-the-name':
      return typed.trim() === question.name
  }
}
