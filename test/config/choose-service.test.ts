import {describe, expect, it} from 'vitest'
import {chooseService} from '../../src/config/choose-service.ts'

const services = (...names: readonly string[]): readonly {readonly service: string}[] => names.map((service) => ({service}))

describe('which of the found services is meant', () => {
  it('the only one', () => {
    expect(chooseService(services('shop'), undefined, 'eu-west-1')).toEqual({service: 'shop'})
  })
  it('the named one', () => {
    expect(chooseService(services('shop', 'api'), 'api', 'eu-west-1')).toEqual({service: 'api'})
  })
  it.each([
    ['none was found', services(), undefined, 'nothing-to-import'],
    ['there are several and none was named', services('shop', 'api'), undefined, 'several-services'],
    ["the named one isn't there", services('shop', 'api'), 'shpo', 'no-such-service'],
    ['two rules carry its name', services('shop', 'shop'), 'shop', 'several-services'],
  ])('nothing is guessed when %s', (_, found, wanted, code) => {
    expect(() => chooseService(found, wanted, 'eu-west-1')).toThrow(expect.objectContaining({code, exitCode: 2}))
  })
  it('several are listed with the command that chooses', () => {
    expect(() => chooseService(services('shop', 'api'), undefined, 'eu-west-1')).toThrow(
      expect.objectContaining({suggestions: ['sluice init --import --service shop', 'sluice init --import --service api']}),
    )
  })
})
