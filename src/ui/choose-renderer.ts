/**
 * Which renderer a person (or a CI job) gets. Decides from what it is told of the stream and the environment, never looks itself.
 * NO_COLOR and FORCE_COLOR decide about colour only: whether a picture can be redrawn is the terminal's matter.
 */
import {linesRenderer} from './render-lines.ts'
import type {Renderer} from './renderer.ts'
import type {Terminal} from './painter.ts'
import {ttyRenderer} from './render-tty.ts'

export type Environment = {readonly [name: string]: string | undefined}

export interface Surroundings {
  readonly isTTY: boolean
  readonly env: Environment
}

export type RendererChoice = {readonly kind: 'tty'; readonly color: boolean} | {readonly kind: 'lines'; readonly github: boolean}

export function chooseRenderer({isTTY, env}: Surroundings): RendererChoice {
  const inCi = set(env['CI']) || set(env['GITHUB_ACTIONS'])
  if (isTTY && env['TERM'] !== 'dumb' && !inCi) return {kind: 'tty', color: wantsColor({isTTY, env})}
  return {kind: 'lines', github: env['GITHUB_ACTIONS'] === 'true'}
}

/** NO_COLOR (any value) says no before FORCE_COLOR says yes; without either, a capable terminal gets colour. */
export function wantsColor({isTTY, env}: Surroundings): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  if (env['FORCE_COLOR'] !== undefined) return set(env['FORCE_COLOR'])
  return isTTY && env['TERM'] !== 'dumb'
}

/** How text on this stream is to be written. */
export function lookOf(
  {isTTY = false, columns = 80}: {readonly isTTY?: boolean; readonly columns?: number},
  env: Environment,
): {readonly color: boolean; readonly columns: number} {
  return {color: wantsColor({isTTY, env}), columns}
}

export function renderer(choice: RendererChoice, terminal: Terminal, now?: () => number): Renderer {
  switch (choice.kind) {
    case 'tty':
      return ttyRenderer(terminal, {color: choice.color, ...(now !== undefined && {now})})
    case 'lines':
      return linesRenderer((text) => void terminal.write(text))
  }
}

function set(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}
