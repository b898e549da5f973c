/**
 * Keys while a run is watched on a terminal: a pure machine from key presses to wishes. Holding a run takes one press; what
 * can't be taken back takes the same key twice.
 */
import type {Wish} from '../runbooks/engine/event.ts'

export interface Keyboard {
  /** The key that must come once more, and until when (epoch ms). */
  readonly armed: {readonly key: 'a' | 'm'; readonly until: number} | null
}

export interface Pressed {
  readonly keyboard: Keyboard
  /** What the last line of the screen says now. */
  readonly hint: string
  readonly wish: Exclude<Wish, 'resume'> | null
  readonly interrupt: 'yes' | 'no'
}

export const idle: Keyboard = {armed: null}
export const keysHint = 'p pause · m promote · a abort · Ctrl-C leaves safely'

const againWithinMs = 5000
const words = {a: 'abort: all traffic goes back', m: 'promote now: no more judging'} as const

/**
 * The presses that came in at once: a busy machine gets two of them in one piece. Ctrl-C is always heard; an escape sequence or
 * a paste is no key, or a line of text could end a run.
 */
export function pressesIn(typed: string): readonly string[] {
  const interrupts = typed.match(/\u0003/g)
  if (interrupts !== null) return interrupts
  return typed.length <= 2 && !typed.startsWith('\u001b') ? [...typed] : []
}

/** `now` is real time: hands don't run faster in a sandbox. */
export function press(keyboard: Keyboard, key: string, now: number): Pressed {
  if (key === '\u0003') return {keyboard: idle, hint: keysHint, wish: null, interrupt: 'yes'}
  if (key === 'p') return {keyboard: idle, hint: 'asked: pause', wish: 'pause', interrupt: 'no'}
  if (key !== 'a' && key !== 'm') return {keyboard: idle, hint: keysHint, wish: null, interrupt: 'no'}
  const {armed} = keyboard
  if (armed?.key === key && now <= armed.until) {
    return {
      keyboard: idle,
      hint: key === 'a' ? 'asked: abort' : 'asked: promote',
      wish: key === 'a' ? 'abort' : 'promote',
      interrupt: 'no',
    }
  }
  return {
    keyboard: {armed: {key, until: now + againWithinMs}},
    hint: `${words[key]}; press ${key} again`,
    wish: null,
    interrupt: 'no',
  }
}
