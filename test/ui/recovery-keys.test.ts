import {describe, expect, it} from 'vitest'
import {idleKeyboard, pressRecovery, recoveryHint, recoveryPresses} from '../../src/ui/recovery-keys.ts'
import type {RecoveryKeyboard, RecoveryPressed} from '../../src/ui/recovery-keys.ts'
import {nextCommands, pointWords, recoverySentence} from '../../src/ui/recovery-words.ts'
import type {RecoveryView} from '../../src/ui/recovery-view.ts'
import {asking, declared, promoting, RecoveryRun, untold} from './a-recovery-run.ts'

/** Presses one after the other, a second apart. */
function pressed(keys: readonly string[], view: RecoveryView, apartMs = 1000): RecoveryPressed {
  let keyboard: RecoveryKeyboard = idleKeyboard
  let last: RecoveryPressed = {keyboard, hint: '', wish: null, interrupt: 'no'}
  for (const [index, key] of keys.entries()) {
    last = pressRecovery(keyboard, key, view, index * apartMs)
    keyboard = last.keyboard
  }
  return last
}

describe('consenting to a loss', () => {
  it("takes y, the environment's name and Enter, and accepts what was shown and a second", () => {
    expect(pressed(['y', ...'production', '\r'], asking().view())).toMatchObject({wish: 'promote', accepts: {lossMs: 8000}})
  })

  it('takes the name pasted too', () => {
    expect(pressed(['y', 'production\r'], asking().view())).toMatchObject({wish: 'promote'})
  })

  it('shows what is typed, and lets it be mended', () => {
    expect(pressed(['y', 'p', 'x', '\u007f', 'r'], asking().view()).hint).toBe(
      'to accept a loss of 7 s type production, then Enter (Esc: no): pr_',
    )
  })

  it('speaks of no loss on the way home, where there is none', () => {
    const {hint} = pressed(['y', 'p'], {...asking().view(), asked: {...asking().view().asked, kind: 'failback'}})
    expect(hint).toBe('nothing is lost: to go home type production, then Enter (Esc: no): p_')
  })

  it.each([
    ['another name', ['y', 'staging\r']],
    ['Enter alone', ['y', '\r']],
    ['Escape', ['y', ...'production', '\u001b']],
    ['the name without y before it', ['production\r']],
  ])('is not done by %s', (_, keys) => {
    expect(pressed(keys, asking().view()).wish).toBeNull()
  })

  it('is not offered when nothing is asked', () => {
    expect(pressed(['y', 'production\r'], declared().view()).wish).toBeNull()
  })

  it("of a loss that can't be told says so in words of its own", () => {
    const view = new RecoveryRun().begun('approve').waits('approve', `consent: ${untold.text}`).shows(untold).view()
    expect(pressed(['y', 'production\r'], view)).toMatchObject({wish: 'promote', accepts: {unknown: true}})
  })
})

describe('what a terminal hands over at once, in a recovery', () => {
  it.each([
    ['a pasted name, whole', 'production\r', ['production\r']],
    ['Escape alone, which answers no', '\u001b', ['\u001b']],
    ['the same key twice, read late', 'aa', ['a', 'a']],
    ['Ctrl-C twice, read late', '\u0003\u0003', ['\u0003', '\u0003']],
  ])('is %s', (_what, typed, expected) => {
    expect(recoveryPresses(typed)).toEqual(expected)
  })
})

describe('aborting', () => {
  it('takes the same key twice within five seconds', () => {
    expect(pressed(['a'], asking().view()).wish).toBeNull()
    expect(pressed(['a', 'a'], asking().view()).wish).toBe('abort')
    expect(pressed(['a', 'a'], asking().view(), 6000).wish).toBeNull()
  })

  it('is refused after the point of no return', () => {
    expect(pressed(['a', 'a'], promoting().view())).toMatchObject({
      wish: null,
      hint: 'the point of no return is passed: forward is the only safe direction',
    })
  })
})

describe('a failover that fenced home and has promoted', () => {
  const fenced = () => new RecoveryRun().begun('declare', 'fence').done('fence', '503', {how: 'fenced'}).begun('promote-database')

  it('can be aborted until the flip, which looks whether home has everything', () => {
    expect(pressed(['a', 'a'], fenced().view()).wish).toBe('abort')
    expect(recoveryHint(fenced().view())).toContain('a abort')
    expect(nextCommands(fenced().view())).toContainEqual(expect.stringContaining('--withdraw'))
    expect(pointWords(fenced().view())).toContain('until the flip --withdraw goes back, while home has everything')
  })

  it('not from the flip on', () => {
    expect(pressed(['a', 'a'], fenced().begun('flip').view()).wish).toBeNull()
    expect(nextCommands(fenced().begun('flip').view())).not.toContainEqual(expect.stringContaining('--withdraw'))
  })

  it('withdrawn, says where users are and what is left', () => {
    const view = fenced().undone('promote-database', 'fence').ended('failed', 'aborted by mira: home is well').view()
    expect(pointWords(view)).not.toContain('POINT OF NO RETURN passed')
    expect(recoverySentence(view)).toContain(
      'Users are sent to eu-west-1 again. Look at the database in eu-central-1: it may be no replica any more.',
    )
  })
})

describe('other keys', () => {
  it('p pauses, Ctrl-C leaves even while a name is typed, an arrow does nothing', () => {
    expect(pressed(['p'], asking().view()).wish).toBe('pause')
    expect(pressed(['y', 'p', '\u0003'], asking().view()).interrupt).toBe('yes')
    expect(pressed(['\u001b[A'], asking().view())).toMatchObject({wish: null, interrupt: 'no'})
  })

  it('the hint names the keys that mean something now', () => {
    expect(recoveryHint(asking().view())).toBe('y accept · p pause · a abort · Ctrl-C leaves; dr resume goes on')
    expect(recoveryHint(promoting().view())).toBe('p pause · Ctrl-C leaves; dr resume goes on')
  })
})
