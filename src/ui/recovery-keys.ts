/**
 * Keys while a recovery is watched on a terminal: a pure machine from key presses to wishes. Aborting takes the same key twice
 * and is refused once there is no way back; consenting to a loss takes the environment's name, typed.
 */
import type {Facts, Wish} from '../runbooks/engine/event.ts'
import {span} from './format.ts'
import {pressesIn} from './keys.ts'
import type {RecoveryView} from './recovery-view.ts'

export type RecoveryKeyboard =
  | {readonly kind: 'idle'}
  /** `a` must come once more until then (real time, ms). */
  | {readonly kind: 'aborting'; readonly until: number}
  | {readonly kind: 'typing'; readonly typed: string}

export interface RecoveryPressed {
  readonly keyboard: RecoveryKeyboard
  readonly hint: string
  readonly wish: Wish | null
  readonly accepts?: Facts
  readonly interrupt: 'yes' | 'no'
}

export const idleKeyboard: RecoveryKeyboard = {kind: 'idle'}
/** The hint of a keyboard at rest: what can be pressed depends on the run, so the picture says it. */
export const resting = ''
const againWithinMs = 5000

/** What the last line says when nothing is being pressed. */
export function recoveryHint({question, pointOfNoReturn}: RecoveryView): string {
  const passed = isPassed({pointOfNoReturn})
  return [
    ...(question === null ? [] : ['y accept']),
    'p pause',
    ...(passed ? [] : ['a abort']),
    'Ctrl-C leaves; dr resume goes on',
  ].join(' · ')
}

/** As of a release, but nothing is dropped: Escape is an answer, and a name that is pasted comes in one piece and stays one. */
export function recoveryPresses(typed: string): readonly string[] {
  const presses = pressesIn(typed)
  return presses.length > 0 ? presses : [typed]
}

/** `keys`: what came in at once (a paste is many). `now` is real time: hands don't run faster in a sandbox. */
export function pressRecovery(keyboard: RecoveryKeyboard, keys: string, view: RecoveryView, now: number): RecoveryPressed {
  // Arrows and the like come as one sequence; Escape alone is a key.
  if (keys.length > 1 && keys.startsWith('\u001b')) return quiet(keyboard, view)
  // What is pasted where nothing is typed means nothing: it must not pause or abort because of its letters.
  if (keys.length > 1 && keyboard.kind !== 'typing' && !keys.startsWith('y')) return quiet(keyboard, view)
  let pressed = quiet(keyboard, view)
  for (const key of keys) {
    pressed = pressOne(pressed.keyboard, key, view, now)
    if (pressed.wish !== null || pressed.interrupt === 'yes' || pressed.keyboard.kind !== 'typing') return pressed
  }
  return pressed
}

function pressOne(keyboard: RecoveryKeyboard, key: string, view: RecoveryView, now: number): RecoveryPressed {
  if (key === '\u0003') return {keyboard: idleKeyboard, hint: resting, wish: null, interrupt: 'yes'}
  if (keyboard.kind === 'typing') return type(keyboard.typed, key, view)
  switch (key) {
    case 'y':
      return view.question === null || view.question.loss === null ? said('nothing is asked now') : typing('', view)
    case 'p':
      return {keyboard: idleKeyboard, hint: 'asked: pause', wish: 'pause', interrupt: 'no'}
    case 'a':
      return abort(keyboard, view, now)
    default:
      return quiet(idleKeyboard, view)
  }
}

/** Nobody can take it back any more, not even where home is seen to have everything. */
const isPassed = ({pointOfNoReturn}: Pick<RecoveryView, 'pointOfNoReturn'>): boolean =>
  pointOfNoReturn !== null && pointOfNoReturn.passed !== null && !pointOfNoReturn.passed.mayWithdraw

function abort(keyboard: RecoveryKeyboard, view: RecoveryView, now: number): RecoveryPressed {
  if (isPassed(view)) return said('the point of no return is passed: forward is the only safe direction')
  if (keyboard.kind === 'aborting' && now <= keyboard.until)
    return {keyboard: idleKeyboard, hint: 'asked: abort', wish: 'abort', interrupt: 'no'}
  return {
    keyboard: {kind: 'aborting', until: now + againWithinMs},
    hint: 'abort: everything is taken back; press a again',
    wish: null,
    interrupt: 'no',
  }
}

function type(typed: string, key: string, view: RecoveryView): RecoveryPressed {
  if (key === '\u001b') return said('not accepted')
  if (key === '\u007f' || key === '\b') return typing(typed.slice(0, -1), view)
  if (key !== '\r' && key !== '\n') return typing(/^[\w.-]$/.test(key) ? typed + key : typed, view)
  const {
    question,
    asked: {environment},
  } = view
  if (question === null || question.loss === null) return said('nothing is asked any more')
  if (typed !== environment) return said(`that isn't ${environment}: not accepted`)
  return {keyboard: idleKeyboard, hint: 'accepted', wish: 'promote', accepts: acceptedLoss(question.loss.ms), interrupt: 'no'}
}

/** What an `asked` event carries: exactly what was shown, and a second for what grows while somebody types. */
export const acceptedLoss = (lossMs: number | null): Facts => (lossMs === null ? {unknown: true} : {lossMs: lossMs + 1000})

function typing(typed: string, view: RecoveryView): RecoveryPressed {
  return {
    keyboard: {kind: 'typing', typed},
    hint: `${whatFor(view)} type ${view.asked.environment}, then Enter (Esc: no): ${typed}_`,
    wish: null,
    interrupt: 'no',
  }
}

/** Where nothing is lost the moment is what is asked for, and no loss is spoken of. */
function whatFor({question, asked: {kind}}: RecoveryView): string {
  if (kind === 'failback') return 'nothing is lost: to go home'
  const ms = question?.loss?.ms ?? null
  return ms === null ? "to accept a loss that can't be told" : `to accept a loss of ${span(ms)}`
}

const quiet = (keyboard: RecoveryKeyboard, view: RecoveryView): RecoveryPressed =>
  keyboard.kind === 'typing' ? typing(keyboard.typed, view) : {keyboard, hint: resting, wish: null, interrupt: 'no'}
const said = (hint: string): RecoveryPressed => ({keyboard: idleKeyboard, hint, wish: null, interrupt: 'no'})
