/**
 * Prints how long one verdict over a week of minutes takes: the bar is 10 ms. The very first, before the compiler has warmed
 * up, is shown apart.
 */
import {defaultSettings} from '../../src/judge/default-settings.ts'
import {judgeGate} from '../../src/judge/judge-gate.ts'
import {seededRandom} from '../../src/judge/random.ts'
import {simulatedMinute} from '../../src/judge/simulate.ts'

const random = seededRandom(1)
const history = Array.from({length: 60}, () => simulatedMinute(random, {requests: 60_000, bad: 0.002, burst: 1}))
const minutes = Array.from({length: 10_080}, () => ({
  canary: simulatedMinute(random, {requests: 3000, bad: 0.0022, burst: 1}),
  stable: simulatedMinute(random, {requests: 57_000, bad: 0.002, burst: 1}),
}))

const millis = Array.from({length: 60}, () => {
  const from = performance.now()
  judgeGate(defaultSettings(2), history, minutes)
  return performance.now() - from
})
const median = millis.slice(10).sort((a, b) => a - b)[25] ?? NaN
const first = millis[0]?.toFixed(1)
console.log(`one verdict over ${minutes.length} minutes: median ${median.toFixed(1)} ms (bar 10 ms), the very first ${first} ms`)
if (!(median < 10)) process.exitCode = 1
