import {describe, expect, test} from 'vitest'
import {chooseStack} from '../../src/config/choose-stack.ts'
import {aPlan} from '../ui/an-infra-plan.ts'

const {config} = aPlan()

describe('flags of one call', () => {
  test('without flags the configuration is as it is', () => expect(chooseStack(config, {})).toEqual(config))
  test.each([
    ['another environment', {environment: 'staging'}, {environment: 'staging'}],
    ['another size', {shape: 'staging'}, {shape: 'staging'}],
    ['another recovery shape', {'recovery-shape': 'pilot-light'}, {recovery: {shape: 'pilot-light', region: 'eu-central-1'}}],
    ['the recovery Region at full scale', {'full-scale': true}, {recovery: {shape: 'full-scale', region: 'eu-central-1'}}],
    ['the first image', {image: 'shop/api:2'}, {firstImage: 'shop/api:2'}],
    [
      'another home Region, which then is the one that serves',
      {region: 'eu-north-1'},
      {region: 'eu-north-1', activeRegion: 'eu-north-1'},
    ],
  ])('%s', (_, choice, expected) => expect(chooseStack(config, choice)).toMatchObject(expected))
  test('a Region that has failed over goes on serving', () =>
    expect(chooseStack({...config, activeRegion: 'eu-central-1'}, {region: 'eu-north-1'}).activeRegion).toBe('eu-central-1'))
  test("the recovery Region can't be home too", () =>
    expect(() => chooseStack(config, {region: 'eu-central-1'})).toThrow('is the recovery Region'))
  test('a recovery shape needs a recovery Region', () =>
    expect(() => chooseStack({...config, recovery: null}, {'recovery-shape': 'pilot-light'})).toThrow('stack.recovery'))
})
