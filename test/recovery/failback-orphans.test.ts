import {describe, expect, it} from 'vitest'
import {runState} from '../../src/runbooks/engine/run-state.ts'
import {aFailback, away, failback} from '../support/failback-bench.ts'

describe('rows that only the old primary has', () => {
  it("aren't none because nobody could measure the loss: it says that they can't be told, and where they are", async () => {
    const gone = await away('unplanned')
    const {events} = await failback(gone, aFailback(gone, {standing: {...gone.standing, replicatedUntil: null}}))
    expect(runState(events).facts.get('report')).toMatchObject({
      orphans: null,
      orphansUnknown: expect.stringContaining('up to which moment') as unknown,
      snapshots: expect.arrayContaining(['shop-production-final-20261122-1900 in eu-west-1']) as unknown,
    })
  })
})
