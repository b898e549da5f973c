import {describe, expect, test} from 'vitest'
import {aReading, aRun} from '../support/run-events.ts'
import {frame} from '../../src/ui/terminal-frame.ts'
import * as runs from './a-release-run.ts'
import {seen} from './a-release-run.ts'

const picture = (run: ReturnType<typeof aRun>, columns: number, later = 10) =>
  `\n${frame(seen(run, later), columns).join('\n')}\n`

test('a release being judged, 80 columns', () =>
  expect(picture(runs.baking(), 80)).toMatchInlineSnapshot(`
    "
    api · production · eu-west-1                          run r-20261122-183210-ab12
    1.8.2 → 1.9.0                                    dead-man's switch: armed, 7m09s

      ✔ preflight     rule, targets, capacity, metrics                   done  0m10s
      ✔ canary tasks  1 of 1 healthy in slot b                           done  1m02s
      ✔ 5 %           pass at minute 6, 1,812 canary requests            done  6m01s
      ▶ 25 %          desired 25 · actual 25 · observed 25.1 %        running  4m12s
        errors      ├──────────●───┤ need-data 0.11 % vs 0.11 % stable, limit 0.5 %
        slow >500ms ├────────●─────┤ need-data 0.39 % vs 0.40 % stable, limit 1 %
                    harm         fit  ~3 min more at this rate
                    canary ▁▅▁▁▅▁  stable ▅▁█▅▅▅  bad a minute, top 2
      · 50 %          judged for 10 min, at most 20 min
      · 100 %         then roles swap; 1.8.2 kept warm for 30 min
      · wrap up       waiting

      Ctrl-C leaves; traffic stays safe                         forecast done 19:03Z
    "
  `))
test('a release being judged, 50 columns', () =>
  expect(picture(runs.baking(), 50)).toMatchInlineSnapshot(`
    "
    api · production · eu…  run r-20261122-183210-ab12
    1.8.2 → 1.9.0      dead-man's switch: armed, 7m09s

      ✔ preflight     rule, targets, capacity, …  done
      ✔ canary tasks  1 of 1 healthy in slot b    done
      ✔ 5 %           pass at minute 6, 1,812 c…  done
      ▶ 25 %          desired 25 · actual 25…  running
        errors      ├────●──┤ need-data
                    0.11 % vs 0.11 % stable, limit 0.…
        slow >500ms ├────●──┤ need-data
                    0.39 % vs 0.40 % stable, limit 1 %
                    harm  fit  ~3 min more at this ra…
                    canary ▁▁▅▁  stable █▅▅▅  bad a m…
      · 50 %          judged for 10 min, at most 20 m…
      · 100 %         then roles swap; 1.8.2 kept war…
      · wrap up       waiting

      Ctrl-C leaves; traffic st…  forecast done 19:03Z
    "
  `))
test('a release being rejected', () =>
  expect(picture(runs.rejected(), 80)).toMatchInlineSnapshot(`
    "
    api · production · eu-west-1                          run r-20261122-183210-ab12
    1.8.2 → 1.9.0                                  dead-man's switch: armed, overdue

      ✔ preflight     rule, targets, capacity, metrics                   done  0m10s
      ✔ canary tasks  1 of 1 healthy in slot b                           done  1m02s
      ✔ 5 %           pass at minute 6, 1,812 canary requests            done  6m01s
      ✖ 25 %          rejected by errors at minute 10                  failed  5m41s
        errors ├●──────────────────┤ fail      1.10 % vs 0.10 % stable, limit 0.5 %
               harm              fit
               canary ▂▁▇██  stable ▃▂▃▃▃  bad a minute, top 12
      · 50 %          not reached
      · 100 %         not reached
      · wrap up       not reached
      · traffic home  waiting
      · clean up      waiting

      GOING BACK to 1.8.2: errors at 25 %, minute 10
    "
  `))
test('a release that was rolled back, 50 columns', () =>
  expect(picture(runs.rolledBack(), 50)).toMatchInlineSnapshot(`
    "
    api · production · eu…  run r-20261122-183210-ab12
    1.8.2 → 1.9.0               dead-man's switch: off

      ✔ preflight     rule, targets, capacity, …  done
      ✔ canary tasks  1 of 1 healthy in slot b    done
      ✔ 5 %           pass at minute 6, 1,812 c…  done
      ✖ 25 %          rejected by errors at m…  failed
        errors ├●──────┤ fail
               1.10 % vs 0.10 % stable, limit 0.5 %
               harm  fit
               canary ▁▇██  stable ▂▃▃▃  bad a minute…
      · 50 %          not reached
      · 100 %         not reached
      · wrap up       not reached
      ✔ traffic home  observed 0 % after 41 s     done
      ✔ clean up      drained                     done

      ROLLED BACK: errors at 25 %, minute 10; all
      traffic on 1.8.2
    "
  `))
test('a promoted release keeping its old slot warm', () =>
  expect(picture(runs.promoted().retiring(), 80, 90)).toMatchInlineSnapshot(`
    "
    api · production · eu-west-1                          run r-20261122-183210-ab12
    1.8.2 → 1.9.0                                             dead-man's switch: off

      ✔ preflight     rule, targets, capacity, metrics                   done  0m10s
      ✔ canary tasks  1 of 1 healthy in slot b                           done  1m02s
      ✔ 5 %           pass at minute 6, 1,812 canary requests            done  6m01s
      ✔ 25 %          pass at minute 14, 1,812 canary requests           done  6m21s
      ✔ 50 %          pass at minute 24, 1,812 canary requests           done  6m21s
      ✔ 100 %         all traffic on slot b, roles swapped               done  1m23s
      ✔ wrap up       carried to eu-central-1                            done  0m04s
      ▶ keep warm     under way                                       running  1m30s
      · scale down    waiting

      PROMOTED: 1.9.0 serves all traffic
    "
  `))
test('a paused release says when traffic goes home', () =>
  expect(picture(runs.paused(), 80)).toMatchInlineSnapshot(`
  "
  api · production · eu-west-1                          run r-20261122-183210-ab12
  1.8.2 → 1.9.0                                    dead-man's switch: armed, 7m46s

    ✔ preflight     rule, targets, capacity, metrics                   done  0m10s
    ✔ canary tasks  1 of 1 healthy in slot b                           done  1m02s
    ▶ 5 %           desired 5 · actual 5 · observed 5.1 %           running  1m11s
      errors      ├──────────●───┤ need-data 0.11 % vs 0.11 % stable, limit 0.5 %
      slow >500ms ├────────●─────┤ need-data 0.39 % vs 0.40 % stable, limit 1 %
                  harm         fit  ~3 min more at this rate
                  canary ▁▅▁▁▅▁  stable ▅▁█▅▅▅  bad a minute, top 2
    · 25 %          judged for 8 min, at most 16 min
    · 50 %          judged for 10 min, at most 20 min
    · 100 %         then roles swap; 1.8.2 kept warm for 30 min
    · wrap up       waiting

    PAUSED: no verdict after 12 min; if nobody goes on, traffic goes home at
    18:42:19Z
  "
`))

const widths = [1, 20, 33, 40, 50, 64, 79, 80, 81, 120, 200]
const names = Object.keys(runs.all) as (keyof typeof runs.all)[]

describe.each(names)('%s', (name) => {
  test.each(widths)('never wraps at %i columns', (columns) => {
    for (const line of frame(seen(runs.all[name]()), columns))
      expect(Array.from(line).length).toBeLessThanOrEqual(Math.max(20, columns))
  })

  test('has no escape code without colour', () => expect(frame(seen(runs.all[name]()), 80).join('')).not.toContain('\u001b'))

  test('says the same with colour as without', () => {
    const colored = frame(seen(runs.all[name]()), 80, {color: true}).join('\n')
    expect(colored).toContain('\u001b[')
    expect(colored.replace(/\u001b\[\d+m/g, '').replace(/ +$/gm, '')).toBe(frame(seen(runs.all[name]()), 80).join('\n'))
  })
})

test('what others wrote cannot move the cursor', () => {
  const run = aRun().prepared().started('size-5').put('step-observed', {step: 'shift-5', waitsFor: 'x'})
  run
    .put('step-observed', {step: 'preflight', waitsFor: 'evil\u001b[2J\nline'})
    .put('step-ended', {step: 'preflight', how: 'done', note: '\u001b[2Jcleared\nall'})
  const text = frame(seen(run), 80)
  expect(text.join('')).not.toContain('\u001b')
  expect(text.some((line) => line.includes('\n'))).toBe(false)
})

test('a gate with nothing counted says so instead of a rate', () => {
  const none = {requests: 0, bad: 0}
  const run = aRun()
    .prepared()
    .shifted(5)
    .verdict({gates: [aReading({canary: none, stable: none, etaMinutes: null})]})
  expect(picture(run, 80)).toContain('no data vs no data stable')
})
