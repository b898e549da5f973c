import {describe, expect, test} from 'vitest'
import {infraTimelineRenderer} from '../../src/ui/infra-timeline.ts'
import {creating, doneRun, failedRun, start} from './an-infra-run.ts'
import type {InfraRun} from './an-infra-run.ts'

/** What was written when the run had come so far, and `secondsLater` again. */
function told(run: InfraRun, ...secondsLater: readonly number[]): string {
  let text = ''
  const renderer = infraTimelineRenderer((part) => void (text += part))
  for (const [step, progress] of run.live.progress) renderer.shown(step, progress)
  renderer.update(run.events.slice(0, 1), {}, start)
  for (const seconds of [0, ...secondsLater]) renderer.update(run.events, {}, run.now + seconds * 1000)
  return `\n${text}`
}

describe('infra up as a story', () => {
  test('tells the size and the longest way first, then each stack when it stands', () =>
    expect(told(doneRun())).toMatchInlineSnapshot(`
    "
      +00m  infra up 6 stacks, 439 resources to create
            longest  foundation eu-west-1 → main eu-west-1 → replica eu-central-1,
                     about 23 min
      +13m  done     ground                  22 uploaded, 0m03s
            done     foundation eu-west-1    24 resources, 0m21s
            done     certificate us-east-1   3 resources, 12m51s
            done     main eu-west-1          213 resources, 12m40s
            done     replica eu-central-1    4 resources, 0m10s
            done     slots eu-west-1         done, 0m10s
            DONE     244 resources after 13m24s
    "
  `))
  test('says what everybody waits for when four minutes pass in silence, and not before', () =>
    expect(told(creating(), 200, 241, 300)).toMatchInlineSnapshot(`
    "
      +00m  infra up 6 stacks, 439 resources to create
            longest  foundation eu-west-1 → main eu-west-1 → replica eu-central-1,
                     about 23 min
      +04m  done     ground                  22 uploaded, 0m03s
            done     foundation eu-west-1    24 resources, 0m21s
      +08m  making   main eu-west-1          152 of 213: Cache/Group, 7m59s
    "
  `))
  test('says what failed', () =>
    expect(told(failedRun())).toMatchInlineSnapshot(`
    "
      +00m  infra up 6 stacks, 439 resources to create
            longest  foundation eu-west-1 → main eu-west-1 → replica eu-central-1,
                     about 23 min
      +04m  done     ground                  22 uploaded, 0m03s
            done     foundation eu-west-1    24 resources, 0m21s
            FAILED   main eu-west-1: Database/Instance (AWS::RDS::DBInstance): Your
                     request for DBInstance was refused because there are no
                     db.m7g.large left
            FAILED   after 4m34s: main eu-west-1 failed
    "
  `))
  test('never says the same twice', () => expect(told(doneRun(), 10, 1000)).toBe(told(doneRun())))
  test('fits 80 columns', () => {
    for (const run of [doneRun(), creating(), failedRun()])
      expect(
        Math.max(
          ...told(run, 600)
            .split('\n')
            .map((line) => line.length),
        ),
      ).toBeLessThanOrEqual(80)
  })
})
