/** `--region` beside a configuration that names a Region: honoured or refused, never passed over. */
import {describe, expect, it} from 'vitest'
import {inRegion} from '../../src/config/in-region.ts'
import {parseConfig} from '../../src/config/load.ts'
import type {LoadedConfig} from '../../src/config/release-config.ts'

const stack = loaded(`
service: shop
region: eu-west-1
stack:
  api: origin-api.example.com
  site: www.example.com
  hostedZone: Z0EXAMPLE0000
  firstImage: shop/api:1.8.2
  recovery:
    region: eu-central-1
`)
const named = loaded(`
service: api
region: eu-west-1
loadBalancer: arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/1
listener: arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/shop/1/2
rule: arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/shop/1/2/3
cluster: shop
slots:
  a: {service: api-a, targetGroup: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/a/1'}
  b: {service: api-b, targetGroup: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/b/1'}
`)

function loaded(text: string): LoadedConfig {
  const parsed = parseConfig(text)
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  return parsed
}

describe('--region beside a configuration', () => {
  it.each([
    ['a stack', stack],
    ['what is named by ARNs', named],
  ])('changes nothing of %s where it is the same or left out', (_, one) => {
    expect(inRegion(one, undefined)).toBe(one)
    expect(inRegion(one, 'eu-west-1')).toBe(one)
  })

  it('is where a stack of ours is looked for', () => {
    expect(inRegion(stack, 'eu-north-1')).toMatchObject({kind: 'of-stack', settings: {region: 'eu-north-1'}})
  })

  it('is refused where ARNs say otherwise: nothing is released to another Region than was asked for', () => {
    expect(() => inRegion(named, 'eu-north-1')).toThrow('what the configuration names is in eu-west-1')
  })

  it("is refused where it is the stack's recovery Region", () => {
    expect(() => inRegion(stack, 'eu-central-1')).toThrow('the recovery Region of the configuration')
  })
})
