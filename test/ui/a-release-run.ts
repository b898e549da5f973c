/** The runs these tests tell of, made once: how each of them ends is its name. */
import type {RunBuilder} from '../support/run-events.ts'
import {aRun} from '../support/run-events.ts'
import type {ReleaseView} from '../../src/ui/release-view.ts'
import {releaseView} from '../../src/ui/release-view.ts'

export const baking = (): RunBuilder => aRun().prepared().shifted(5).passed(6).shifted(25).armed().after(160).verdict({minute: 9})
const full = (): RunBuilder => aRun().prepared().shifted(5).passed(6).shifted(25).passed(14).shifted(50).passed(24)
export const promoted = (): RunBuilder => full().promoted()
export const rejected = (): RunBuilder => aRun().prepared().shifted(5).passed(6).shifted(25).after(260).rejected(10)
export const rolledBack = (): RunBuilder =>
  rejected().home('verdict', 'errors: canary 1.10 % (34 of 3,091) against stable 0.10 % (9 of 9,240), 11× worse')
export const aborted = (): RunBuilder =>
  aRun()
    .prepared()
    .shifted(5)
    .after(60)
    .asked('abort', 'mira', 'wrong image')
    .rollingBack('abort', 'wrong image')
    .home('abort', 'wrong image')
export const unattended = (): RunBuilder =>
  aRun()
    .prepared()
    .shifted(5)
    .put('ended', {outcome: 'rolled-back', cause: 'unattended', because: 'nobody ticked, the switch sent traffic home'})
export const halted = (): RunBuilder =>
  aRun().prepared().shifted(5).put('disarmed', {at: 0}).put('ended', {
    outcome: 'halted',
    cause: 'foreign',
    because: 'the live rule was changed outside sluice: a 80 / b 20, expected a 95 / b 5',
  })
export const paused = (): RunBuilder => aRun().prepared().shifted(5).verdict().asked('pause', 'sluice', 'no verdict after 12 min')
export const failed = (): RunBuilder => aRun().put('ended', {outcome: 'failed', because: 'target group b has no health check'})

export const seen = (run: RunBuilder, secondsLater = 0): ReleaseView => releaseView(run.events, {}, run.now + secondsLater * 1000)

export const all = {baking, promoted, rejected, rolledBack, aborted, unattended, halted, paused, failed}
